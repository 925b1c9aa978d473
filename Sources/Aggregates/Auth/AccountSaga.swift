public import EventSourcing
public import JSON

/// Where what follows from a closed account waits, if it keeps failing (stream `accountsaga-<saga>`).
public enum AccountSaga: Aggregate {
  public static let category = "accountsaga"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    /// The position of the message that the saga waits at; nil when it goes on.
    public internal(set) var parkedAt: Int64?
  }

  public static func evolve(_ state: inout State, _ event: AccountSagaEvent) {
    switch event {
    case .parked(let event): state.parkedAt = event.position
    case .resumed: state.parkedAt = nil
    }
  }
}

public enum AccountSagaEvent: AggregateEvent {
  case parked(AccountSagaParked)
  case resumed(AccountSagaResumed)

  public static let decoder = EventDecoder<AccountSagaEvent>([
    EventCase(AccountSagaParked.self, AccountSagaEvent.parked), EventCase(AccountSagaResumed.self, AccountSagaEvent.resumed),
  ])

  public var payload: any EventPayload {
    switch self {
    case .parked(let event): event
    case .resumed(let event): event
    }
  }
}

/// A message keeps failing: the saga waits at it.
public struct AccountSagaParked: Hashable, Sendable {
  public static let type = EventType("AccountSagaParked", .private)

  /// Where in the log the message is.
  public var position: Int64
  public var tries: Int
  public var error: String
}

extension AccountSagaParked: EventPayload {
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
public struct AccountSagaResumed: Hashable, Sendable {
  public static let type = EventType("AccountSagaResumed", .private)

  public var position: Int64
}

extension AccountSagaResumed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    position = try json.int64("position")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("position", position)
  }
}

/// Notes that a saga waits.
public struct ParkAccountSaga: Command {
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
    guard try session.load(AccountSaga.self, saga).parkedAt != position.rawValue else { return NoAnswer() }
    let parked = AccountSagaParked(position: position.rawValue, tries: tries, error: String(error.prefix(500)))
    try session.record([.parked(parked)], on: AccountSaga.self, saga)
    return NoAnswer()
  }
}

/// Notes that a saga goes on.
public struct ResumeAccountSaga: Command {
  public var saga: String

  public init(saga: String) {
    self.saga = saga
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let position = try session.load(AccountSaga.self, saga).parkedAt else { return NoAnswer() }
    try session.record([.resumed(AccountSagaResumed(position: position))], on: AccountSaga.self, saga)
    return NoAnswer()
  }
}
