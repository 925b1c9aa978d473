public import Aggregates
public import EventSourcing
import FoundationEssentials
public import Logging

/// The checkout saga of an order, from the frozen basket to the captured payment, with its way back.
///
/// ```
/// CheckoutStarted ─▶ PlaceOrder ─▶ OrderPlaced ─▶ ReserveStock ─▶ ReservationHeld ─▶ ConfirmStock ─▶ PaymentRequested ─▶ authorise
///   ─▶ AuthorisePayment ─▶ OrderConfirmed ─▶ ConfirmReservation, RedeemPromoCodes
///                      └▶ CaptureRequested ─▶ capture ─▶ CompleteCapture ─▶ OrderPaid
/// OrderCancelled ─▶ ReleaseReservation, ReleasePromoCodes, SettleCancelledPayment ─▶ void or refund; RestoreBasket
/// ```
///
/// It keeps no state: each message carries what the next command needs, and each command is decided on the streams themselves.
public final class Checkout: MessagePort {
  public let name = "checkout"
  public let timeouts: CheckoutTimeouts
  let log: any EventLog
  let executor: CommandExecutor
  let payments: any PaymentPort
  let ids: IDBlocks
  let logger: Logger
  let clock: @Sendable () -> Timestamp
  private let recent = RecentIDs()

  /// - Parameters:
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - clock: from which deadlines of holds are counted.
  public init(
    log: any EventLog, executor: CommandExecutor, payments: any PaymentPort, timeouts: CheckoutTimeouts = CheckoutTimeouts(),
    ids: IDBlocks? = nil, logger: Logger, clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.log = log
    self.executor = executor
    self.payments = payments
    self.timeouts = timeouts
    self.ids = ids ?? IDBlocks(log: log)
    self.logger = logger
    self.clock = clock
  }

  /// Places the order of a frozen basket: for the route that has just frozen it, and for recovery. Doing it again changes nothing.
  /// - Returns: the outcome of the command; nil when this process has carried it out before.
  @discardableResult
  public func place(
    basketID: BasketID, attempt: Int, context: CommandContext = CommandContext()
  ) async throws -> CommandOutcome<OrderAnswer>? {
    let command = PlaceOrder(basketID: basketID, attempt: attempt, stockTimeout: timeouts.stock)
    guard !recent.contains(command.commandID) else { return nil }
    let outcome = try await executor.execute(command, id: command.commandID, context: context)
    recent.insert(command.commandID)
    return outcome
  }

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
      SagaStep(command: command, orderID: order, name: name, recordsRefusal: recordsRefusal), id: id,
      context: Self.context(after: message))
    recent.insert(id)
    if case .refused(let reason) = outcome.answer {
      logger.info(
        "step refused",
        metadata: ["order.id": "\(order)", "step": "\(name)", "reason": "\(reason)", "event.position": "\(message.position)"])
    }
    return outcome.answer
  }

  static func context(after message: RecordedEvent) -> CommandContext {
    CommandContext(
      correlationID: message.context.correlationID, causationID: message.id, actor: "checkout", traceparent: message.context.traceparent)
  }
}
