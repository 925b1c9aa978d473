import Aggregates
import Postgres

/// What answers show of returns.
enum ReturnResources {
  static let statuses = ReturnStatus.allCases.map(\.rawValue)

  static let goods = Resource(
    "return", schema: "Return", table: "returns", from: "returns r join support_tickets t on t.id = r.ticket_id", id: "r.id",
    stream: .init(Return.category),
    fields: [
      .id("id", "r.id"), .id("ticket_id", "r.ticket_id"), .id("order_id", "r.order_id"), .id("user_id", "r.user_id"),
      .choice("reason", "r.reason", ReturnReason.allCases.map(\.rawValue)), .choice("status", "r.status", statuses),
      .text("comment", "r.comment").nullable, .text("refusal_reason", "r.refusal_reason").nullable, .text("label", "r.label").nullable,
      .text("tracking", "r.tracking").nullable, .time("send_back_until", "r.send_back_until").nullable,
      .time("refund_due_at", "r.refund_due_at").nullable, .decimal("refund_amount", "r.refund_amount").nullable,
      .constant("currency", Cents.currencyCode), .id("replacement_order_id", "r.replacement_order_id").nullable,
      .time("settled_at", "r.settled_at").nullable, .time("created_at", "r.created_at").sortable, .time("updated_at", "r.updated_at"),
    ],
    relations: [.many("lines", line, on: "rl.return_id = r.id", order: "rl.id", embedded: true)],
    filters: [
      Filter("status", alias: "status", .choice(ReturnStatus.self), "r.status = $?") { .text($0.rawValue) },
      .id("ticket_id", "r.ticket_id"), .id("order_id", "r.order_id"),
    ])

  private static let line = Resource(
    "return_line", table: "return_lines", from: "return_lines rl", id: "rl.id",
    fields: [
      .id("id", "rl.id"), .id("order_item_id", "rl.order_item_id"), .id("product_id", "rl.product_id"), .integer("quantity", "rl.quantity"),
      .integer("received_quantity", "rl.received_quantity").nullable, .integer("accepted_quantity", "rl.accepted_quantity").nullable,
      .bool("restock", "rl.restock").nullable, .decimal("refund_ht", "rl.refund_ht").nullable,
      .decimal("refund_vat", "rl.refund_vat").nullable,
    ])

  // MARK: Queries

  /// `$1` bigint: the return; `$2`, `$3` as of a ticket.
  static let one = RowQuery("sav.return", goods, where: "r.id = $1 and \(TicketResources.isVisible)")
  static let all = Listing("sav.returns", goods, defaultSort: "-created_at")
  /// `$1` bigint: the customer.
  static let own = Listing("sav.own_returns", goods, where: ["r.user_id = $1"], fixedParameters: 1, defaultSort: "-created_at")
  /// `$1` bigint: the agent.
  static let ofAgent = Listing(
    "sav.agents_returns", goods, where: ["(t.assigned_to = $1 or t.assigned_to is null or t.user_id = $1)"], fixedParameters: 1,
    defaultSort: "-created_at")

  /// `$1` bigint: the website; `$2` bigint: its administrator.
  static let ofWebsite = Listing(
    "sav.websites_returns", goods, where: ["(\(TicketResources.website) = $1 or t.user_id = $2)"], fixedParameters: 2,
    defaultSort: "-created_at")
  /// `$1` bigint: the website; `$2` bigint: its agent.
  static let ofWebsitesAgent = Listing(
    "sav.websites_agents_returns", goods,
    where: ["(t.user_id = $2 or (\(TicketResources.website) = $1 and (t.assigned_to = $2 or t.assigned_to is null)))"],
    fixedParameters: 2, defaultSort: "-created_at")

  // MARK: What commands ask

  /// `$1` bigint: the ticket. A row for each line of its order, and at least one: null where there is none, or the copies do not know it.
  static let returnableOrder = returnable(
    "sav.returnable_order", "left join support_tickets t on t.id = $1 left join order_copies oc on oc.id = t.order_id")
  /// `$1` bigint: the order itself. The same rows.
  static let withdrawableOrder = returnable("sav.withdrawable_order", "left join order_copies oc on oc.id = $1")

  private static func returnable(_ name: String, _ order: String) -> PostgresStatement {
    PostgresStatement(
      name,
      """
      select \(ReadSide.positionSQL), oc.id, oc.user_id, oc.delivered_at, l.id, l.product_id, l.quantity::bigint, l.net_ht::text, l.vat::text,
        l.withdrawal_exclusion, oc.status
      from (select) one \(order)
        left join order_line_copies l on l.order_id = oc.id
      order by l.id
      """)
  }
}
