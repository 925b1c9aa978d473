public import EventSourcing
public import JSON

/// What became of a step.
public enum SagaStepOutcome<Answer: JSONCodable>: JSONCodable {
  case done(Answer)
  /// It had had its effect.
  case skipped
  /// A rule refused it, for good.
  case refused(reason: String)

  public init(from json: inout JSONObjectReader) throws {
    if let reason = try json.optionalString("refused") {
      self = .refused(reason: reason)
    } else if let answer = try json.optionalObject("done", { try Answer(from: &$0) }) {
      self = .done(answer)
    } else {
      self = .skipped
    }
  }

  public func encode(to json: inout JSONWriter) {
    switch self {
    case .done(let answer): json.object("done") { answer.encode(to: &$0) }
    case .skipped: break
    case .refused(let reason): json.field("refused", reason)
    }
  }
}

/// A command of the saga. It always writes an event, by which a repetition is recognised for ever: where the command itself writes none,
/// because it is refused or has had its effect, the saga's own stream says so.
public struct SagaStep<Saga: OrderSaga, Inner: Command>: Command {
  public var command: Inner
  public var orderID: OrderID
  public var name: String
  /// The setting of a timer that asks for the step; cancelled when a rule refuses it.
  public var timer: DueTimer?
  /// Whether a refusal is final. Where it is not, it is thrown, and nothing is written.
  public var recordsRefusal: Bool

  /// - Parameter name: of the command, for the saga's stream.
  public init(command: Inner, orderID: OrderID, name: String, timer: DueTimer? = nil, recordsRefusal: Bool = true) {
    self.command = command
    self.orderID = orderID
    self.name = name
    self.timer = timer
    self.recordsRefusal = recordsRefusal
  }

  public func decide(in session: inout DecisionSession) throws -> SagaStepOutcome<Inner.Answer> {
    var inner = session
    do {
      let answer = try command.decide(in: &inner)
      session = inner
      if session.hasEvents { return .done(answer) }
      try record(.sagaStepSkipped(SagaStepSkipped(orderID: orderID, step: name)), in: &session)
      return .skipped
    } catch let rejection as any Rejection where recordsRefusal {
      // What was seen stays expected, so that the refusal stands only if the state was the true one.
      session = inner
      session.discardChanges()
      let reason = String(String(describing: rejection).prefix(500))
      try record(.sagaStepRefused(SagaStepRefused(orderID: orderID, step: name, reason: reason)), in: &session)
      if let timer { session.cancelTimer(timer.name, setting: timer.setting) }
      return .refused(reason: reason)
    }
  }

  private func record(_ event: SagaEvent, in session: inout DecisionSession) throws {
    _ = try session.load(Saga.self, orderID, isNew: true)
    try session.record([event], on: Saga.self, orderID)
  }
}
