public import Aggregates
public import EventSourcing
public import Logging

/// The delivery saga of an order: the delivery follows the order, and the order the delivery.
///
/// ```
/// OrderConfirmed ─▶ CreateDelivery        OrderCancelled ─▶ CancelDeliveryOfOrder        moved by hand ─▶ FollowOrder
/// DeliveryProcessingStarted, DeliveryShipped, DeliveryDelivered ─▶ FollowDelivery
/// AddressChanged, AddressDeleted ─▶ FollowAddress        timers ─▶ ask the carrier, archive, anonymise
/// ```
public final class Deliveries: OrderSagaPort {
  public typealias Saga = DeliverySaga

  public let name = "deliveries"
  public let service: String? = "deliveries"
  public let log: any EventLog
  public let executor: CommandExecutor
  public let logger: Logger
  public let recent = RecentCommands()
  let carriers: any CarrierPort
  let terms: DeliveryTerms
  let ids: IDBlocks
  let clock: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - clock: the day of tracking numbers.
  public init(
    log: any EventLog, executor: CommandExecutor, carriers: any CarrierPort, terms: DeliveryTerms = DeliveryTerms(),
    ids: IDBlocks? = nil, logger: Logger, clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.log = log
    self.executor = executor
    self.carriers = carriers
    self.terms = terms
    self.ids = ids ?? IDBlocks(log: log)
    self.logger = logger
    self.clock = clock
  }

  /// The live delivery of an order; nil when there is none.
  func delivery(of order: OrderID) async throws -> DeliveryID? {
    guard let owner = try await log.claimOwner(Delivery.orderClaim(order)) else { return nil }
    return Int64(owner.id).map { DeliveryID($0) }
  }
}
