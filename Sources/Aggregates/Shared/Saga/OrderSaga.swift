public import EventSourcing

/// A process manager's own stream for one order (`<category>-<order id>`). It has no state to decide on but where it waits.
public protocol OrderSaga: Aggregate where State == SagaState, Event == SagaEvent {}

/// Where a saga stands.
public struct SagaState: Sendable {
  /// The position of the message that the saga waits at; nil when it goes on.
  public internal(set) var parkedAt: Int64?
}

extension OrderSaga {
  public static var initialState: SagaState { SagaState() }

  public static func evolve(_ state: inout SagaState, _ event: SagaEvent) {
    switch event {
    case .sagaStepRefused, .sagaStepSkipped: break
    case .sagaParked(let event): state.parkedAt = event.position
    case .sagaResumed: state.parkedAt = nil
    }
  }
}

/// A message keeps failing: its saga waits at it.
public struct ParkSaga<Saga: OrderSaga>: Command {
  public var orderID: OrderID
  /// Where in the log the message is.
  public var position: Position
  public var tries: Int
  /// For operators; cut at 500 characters.
  public var error: String

  public init(orderID: OrderID, position: Position, tries: Int, error: String) {
    self.orderID = orderID
    self.position = position
    self.tries = tries
    self.error = error
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try session.load(Saga.self, orderID).parkedAt != position.rawValue else { return NoAnswer() }
    let parked = SagaParked(orderID: orderID, position: position.rawValue, tries: tries, error: String(error.prefix(500)))
    try session.record([.sagaParked(parked)], on: Saga.self, orderID)
    return NoAnswer()
  }
}

/// A parked saga goes on.
public struct ResumeSaga<Saga: OrderSaga>: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let position = try session.load(Saga.self, orderID).parkedAt else { return NoAnswer() }
    try session.record([.sagaResumed(SagaResumed(orderID: orderID, position: position))], on: Saga.self, orderID)
    return NoAnswer()
  }
}
