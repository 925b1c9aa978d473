public import EventSourcing
public import JSON

/// Where what follows from others' events waits, if it keeps failing (stream `ticketsaga-<saga>`): for an agent's roles, or an order's tickets.
public enum TicketSaga: Aggregate {
  public static let category = "ticketsaga"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    /// The position of the message that the saga waits at; nil when it goes on.
    public internal(set) var parkedAt: Int64?
  }

  public static func evolve(_ state: inout State, _ event: TicketSagaEvent) {
    switch event {
    case .parked(let event): state.parkedAt = event.position
    case .resumed: state.parkedAt = nil
    }
  }
}

public enum TicketSagaEvent: AggregateEvent {
  case parked(TicketSagaParked)
  case resumed(TicketSagaResumed)

  public static let decoder = EventDecoder<TicketSagaEvent>([
    EventCase(TicketSagaParked.self, TicketSagaEvent.parked), EventCase(TicketSagaResumed.self, TicketSagaEvent.resumed),
  ])

  public var payload: any EventPayload {
    switch self {
    case .parked(let event): event
    case .resumed(let event): event
    }
  }
}

/// A message keeps failing: the saga waits at it.
public struct TicketSagaParked: Hashable, Sendable {
  public static let type = EventType("TicketSagaParked", .private)

  /// Where in the log the message is.
  public var position: Int64
  public var tries: Int
  public var error: String
}

extension TicketSagaParked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    position = try json.int64("position")
    tries = try json.int("tries")
    error = try json.string("error")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("position", position)
    json.field("tries", tries)
    json.field("error", error)
  }
}

/// A parked saga goes on.
public struct TicketSagaResumed: Hashable, Sendable {
  public static let type = EventType("TicketSagaResumed", .private)

  public var position: Int64
}

extension TicketSagaResumed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    position = try json.int64("position")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("position", position)
  }
}

/// Notes that a saga waits.
public struct ParkTicketSaga: Command {
  public var saga: String
  public var position: Position
  public var tries: Int
  /// For operators; cut at 500 characters.
  public var error: String

  public init(saga: String, position: Position, tries: Int, error: String) {
    self.saga = saga
    self.position = position
    self.tries = tries
    self.error = error
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try session.load(TicketSaga.self, saga).parkedAt != position.rawValue else { return NoAnswer() }
    let parked = TicketSagaParked(position: position.rawValue, tries: tries, error: String(error.prefix(500)))
    try session.record([.parked(parked)], on: TicketSaga.self, saga)
    return NoAnswer()
  }
}

/// Notes that a saga goes on.
public struct ResumeTicketSaga: Command {
  public var saga: String

  public init(saga: String) {
    self.saga = saga
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let position = try session.load(TicketSaga.self, saga).parkedAt else { return NoAnswer() }
    try session.record([.resumed(TicketSagaResumed(position: position))], on: TicketSaga.self, saga)
    return NoAnswer()
  }
}
