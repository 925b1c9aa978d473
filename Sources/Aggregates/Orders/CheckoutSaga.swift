public import EventSourcing

/// The checkout saga's own stream. It has no state to decide on but where it waits.
public enum CheckoutSaga: Aggregate {
  public static let category = "checkout"

  public struct State: Sendable {
    /// The position of the message that the saga waits at; nil when it goes on.
    public internal(set) var parkedAt: Int64?
  }

  public static let initialState = State()

  public static func evolve(_ state: inout State, _ event: CheckoutSagaEvent) {
    switch event {
    case .sagaStepRefused, .sagaStepSkipped: break
    case .sagaParked(let event): state.parkedAt = event.position
    case .sagaResumed: state.parkedAt = nil
    }
  }
}

/// A message keeps failing: its saga waits at it.
public struct ParkSaga: Command {
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
    guard try session.load(CheckoutSaga.self, orderID).parkedAt != position.rawValue else { return NoAnswer() }
    let parked = SagaParked(orderID: orderID, position: position.rawValue, tries: tries, error: String(error.prefix(500)))
    try session.record([.sagaParked(parked)], on: CheckoutSaga.self, orderID)
    return NoAnswer()
  }
}

/// A parked saga goes on.
public struct ResumeSaga: Command {
  public var orderID: OrderID

  public init(orderID: OrderID) {
    self.orderID = orderID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let position = try session.load(CheckoutSaga.self, orderID).parkedAt else { return NoAnswer() }
    try session.record([.sagaResumed(SagaResumed(orderID: orderID, position: position))], on: CheckoutSaga.self, orderID)
    return NoAnswer()
  }
}
