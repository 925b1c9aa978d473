import Aggregates
import JSON
import Postgres

/// What answers show of sav_service_db.
enum TicketResources {
  static let statuses = TicketStatus.allCases.map(\.rawValue)
  static let priorities = TicketPriority.allCases.map(\.rawValue)

  /// From the least urgent; by name they would stand in another order.
  private static let rank =
    "(case t.priority when 'low' then '1' when 'medium' then '2' when 'high' then '3' else '4' end)"

  /// What is noted beside the fields: any JSON object.
  private static let metadata = Schema(["type": "object"])

  static let ticket = Resource(
    "ticket", schema: "Ticket", table: "support_tickets", from: "support_tickets t", id: "t.id", stream: .init(Ticket.category),
    fields: [
      .id("id", "t.id"), .text("ticket_number", "t.ticket_number").sortable, .id("user_id", "nullif(t.user_id, 0)").nullable,
      .text("subject", "t.subject"), .text("description", "t.description"),
      .choice("priority", "t.priority", priorities).sortable(by: rank), .choice("status", "t.status", statuses).sortable,
      .text("category", "t.category").nullable, .id("assigned_to", "t.assigned_to").nullable, .id("order_id", "t.order_id").nullable,
      .json("metadata", "t.metadata", metadata).nullable, .time("resolved_at", "t.resolved_at").nullable,
      .time("closed_at", "t.closed_at").nullable, .time("created_at", "t.created_at").sortable,
      .time("updated_at", "t.updated_at").sortable,
    ],
    relations: [
      .one("order", order, on: "oc.id = t.order_id"),
      .one("user", user, on: "u.id = t.user_id and u.deleted_at is null"),
      .one("agent", agent, on: "ag.id = t.assigned_to and ag.deleted_at is null"),
    ],
    filters: [
      Filter("status", alias: "status", .choice(TicketStatus.self), "t.status = $?") { .text($0.rawValue) },
      Filter("priority", alias: "priority", .choice(TicketPriority.self), "t.priority = $?") { .text($0.rawValue) },
      .id("user_id", "t.user_id"), .id("assigned_to", "t.assigned_to"), .id("order_id", "t.order_id"),
      Filter("category", alias: "category", .text(100), "t.category = $?") { .text($0) },
      // The beginning of a number, or words of the text, one of them perhaps with a typing error.
      Filter(
        "search", alias: "search", .text(100),
        """
        (t.ticket_number ^@ upper($?) or internal.fold(t.subject || ' ' || t.description) %> internal.fold($?))
        """
      ) { .text($0) },
    ])

  /// Of a closed account nothing but its number.
  private static let user = Resource(
    "user", table: "users", from: "users u", id: "u.id",
    fields: [
      .id("id", "u.id"), .text("firstname", open("u.firstname")).nullable, .text("lastname", open("u.lastname")).nullable,
      .text("email", open("u.email")).nullable,
    ])

  private static func open(_ column: String) -> String { "case when u.deleted_at is null then \(column) end" }

  /// What a customer may know of who works for him.
  private static let agent = Resource(
    "agent", table: "users", from: "users ag", id: "ag.id",
    fields: [
      .id("id", "ag.id"), .text("firstname", "ag.firstname").nullable, .text("lastname", "ag.lastname").nullable,
    ])

  /// The order that a ticket is about, as it stands now.
  private static let order = Resource(
    "order", table: "order_copies", from: "order_copies oc", id: "oc.id",
    fields: [
      .id("id", "oc.id"), .text("order_number", "oc.order_number"), .decimal("total_amount_ttc", "oc.total_amount_ttc"),
      .constant("currency", Cents.currencyCode), .text("status", "oc.status"),
    ])

  static let message = Resource(
    "ticket_message", schema: "TicketMessage", table: "ticket_messages",
    from: "ticket_messages m join support_tickets t on t.id = m.ticket_id", id: "m.id",
    stream: .init(Ticket.category, key: "m.ticket_id", isAggregate: false),
    fields: [
      .id("id", "m.id"), .id("ticket_id", "m.ticket_id"), .id("sender_id", "nullif(m.sender_id, 0)").nullable,
      .choice("sender_type", "m.sender_type", TicketSender.allCases.map(\.rawValue)), .text("message", "m.message"),
      .bool("is_internal", "m.is_internal"), .time("read_at", "m.read_at").nullable, .time("created_at", "m.created_at"),
      .time("updated_at", "m.updated_at"),
    ],
    relations: [.many("attachments", attachmentOfMessage, on: "f.message_id = m.id", order: "f.id", expected: 2)])

