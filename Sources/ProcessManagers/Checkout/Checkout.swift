public import Aggregates
public import EventSourcing
public import Logging

/// The checkout saga of an order, from the frozen basket to the captured payment, with its way back.
///
/// ```
/// CheckoutStarted ─▶ PlaceOrder ─▶ OrderPlaced ─▶ ReserveStock ─▶ ReservationHeld ─▶ ConfirmStock ─▶ PaymentRequested ─▶ authorise
///   ─▶ AuthorisePayment ─▶ OrderConfirmed ─▶ ConfirmReservation, RedeemPromoCodes
///                      └▶ CaptureRequested ─▶ capture ─▶ CompleteCapture ─▶ OrderPaid
/// OrderShipped ─▶ DispatchReservation
/// OrderCancelled ─▶ ReleaseReservation, ReleasePromoCodes, SettleCancelledPayment ─▶ void or refund; RestoreBasket
/// ```
public final class Checkout: OrderSagaPort {
  public typealias Saga = CheckoutSaga

  public let name = "checkout"
  public let service: String? = "orders"
  public let timeouts: CheckoutTimeouts
  public let log: any EventLog
  public let executor: CommandExecutor
  let payments: any PaymentPort
  let ids: IDBlocks
  public let logger: Logger
  let clock: @Sendable () -> Timestamp
  public let recent = RecentCommands()

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
    return try await recent.once(command.commandID) { try await executor.execute(command, id: command.commandID, context: context) }
  }
}
