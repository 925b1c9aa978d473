import Aggregates
import EventSourcing

/// Mails to a customer about his orders, deliveries and tickets.
extension Mailer {
  func confirmed(_ event: OrderConfirmed, _ template: String) async throws -> Letter? {
    guard let placed = try await placed(event.orderID) else { return nil }
    return order(template, event.userID, event.orderNumber, ["total_amount_ttc": amount(placed.totals.totalTTC)])
  }

  func paid(_ event: OrderPaid, _ template: String) async throws -> Letter? {
    order(template, event.userID, event.orderNumber, ["amount": amount(event.amountPaid)])
  }

  func cancelled(_ event: OrderCancelled, _ template: String) async throws -> Letter? {
    order(template, event.userID, event.orderNumber, ["reason": words(event.reason)])
  }

  func shipped(_ event: DeliveryShipped, _ template: String) async throws -> Letter? {
    try await delivery(
      template, event.delivery, ["tracking_number": event.carrierTrackingNumber ?? event.delivery.trackingNumber])
  }

  func delivered(_ event: DeliveryDelivered, _ template: String) async throws -> Letter? {
    try await delivery(template, event.delivery, [:])
  }

  func opened(_ event: TicketOpened, _ template: String) async throws -> Letter? {
    ticket(template, event.ticket, event.personal?.subject)
  }

  func resolved(_ event: TicketResolved, _ template: String) async throws -> Letter? {
    ticket(template, event.ticket, event.personal?.subject)
  }

  /// The receipt goes where the buyer asked for it.
  func receipt(_ event: WithdrawalConfirmed, _ template: String) async throws -> Letter? {
    guard let statement = event.personal, let receipt = event.receipt else { return nil }
    return Letter(
      template: template, userID: event.notice.userID, recipient: MailRecipient(email: statement.email, firstname: statement.name),
      variables: [
        "order_number": event.notice.orderNumber, "withdrawal_number": event.notice.withdrawalID.description, "receipt": receipt,
      ])
  }

  private func order(_ template: String, _ user: UserID, _ number: String, _ more: [String: String]) -> Letter {
    Letter(template: template, userID: user, variables: more.merging(["order_number": number]) { $1 })
  }

  private func delivery(_ template: String, _ delivery: DeliveryReference, _ more: [String: String]) async throws -> Letter? {
    guard let placed = try await placed(delivery.orderID) else { return nil }
    return order(template, delivery.userID, placed.orderNumber, more)
  }

  private func ticket(_ template: String, _ ticket: TicketKey, _ subject: String?) -> Letter {
    Letter(
      template: template, userID: ticket.userID, variables: ["ticket_number": ticket.ticketNumber, "subject": subject ?? ""])
  }

  /// How an order began; nil for one that came from elsewhere, of which nobody expects a mail.
  private func placed(_ order: OrderID) async throws -> OrderPlaced? {
    let first = try await log.readStream(Order.stream(order), after: .none, limit: 1).first
    guard let first, first.type == OrderPlaced.type.name else { return nil }
    return try read(OrderPlaced.self, first)
  }

  /// As French writes it: `1234,50`.
  private func amount(_ cents: Cents) -> String { String(cents.description.map { $0 == "." ? "," : $0 }) }

  private func words(_ reason: OrderCancellationReason) -> String {
    switch reason {
    case .customer: "à votre demande"
    case .administrator: "par notre service"
    case .inventoryFailed: "un article n'est plus disponible"
    case .paymentFailed, .captureFailed: "le paiement n'a pas abouti"
    case .expired: "le paiement n'est pas arrivé à temps"
    case .withdrawal: "rétractation"
    }
  }
}