  private static let attachmentOfMessage = Resource(
    "ticket_attachment", table: "ticket_attachments", from: "ticket_attachments f", id: "f.id", fields: attachmentFields("f"))

  static let attachment = Resource(
    "ticket_attachment", schema: "TicketAttachment", table: "ticket_attachments",
    from: """
      ticket_attachments a join support_tickets t on t.id = a.ticket_id left join ticket_messages m on m.id = a.message_id
      """,
    id: "a.id", stream: .init(Ticket.category, key: "a.ticket_id", isAggregate: false), fields: attachmentFields("a"))

  private static func attachmentFields(_ alias: String) -> [Resource.Field] {
    [
      .id("id", "\(alias).id"), .id("ticket_id", "\(alias).ticket_id"), .id("message_id", "\(alias).message_id").nullable,
      .text("original_name", "\(alias).original_name"), .text("filename", "\(alias).filename"), .text("file_path", "\(alias).file_path"),
      .text("mime_type", "\(alias).mime_type"), .integer("file_size", "\(alias).file_size"), .time("created_at", "\(alias).created_at"),
      .time("updated_at", "\(alias).updated_at"),
    ]
  }

  /// A ticket for whoever knows its number: without what tells of persons.
  private static let publicTicket = Resource(
    "ticket", schema: "PublicTicket", table: "support_tickets", from: "support_tickets t", id: "t.id",
    stream: .init(Ticket.category, isAggregate: false),
    fields: [
      .id("id", "t.id"), .text("ticket_number", "t.ticket_number"), .text("subject", "t.subject"),
      .choice("status", "t.status", statuses), .choice("priority", "t.priority", priorities), .text("category", "t.category").nullable,
      .time("resolved_at", "t.resolved_at").nullable, .time("closed_at", "t.closed_at").nullable, .time("created_at", "t.created_at"),
      .time("updated_at", "t.updated_at"),
    ],
    relations: [
      .many(
        "messages", publicMessage, on: "m.ticket_id = t.id and not m.is_internal", order: "m.created_at, m.id", embedded: true)
    ])

  private static let publicMessage = Resource(
    "ticket_message", table: "ticket_messages", from: "ticket_messages m", id: "m.id",
    fields: [
      .id("id", "m.id"), .choice("sender_type", "m.sender_type", TicketSender.allCases.map(\.rawValue)), .text("message", "m.message"),
      .time("created_at", "m.created_at"),
    ])

  private static let unread = Resource(
    "unread_messages", schema: "UnreadMessages", table: "support_tickets", from: "support_tickets t", id: "t.id",
    stream: .init(Ticket.category, isAggregate: false),
    fields: [
      .id("ticket_id", "t.id"),
      .integer(
        "unread",
        """
        (select count(*) from ticket_messages m where m.ticket_id = t.id and m.read_at is null and not m.is_internal
          and m.sender_type = case when $2 = 'own' or t.user_id = $3 then 'agent' else 'customer' end)
        """),
    ])

  private static let statusFigures = Resource(
    "ticket_statistics", schema: "TicketStatistics", table: "support_tickets",
    from: """
      unnest(array[\(statuses.map { "'\($0)'" }.joined(separator: ", "))]) with ordinality s(status, id) cross join lateral (
        select count(*) as tickets, \(priorities.map { "count(*) filter (where t.priority = '\($0)') as \($0)" }.joined(separator: ", ")),
          count(*) filter (where t.assigned_to is null) as unassigned,
          count(*) filter (where t.metadata ? 'sla_breaches') as breached,
          round(avg(extract(epoch from t.resolved_at - t.created_at)) / 60)::bigint as resolution
        from support_tickets t where t.status = s.status and ($1::bigint is null or \(website) = $1)) f
      """,
    id: "s.id", stream: .init(Ticket.category, isAggregate: false),
    fields: [.choice("status", "s.status", statuses), .integer("tickets", "f.tickets")]
      + priorities.map { Resource.Field.integer($0, "f.\($0)") } + [
        .integer("unassigned", "f.unassigned"), .integer("sla_breached", "f.breached"),
        .integer("average_resolution_minutes", "f.resolution").nullable,
      ])

  // MARK: Queries

