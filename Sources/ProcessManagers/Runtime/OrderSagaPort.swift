public import Aggregates
public import EventSourcing
import FoundationEssentials
public import Logging

/// A process manager whose sagas are those of orders, each named by the order's id. It keeps no state: each message carries what the next
/// command needs, and each command is decided on the streams themselves.
public protocol OrderSagaPort: SagaPort {
  /// The process manager's own stream of an order.
  associatedtype Saga: OrderSaga
  var logger: Logger { get }
  /// Commands that this process has carried out not long ago.
  var recent: RecentCommands { get }
}

extension OrderSagaPort {
  /// Carries out a step that follows from a message, once.
  /// - Returns: what became of it; nil when it had been carried out before.
  @discardableResult
  func step<C: Command>(
    _ command: C, of order: OrderID, after message: RecordedEvent, recordsRefusal: Bool = true
  ) async throws -> SagaStepOutcome<C.Answer>? {
    let name = String(describing: C.self)
    let id = CommandID(derivedFrom: message.id.uuidString, purpose: name)
    let outcome = try await recent.once(id) {
      try await executor.execute(
        SagaStep<Saga, C>(command: command, orderID: order, name: name, recordsRefusal: recordsRefusal), id: id,
        context: context(after: message))
    }
    guard let outcome else { return nil }
    if case .refused(let reason) = outcome.answer {
      logger.info(
        "step refused",
        metadata: ["order.id": "\(order)", "step": "\(name)", "reason": "\(reason)", "event.position": "\(message.position)"])
    }
    return outcome.answer
  }

  /// Carries out a step that a timer asks for; one setting of a timer is carried out once.
  func step<C: Command>(_ command: C, of order: OrderID, after timer: DueTimer) async throws {
    let step = SagaStep<Saga, C>(command: command, orderID: order, name: String(describing: C.self), timer: timer)
    _ = try await executor.execute(step, id: commandID(of: timer), context: timerContext)
  }

  // MARK: Parking

  public func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {
    guard let order = Int64(saga).map({ OrderID($0) }) else { return }
    let command = ParkSaga<Saga>(orderID: order, position: position, tries: tries, error: error)
    _ = try await executor.execute(command, context: context(after: message))
  }

  public func unpark(_ saga: String, at position: Position) async throws {
    guard let order = Int64(saga).map({ OrderID($0) }) else { return }
    _ = try await executor.execute(ResumeSaga<Saga>(orderID: order))
  }

  public func parkedSagas() async throws -> [String: Position] { try await ParkedSagas(log: log).positions(of: Saga.category) }
}
