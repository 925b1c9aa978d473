import Aggregates
import EventSourcing
import JSON
import Postgres

/// Opening a ticket: what the rules want to know beforehand, and the number.
enum TicketOpening {
  /// `$1` bigint: the customer; `$2` text: the category, or null; `$3` bigint: the order, or null. One row: how many tickets of the category
  /// he has, the order's columns, null where it is not known, and whether the customer is known.
  private static let facts = PostgresStatement(
    "sav.opening_facts",
    """
    select \(ReadSide.positionSQL), (select count(*) from support_tickets t where t.user_id = $1 and t.category = $2::text),
      oc.id, oc.order_number, oc.user_id, oc.total_amount_ttc::text, oc.status, oc.has_failed_payment,
      exists (select from users u where u.id = $1 and u.deleted_at is null), oc.website_id
    from (select) one left join order_copies oc on oc.id = $3
    """)

  /// Opens a ticket of a customer, or for him.
  @Sendable static func open(_ input: NewTicket, _ call: Call) async throws -> Reply {
    let caller = call.user
    let customer = input.userID ?? caller.userID
    let isAgent = try await call.isAgent()
    guard customer == caller.userID || isAgent else { throw Problem(.forbidden) }
    let found = try await known(customer, input.category, input.orderID, call)
    // Whoever signed in is there, even if the copies do not know him yet.
    guard customer == caller.userID || found.isCustomerKnown else { throw Problem.field("/user_id", .unknownReference) }
    if input.orderID != nil, found.order == nil { throw Problem.field("/order_id", .unknownReference) }
    return try await execute(
      OpenTicket(
        ticketID: TicketID(try await call.nextID("ticket")), ticketNumber: "", userID: customer, openedBy: caller.userID,
        subject: input.subject, description: input.description, category: input.category, priority: input.priority,
        isPriorityFinal: isAgent, metadata: input.metadata, order: found.order, ticketsOfCategory: found.ticketsOfCategory,
        times: call.services.configuration.ticketTimes),
      call
    ) { "/api/v1/sav/tickets/\($0.ticketID)" }
  }

  /// Opens a ticket of somebody who does not sign in, whatever token came with it.
  @Sendable static func openAsGuest(_ input: GuestTicket, _ call: Call) async throws -> Reply {
    try await execute(
      OpenTicket(
        ticketID: TicketID(try await call.nextID("ticket")), ticketNumber: "", userID: nil, subject: input.subject,
        description: input.description, category: input.category, contact: input.contact, times: call.services.configuration.ticketTimes),
      call
    ) { "/api/v1/sav/public/tickets/\($0.ticketNumber)" }
  }

  private static func execute(_ command: OpenTicket, _ call: Call, location: (TicketAnswer) -> String) async throws -> Reply {
    var command = command
    for _ in 0..<3 {
      command.ticketNumber = try await TicketNumber.next(call.services)
      do {
        let outcome = try await call.execute(command)
        return .ticket(outcome, location: outcome.answer.map(location))
      } catch CommandError.refused(.claimTaken) {
        // Two counts of a day have the same digits: once in thousands of years.
        continue
      }
    }
    throw Problem(.numbersExhausted)
  }

  /// A customer's order as the copies have it; nil when there is none such.
  static func order(_ id: OrderID, of customer: UserID, _ call: Call) async throws -> TicketOrder? {
    try await known(customer, nil, id, call).order.flatMap { $0.userID == customer ? $0 : nil }
  }

  /// What the service's rows and copies say beforehand.
  private struct Known {
    var isCustomerKnown: Bool
    var ticketsOfCategory: Int64
    var order: TicketOrder?
    var position: Position
  }

  /// What is not there may have been made a moment ago, so a miss waits once until the copies have seen all that is in the log now.
  private static func known(_ customer: UserID, _ category: String?, _ order: OrderID?, _ call: Call) async throws -> Known {
    let found = try await read(customer, category, order, call)
    if (order == nil || found.order != nil) && (found.isCustomerKnown || customer == call.user.userID) { return found }
    let head = try await call.services.log.head()
    guard found.position < head, try await call.services.reads.sav.wait(for: head, atMost: .seconds(1)) > found.position else {
      return found
    }
    return try await read(customer, category, order, call)
  }

  private static func read(_ customer: UserID, _ category: String?, _ order: OrderID?, _ call: Call) async throws -> Known {
    let (result, position) = try await call.services.reads.sav.query(
      facts,
      [
        .int64(customer.rawValue), category.map { PostgresValue.text($0) } ?? .null,
        order.map { PostgresValue.int64($0.rawValue) } ?? .null,
      ], call)
    let row = result[0]
    var known = Known(isCustomerKnown: try row.bool(8), ticketsOfCategory: try row.int64(1), position: position)
    if let id = try row.optionalInt64(2) {
      known.order = TicketOrder(
        orderID: OrderID(id), orderNumber: try row.string(3), userID: UserID(try row.int64(4)),
        totalTTC: try Cents(decimal: row.string(5)), status: try row.string(6), hasFailedPayment: try row.bool(7),
        websiteID: try row.optionalInt64(9).map { WebsiteID($0) })
    }
    return known
  }
}

/// Ticket numbers: `TKT-` and 13 hexadecimal digits. Each stands for a count of the day in Paris, but nobody works out the next one: whoever
/// knows a number may follow the ticket.
enum TicketNumber {
  static func next(_ services: GatewayServices, at time: Timestamp = .now()) async throws -> String {
    let day = ParisDay(at: time).text()
    return text(day: day, count: try await services.log.nextIDs("ticket-number-\(day)", count: 1), services.emails)
  }

  /// - Parameter secret: hashes with the installation's key; no e-mail address has a blank, so none has the hash of a ticket.
  static func text(day: String, count: Int64, _ secret: EmailFingerprint) -> String {
    "TKT-" + secret.fingerprint(of: "ticket number \(day) \(count)").prefix(13).uppercased()
  }
}

extension Reply {
  /// Where a ticket stands after a command.
  static func ticket(_ outcome: CommandOutcome<TicketAnswer>, location: String? = nil) -> Reply {
    .command(outcome, location: location) { json in
      guard let answer = outcome.answer else { return }
      json.field("id", answer.ticketID.rawValue)
      json.field("ticket_number", answer.ticketNumber)
      json.field("status", answer.status.rawValue)
      json.field("priority", answer.priority.rawValue)
    }
  }
}