  /// The website of the order that the ticket `t` is about.
  static let website = "(select wo.website_id from order_copies wo where wo.id = t.order_id)"
  /// Whether a caller sees the ticket `t`. `$2` text: `own`, `agent` or `all`, the last two with `:<website>` behind for who works for a
  /// website alone; `$3` bigint: the caller.
  static let isVisible = """
    (t.user_id = $3 or $2 in ('all', 'all:' || \(website))
      or ($2 in ('agent', 'agent:' || \(website)) and (t.assigned_to = $3 or t.assigned_to is null)))
    """
  /// Whether he sees the message `m`, too: notes among agents are not for the ticket's owner.
  private static let isMessageVisible = "(not m.is_internal or ($2 <> 'own' and t.user_id <> $3))"
  private static let isFileVisible = "(m.id is null or \(isMessageVisible))"
  private static let isThere = "exists (select from support_tickets t where t.id = $1 and \(isVisible))"

  /// `$1` bigint: the ticket; `$2`, `$3` as above, and likewise below.
  static let one = RowQuery("sav.ticket", ticket, where: "t.id = $1 and \(isVisible)")
  static let unreadCount = RowQuery("sav.unread", unread, where: "t.id = $1 and \(isVisible)")
  static let messages = WholeQuery(
    "sav.messages", message, where: "m.ticket_id = $1 and \(isVisible) and \(isMessageVisible)", order: "m.created_at, m.id",
    ifThereIs: isThere)
  static let attachments = WholeQuery(
    "sav.attachments", attachment, where: "a.ticket_id = $1 and \(isVisible) and \(isFileVisible)", order: "a.id", ifThereIs: isThere)
  /// `$4` bigint: the message.
  static let oneMessage = RowQuery(
    "sav.message", message, where: "m.ticket_id = $1 and \(isVisible) and \(isMessageVisible) and m.id = $4", isByID: false)
  static let attachmentsOfMessage = WholeQuery(
    "sav.attachments_of_message", attachment, where: "a.ticket_id = $1 and \(isVisible) and \(isMessageVisible) and m.id = $4",
    order: "a.id",
    ifThereIs: """
      exists (
        select from ticket_messages m join support_tickets t on t.id = m.ticket_id
        where t.id = $1 and \(isVisible) and \(isMessageVisible) and m.id = $4)
      """)
  /// `$4` bigint: the attachment.
  static let oneAttachment = RowQuery(
    "sav.attachment", attachment, where: "a.ticket_id = $1 and \(isVisible) and \(isFileVisible) and a.id = $4", isByID: false)

  /// As `oneAttachment`. Key and name of the file; null when there is none, or not for the caller.
  static let attachmentFile = PostgresStatement(
    "sav.attachment_file",
    """
    select \(ReadSide.positionSQL), f.file_path, f.original_name from (select) one left join (
      select a.file_path, a.original_name from ticket_attachments a join support_tickets t on t.id = a.ticket_id
        left join ticket_messages m on m.id = a.message_id
      where a.ticket_id = $1 and \(isVisible) and \(isFileVisible) and a.id = $4) f on true
    """)

  /// `$1` text: the number.
  static let byNumber = RowQuery("sav.ticket_by_number", publicTicket, where: "t.ticket_number = $1", isByID: false)

  static let all = Listing("sav.tickets", ticket, defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the customer.
  static let own = Listing(
    "sav.own_tickets", ticket, where: ["t.user_id = $1"], fixedParameters: 1, defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the agent.
  static let ofAgent = Listing(
    "sav.agents_tickets", ticket, where: ["(t.assigned_to = $1 or t.assigned_to is null or t.user_id = $1)"], fixedParameters: 1,
    defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the website; `$2` bigint: its administrator.
  static let ofWebsite = Listing(
    "sav.websites_tickets", ticket, where: ["(\(website) = $1 or t.user_id = $2)"], fixedParameters: 2, defaultSort: "-created_at",
    defaultLimit: 15)
  /// `$1` bigint: the website; `$2` bigint: its agent.
  static let ofWebsitesAgent = Listing(
    "sav.websites_agents_tickets", ticket,
    where: ["(t.user_id = $2 or (\(website) = $1 and (t.assigned_to = $2 or t.assigned_to is null)))"], fixedParameters: 2,
    defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the website; null for all tickets.
  static let statistics = WholeQuery("sav.statistics", statusFigures, order: "s.id")
}
