import Aggregates
public import EventSourcing
import FoundationEssentials

/// What follows for tickets from the clock and from other services.
///
/// ```
/// a deadline or a waiting time is over ─▶ FireTicketTimer, FireReturnTimer
/// RoleAssigned, RoleRevoked of the support team ─▶ JoinSupportTeam, LeaveSupportTeam
/// OrderCancelled ─▶ NoteOrderOnTickets
/// ReturnInspected ─▶ RecordOrderReturn, ReturnStock
/// ReturnRefunded ─▶ RequestRefund
/// ```
///
/// It keeps no state: each command is decided on the streams themselves, and one that has had its effect writes nothing.
public final class SupportDesk: MessagePort {
  public let name = "support"
  let log: any EventLog
  let executor: CommandExecutor
  let ids: IDBlocks

  /// - Parameter executor: best the one that the routes use, so that both build on the same states in memory.
  public init(log: any EventLog, executor: CommandExecutor, ids: IDBlocks? = nil) {
    self.log = log
    self.executor = executor
    self.ids = ids ?? IDBlocks(log: log)
  }

  // MARK: Messages

  public var messageTypes: [String] {
    [RoleAssigned.type, RoleRevoked.type, OrderCancelled.type, ReturnInspected.type, ReturnRefunded.type].map(\.name)
  }

  /// The roles of a user, the tickets of an order, or a return: named after the stream that tells of them.
  public func saga(of message: RecordedEvent) throws -> String { message.stream.rawValue }

  public func handle(_ message: RecordedEvent) async throws {
    switch message.type {
    case RoleAssigned.type.name:
      let event = try PayloadDecoder(RoleAssigned.self).decode(message)
      guard let membership = Self.membership(event.roleName, event.teamID) else { return }
      try await execute(JoinSupportTeam(userID: event.userID, membership: membership), after: message)
    case RoleRevoked.type.name:
      let event = try PayloadDecoder(RoleRevoked.self).decode(message)
      guard let membership = Self.membership(event.roleName, event.teamID) else { return }
      try await execute(LeaveSupportTeam(userID: event.userID, membership: membership), after: message)
    case OrderCancelled.type.name:
      let order = try PayloadDecoder(OrderCancelled.self).decode(message).orderID
      try await execute(NoteOrderOnTickets(orderID: order, status: OrderStatusName.cancelled.rawValue), after: message)
    case ReturnInspected.type.name: try await takeBack(try PayloadDecoder(ReturnInspected.self).decode(message), after: message)
    case ReturnRefunded.type.name:
      let event = try PayloadDecoder(ReturnRefunded.self).decode(message)
      guard event.amount > .zero else { return }
      let refund = RefundID(try await ids.next("refund"))
      let request = RequestRefund(
        orderID: event.key.orderID, refundID: refund, amount: event.amount, reason: "return \(event.key.returnID)")
      try await step(request, of: event.key.orderID, after: message)
    default: break
    }
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

  private func execute(_ command: some Command, after message: RecordedEvent) async throws {
    _ = try await executor.execute(
      command, id: CommandID(derivedFrom: message.id.uuidString, purpose: String(describing: type(of: command))),
      context: context(after: message))
  }

  private func context(after message: RecordedEvent) -> CommandContext {
    CommandContext(
      correlationID: message.context.correlationID, causationID: message.id, actor: name, traceparent: message.context.traceparent)
  }

  // MARK: Parked sagas

  public func park(_ saga: String, at message: RecordedEvent, tries: Int, error: String) async throws {
    _ = try await executor.execute(ParkTicketSaga(saga: saga, position: message.position, tries: tries, error: error))
  }

  public func unpark(_ saga: String, at position: Position) async throws {
    _ = try await executor.execute(ResumeTicketSaga(saga: saga))
  }

  public func parkedSagas() async throws -> [String: Position] {
    let filter = EventFilter(categories: [TicketSaga.category])
    let head = try await log.head()
    var parked: [String: Position] = [:]
    var position = Position.start
    while position < head {
      let page = try await log.readLog(after: position, filter: filter, limit: 1_000)
      for event in page.events {
        let saga = String(event.stream.id)
        parked[saga] =
          event.type == TicketSagaParked.type.name ? Position(try PayloadDecoder(TicketSagaParked.self).decode(event).position) : nil
      }
      guard page.position > position else { break }
      position = page.position
    }
    return parked
  }
}
