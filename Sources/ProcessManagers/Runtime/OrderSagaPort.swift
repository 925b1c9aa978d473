public import Aggregates
public import EventSourcing
import FoundationEssentials
public import Logging

/// A process manager whose sagas are those of orders, each named by the order's id. It keeps no state: each message carries what the next
/// command needs, and each command is decided on the streams themselves.
public protocol OrderSagaPort: MessagePort {
  /// The process manager's own stream of an order.
  associatedtype Saga: OrderSaga
  var log: any EventLog { get }
  var executor: CommandExecutor { get }
  var logger: Logger { get }
  /// Commands that this process has carried out not long ago.
  var recent: RecentIDs { get }
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
    guard !recent.contains(id) else { return nil }
    let outcome = try await executor.execute(
      SagaStep<Saga, C>(command: command, orderID: order, name: name, recordsRefusal: recordsRefusal), id: id,
      context: context(after: message))
    recent.insert(id)
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

  func commandID(of timer: DueTimer) -> CommandID {
    CommandID(derivedFrom: "\(timer.name)@\(timer.dueAt.rawValue)", purpose: "timer")
  }

  var timerContext: CommandContext { CommandContext(actor: "\(name)-timer") }

  func context(after message: RecordedEvent) -> CommandContext {
    CommandContext(
      correlationID: message.context.correlationID, causationID: message.id, actor: name, traceparent: message.context.traceparent)
  }

  func read<Payload: EventPayload>(_ payload: Payload.Type, _ message: RecordedEvent) throws -> Payload {
    try PayloadDecoder(payload).decode(message)
  }

  // MARK: Parking

  public func park(_ saga: String, at message: RecordedEvent, tries: Int, error: String) async throws {
    guard let order = Int64(saga).map({ OrderID($0) }) else { return }
    _ = try await executor.execute(ParkSaga<Saga>(orderID: order, position: message.position, tries: tries, error: error))
  }

  public func unpark(_ saga: String, at position: Position) async throws {
    guard let order = Int64(saga).map({ OrderID($0) }) else { return }
    _ = try await executor.execute(ResumeSaga<Saga>(orderID: order))
  }

  public func parkedSagas() async throws -> [String: Position] {
    let filter = EventFilter(categories: [Saga.category], types: [SagaParked.type.name, SagaResumed.type.name])
    let head = try await log.head()
    var parked: [String: Position] = [:]
    var position = Position.start
    while position < head {
      let page = try await log.readLog(after: position, filter: filter, limit: 1_000)
      for event in page.events {
        let saga = String(event.stream.id)
        parked[saga] = event.type == SagaParked.type.name ? Position(try read(SagaParked.self, event).position) : nil
      }
      guard page.position > position else { break }
      position = page.position
    }
    return parked
  }
}
