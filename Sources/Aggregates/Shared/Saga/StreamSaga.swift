public import EventSourcing

/// Where messages of a stream wait for a process manager that keeps failing at one of them (stream `<category>-<stream>`). It has no other
/// state, so that one of a new process manager is its category and the names of its events.
public protocol StreamSaga: StreamSagaKind, Aggregate where State == StreamSagaState, Event == StreamSagaEvent<Self> {}

/// What a saga's events need to know of it.
public protocol StreamSagaKind: SendableMetatype {
  /// The stored names of its events; never changed.
  static var names: StreamSagaNames { get }
}

public struct StreamSagaState: Hashable, Sendable {
  /// The position of the message that the saga waits at; nil when it goes on.
  public internal(set) var parkedAt: Int64?
}

extension StreamSaga {
  public static var initialState: StreamSagaState { StreamSagaState() }

  public static func evolve(_ state: inout StreamSagaState, _ event: StreamSagaEvent<Self>) {
    switch event {
    case .parked(let event): state.parkedAt = event.position
    case .resumed: state.parkedAt = nil
    }
  }
}

/// Notes that a saga waits.
public struct ParkStreamSaga<Saga: StreamSaga>: Command {
  public var saga: String
  /// Where in the log the message is.
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
    guard try session.load(Saga.self, saga).parkedAt != position.rawValue else { return NoAnswer() }
    let parked = StreamSagaParked<Saga>(position: position.rawValue, tries: tries, error: String(error.prefix(500)))
    try session.record([.parked(parked)], on: Saga.self, saga)
    return NoAnswer()
  }
}

/// Notes that a saga goes on.
public struct ResumeStreamSaga<Saga: StreamSaga>: Command {
  public var saga: String

  public init(saga: String) {
    self.saga = saga
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let position = try session.load(Saga.self, saga).parkedAt else { return NoAnswer() }
    try session.record([.resumed(StreamSagaResumed<Saga>(position: position))], on: Saga.self, saga)
    return NoAnswer()
  }
}
