public import Aggregates
public import EventSourcing
import FoundationEssentials

/// What follows for tickets from the clock and from other services.
///
/// ```
/// a deadline or a waiting time is over ─▶ FireTicketTimer, FireReturnTimer
/// RoleAssigned, RoleRevoked of the support team ─▶ JoinSupportTeam, LeaveSupportTeam
/// OrderCancelled ─▶ NoteOrderOnTickets
/// WithdrawalConfirmed, before the parcel left ─▶ CancelOrder; OpenHeldReturn when it has left since
/// ReturnInspected ─▶ RecordOrderReturn, DispatchReservation, ReturnStock
/// ReturnRefunded ─▶ RequestRefund
/// ```
///
/// It keeps no state: each command is decided on the streams themselves, and one that has had its effect writes nothing.
public final class SupportDesk: StreamSagaPort {
  public typealias Saga = TicketSaga

  public let name = "support"
  public let service: String? = "sav"
  public let log: any EventLog
  public let executor: CommandExecutor
  let ids: IDBlocks

  /// - Parameter executor: best the one that the routes use, so that both build on the same states in memory.
  public init(log: any EventLog, executor: CommandExecutor, ids: IDBlocks? = nil) {
    self.log = log
    self.executor = executor
    self.ids = ids ?? IDBlocks(log: log)
  }

  // MARK: Messages

  public static let reactions: [Reaction<SupportDesk>] = [
    .on(RoleAssigned.self, join), .on(RoleRevoked.self, leave), .on(OrderCancelled.self, note), .on(ReturnInspected.self, takeBack),
    .on(ReturnRefunded.self, refund), .on(WithdrawalConfirmed.self, withdraw),
  ]

  private func join(_ event: RoleAssigned, after message: RecordedEvent) async throws {
    guard let membership = Self.membership(event.roleName, event.teamID) else { return }
    try await execute(JoinSupportTeam(userID: event.userID, membership: membership), after: message)
  }

  private func leave(_ event: RoleRevoked, after message: RecordedEvent) async throws {
    guard let membership = Self.membership(event.roleName, event.teamID) else { return }
    try await execute(LeaveSupportTeam(userID: event.userID, membership: membership), after: message)
  }

  private func note(_ event: OrderCancelled, after message: RecordedEvent) async throws {
    try await execute(NoteOrderOnTickets(orderID: event.orderID, status: OrderStatusName.cancelled.rawValue), after: message)
  }

  private func refund(_ event: ReturnRefunded, after message: RecordedEvent) async throws {
    guard event.amount > .zero else { return }
    let refund = RefundID(try await ids.next("refund"))
    let request = RequestRefund(
      orderID: event.key.orderID, refundID: refund, amount: event.amount, reason: "return \(event.key.returnID)")
    try await step(request, of: event.key.orderID, after: message)
  }

  /// What has not left does not leave any more; what left meanwhile comes back.
  private func withdraw(_ event: WithdrawalConfirmed, after message: RecordedEvent) async throws {
    guard event.returnID == nil else { return }
    let notice = event.notice
    do {
      try await execute(CancelOrder(orderID: notice.orderID, canceller: .withdrawal(notice.userID)), after: message)
    } catch OrderRejection.returnNeeded {
      try await openReturn(event, after: message)
    } catch OrderRejection.wrongState(_, let current, _) {
      // Of one that was cancelled otherwise, and paid back, or that came back whole, nothing is left to do.
      if current == .delivered { try await openReturn(event, after: message) }
    }
  }

  private func openReturn(_ event: WithdrawalConfirmed, after message: RecordedEvent) async throws {
    // What was confirmed before ids were kept with it gets them now.
    let held =
      if let held = event.held {
        held
      } else {
        WithdrawalConfirmed.HeldReturn(
          returnID: ReturnID(try await ids.next("return")),
          firstLineID: ReturnLineID(try await ids.next("return_line", count: event.notice.lines.count)))
      }
    try await step(OpenHeldReturn(event, held), of: event.notice.orderID, after: message)
  }

  /// What was good comes back to the order, and what can be sold again to the stock.
  private func takeBack(_ event: ReturnInspected, after message: RecordedEvent) async throws {
    let order = event.key.orderID
    func items(_ isWanted: (ReturnInspected.Line) -> Bool) -> [StockItem] {
      event.lines.filter { $0.accepted > 0 && isWanted($0) }.map { StockItem(productID: $0.productID, quantity: $0.accepted) }
    }
    let accepted = items { _ in true }
    guard !accepted.isEmpty else { return }
    try await step(RecordOrderReturn(orderID: order, items: accepted), of: order, after: message)
    // What comes back has left, even where the order's own saga has not said so.
    try await step(DispatchReservation(orderID: order), of: order, after: message)
    for resellable in [true, false] {
      let part = items { $0.restock == resellable }
      guard !part.isEmpty else { continue }
      let command = ReturnStock(orderID: order, items: part, resellable: resellable)
      try await step(command, named: resellable ? "ReturnStock" : "ReturnUnsaleableStock", of: order, after: message)
    }
  }

  /// A step of the order: where a rule refuses it, the order's own saga says so.
  private func step<C: Command>(
    _ command: C, named name: String = String(describing: C.self), of order: OrderID, after message: RecordedEvent
  ) async throws {
    _ = try await executor.execute(
      SagaStep<CheckoutSaga, C>(command: command, orderID: order, name: name),
      id: CommandID(derivedFrom: message.id.uuidString, purpose: name), context: context(after: message))
  }

  private static func membership(_ role: String, _ team: Int64) -> SupportAgent.Membership? {
    SupportAgent.roles.contains(role) ? SupportAgent.Membership(roleName: role, teamID: team) : nil
  }
}
