public import EventSourcing

extension OrderSaga {
  /// What the saga itself remembers: where it waits, and steps that went otherwise than planned.
  public static func machine() throws -> StateMachine {
    let id = OrderID(1)
    return try StateMachine(
      of: Self.self, id, state: { $0.parkedAt == nil ? "going on" : "waiting" },
      asking: [
        { _ = try SagaStep<Self, RefusedStep>(command: RefusedStep(), orderID: id, name: "").decide(in: &$0) },
        { _ = try SagaStep<Self, IdleStep>(command: IdleStep(), orderID: id, name: "").decide(in: &$0) },
        { _ = try ParkSaga<Self>(orderID: id, position: Position(1), tries: 1, error: "").decide(in: &$0) },
        { _ = try ResumeSaga<Self>(orderID: id).decide(in: &$0) },
      ])
  }
}

extension StreamSaga {
  /// What the saga itself remembers: where it waits.
  public static func machine() throws -> StateMachine {
    try StateMachine(
      of: Self.self, 1, state: { $0.parkedAt == nil ? "going on" : "waiting" },
      asking: [
        { _ = try ParkStreamSaga<Self>(saga: "1", position: Position(1), tries: 1, error: "").decide(in: &$0) },
        { _ = try ResumeStreamSaga<Self>(saga: "1").decide(in: &$0) },
      ])
  }
}

/// A step that has had its effect.
private struct IdleStep: Command {
  func decide(in session: inout DecisionSession) -> NoAnswer { NoAnswer() }
}

/// A step that a rule refuses.
private struct RefusedStep: Command {
  struct Refusal: Rejection {}

  func decide(in session: inout DecisionSession) throws -> NoAnswer { throw Refusal() }
}
