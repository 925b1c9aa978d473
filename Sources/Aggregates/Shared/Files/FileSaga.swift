public import EventSourcing
public import JSON

/// Where the removal of files waits, if it keeps failing (stream `filesaga-<stream of the files' owner>`).
public enum FileSaga: Aggregate {
  public static let category = "filesaga"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    /// The position of the message that the saga waits at; nil when it goes on.
    public internal(set) var parkedAt: Int64?
  }

  public static func evolve(_ state: inout State, _ event: FileSagaEvent) {
    switch event {
    case .parked(let event): state.parkedAt = event.position
    case .resumed: state.parkedAt = nil
    }
  }
}

public enum FileSagaEvent: AggregateEvent {
  case parked(FileSagaParked)
  case resumed(FileSagaResumed)

  public static let decoder = EventDecoder<FileSagaEvent>([
    EventCase(FileSagaParked.self, FileSagaEvent.parked), EventCase(FileSagaResumed.self, FileSagaEvent.resumed),
  ])

  public var payload: any EventPayload {
    switch self {
    case .parked(let event): event
    case .resumed(let event): event
    }
  }
}

/// A message keeps failing: the saga waits at it.
public struct FileSagaParked: Hashable, Sendable {
  public static let type = EventType("FileSagaParked", .private)

  /// Where in the log the message is.
  public var position: Int64
  public var tries: Int
  public var error: String
}

extension FileSagaParked: EventPayload {
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
public struct FileSagaResumed: Hashable, Sendable {
  public static let type = EventType("FileSagaResumed", .private)

  public var position: Int64
}

extension FileSagaResumed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    position = try json.int64("position")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("position", position)
  }
}

/// Notes that a saga waits.
public struct ParkFileSaga: Command {
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
    guard try session.load(FileSaga.self, saga).parkedAt != position.rawValue else { return NoAnswer() }
    let parked = FileSagaParked(position: position.rawValue, tries: tries, error: String(error.prefix(500)))
    try session.record([.parked(parked)], on: FileSaga.self, saga)
    return NoAnswer()
  }
}

/// Notes that a saga goes on.
public struct ResumeFileSaga: Command {
  public var saga: String

  public init(saga: String) {
    self.saga = saga
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let position = try session.load(FileSaga.self, saga).parkedAt else { return NoAnswer() }
    try session.record([.resumed(FileSagaResumed(position: position))], on: FileSaga.self, saga)
    return NoAnswer()
  }
}
