import Aggregates
import EventSourcing

extension Mailer {
  /// The slug of the template for each kind of event.
  static let templates: [String: String] = [
    OrderConfirmed.type.name: "order-confirmation", OrderPaid.type.name: "payment-receipt", OrderCancelled.type.name: "order-cancelled",
    DeliveryShipped.type.name: "delivery-shipped", DeliveryDelivered.type.name: "delivery-delivered",
    TicketOpened.type.name: "ticket-created", TicketResolved.type.name: "ticket-resolved",
    PasswordResetRequested.type.name: "password-reset", EmailVerificationRequested.type.name: "email-verification",
    SubscriptionRequested.type.name: "subscription-confirmation", SubscriptionConfirmed.type.name: "welcome-email",
    SubscriptionRenewed.type.name: "welcome-email",
    WithdrawalConfirmed.type.name: "withdrawal-receipt",
  ]

  public var messageTypes: [String] { Self.templates.keys.sorted() + [CampaignTestRequested.type.name] }

  /// What people are told of an event.
  func letters(for message: RecordedEvent) async throws -> [Letter] {
    if message.type == CampaignTestRequested.type.name { return try await campaignTest(message) }
    return try await [letter(for: message)].compactMap(\.self)
  }

  /// What a customer or a subscriber is told of an event; nil for nothing.
  private func letter(for message: RecordedEvent) async throws -> Letter? {
    guard let template = Self.templates[message.type] else { return nil }
    switch message.type {
    case OrderConfirmed.type.name:
      let event = try PayloadDecoder(OrderConfirmed.self).decode(message)
      guard let placed = try await placed(event.orderID) else { return nil }
      return order(template, event.userID, event.orderNumber, ["total_amount_ttc": amount(placed.totals.totalTTC)])
    case OrderPaid.type.name:
      let event = try PayloadDecoder(OrderPaid.self).decode(message)
      return order(template, event.userID, event.orderNumber, ["amount": amount(event.amountPaid)])
    case OrderCancelled.type.name:
      let event = try PayloadDecoder(OrderCancelled.self).decode(message)
      return order(template, event.userID, event.orderNumber, ["reason": words(event.reason)])
    case DeliveryShipped.type.name:
      let event = try PayloadDecoder(DeliveryShipped.self).decode(message)
      return try await delivery(
        template, event.delivery, ["tracking_number": event.carrierTrackingNumber ?? event.delivery.trackingNumber])
    case DeliveryDelivered.type.name:
      return try await delivery(template, try await read(DeliveryDelivered.self, message).delivery, [:])
    case TicketOpened.type.name:
      let event = try await read(TicketOpened.self, message)
      return ticket(template, event.ticket, event.personal?.subject)
    case TicketResolved.type.name:
      let event = try await read(TicketResolved.self, message)
      return ticket(template, event.ticket, event.personal?.subject)
    case PasswordResetRequested.type.name:
      let event = try await read(PasswordResetRequested.self, message)
      return token(template, event.userID, event.personal, "reset_url", "/reset-password", until: event.expiresAt)
    case EmailVerificationRequested.type.name:
      let event = try await read(EmailVerificationRequested.self, message)
      return token(template, event.userID, event.personal, "verification_url", "/verify-email", until: event.expiresAt)
    case SubscriptionRequested.type.name: return try await confirmation(template, message)
    case SubscriptionConfirmed.type.name:
      return try await welcome(template, PayloadDecoder(SubscriptionConfirmed.self).decode(message, keys: [:]).newsletterID)
    case SubscriptionRenewed.type.name:
      return try await welcome(template, PayloadDecoder(SubscriptionRenewed.self).decode(message, keys: [:]).newsletterID)
    case WithdrawalConfirmed.type.name: return withdrawal(template, try await read(WithdrawalConfirmed.self, message))
    default: return nil
    }
  }

  /// The receipt goes where the buyer asked for it.
  private func withdrawal(_ template: String, _ event: WithdrawalConfirmed) -> Letter? {
    guard let statement = event.personal, let receipt = event.receipt else { return nil }
    return Letter(
      template: template, userID: event.notice.userID, recipient: MailRecipient(email: statement.email, firstname: statement.name),
      variables: [
        "order_number": event.notice.orderNumber, "withdrawal_number": event.notice.withdrawalID.description, "receipt": receipt,
      ])
  }

  /// A token is of no use to anybody but its receiver's account, nor after its time.
  private func token(
    _ template: String, _ user: UserID, _ letter: MailedTokenLetter?, _ variable: String, _ page: String, until end: Timestamp
  ) -> Letter? {
    guard let letter, clock() < end else { return nil }
    // Digits, letters, `-`, `_` and a dot: as it is, it may stand in an address.
    return Letter(
      template: template, userID: user, recipient: MailRecipient(email: letter.email, firstname: letter.firstname),
      variables: ["token": letter.token, variable: "\(terms.siteURL)\(page)?token=\(letter.token)"])
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
    return try PayloadDecoder(OrderPlaced.self).decode(first)
  }

  /// An event with what is personal in it.
  func read<Payload: PersonalEventPayload>(_ payload: Payload.Type, _ message: RecordedEvent) async throws -> Payload {
    let keys = try await log.subjectKeys(Set([message.subject].compactMap(\.self)), create: false)
    return try PayloadDecoder(payload).decode(message, keys: keys)
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
