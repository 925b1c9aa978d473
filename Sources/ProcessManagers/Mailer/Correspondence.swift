import Aggregates
import EventSourcing

/// What one mailer writes: upon which events which mails. Each service that has private events to tell people of has its own, since no
/// service acts on another's private events.
public struct Correspondence: Sendable {
  /// Of the process manager.
  public let name: String
  /// Whose business it is.
  public let service: String
  /// What it is for.
  let purpose: String
  /// Each kind of event once.
  let rules: [MailRule]

  private static let common = """
    Each mail is marked in the log before it is sent, so that none goes twice; one that cannot be written is left out, and the log says so.
    """

  public static let all: [Correspondence] = [.customers, .accounts, .withdrawals]

  /// What concerns orders, deliveries, tickets, the newsletter and its campaigns.
  public static let customers = Correspondence(
    name: "mailer", service: "newsletters",
    purpose: "Sends customers and subscribers the mails about their orders, deliveries, tickets and the newsletter, each once. \(common)",
    rules: [
      .on(OrderConfirmed.self, "order-confirmation", Mailer.confirmed), .on(OrderPaid.self, "payment-receipt", Mailer.paid),
      .on(OrderCancelled.self, "order-cancelled", Mailer.cancelled), .on(DeliveryShipped.self, "delivery-shipped", Mailer.shipped),
      .on(DeliveryDelivered.self, "delivery-delivered", Mailer.delivered), .on(TicketOpened.self, "ticket-created", Mailer.opened),
      .on(TicketResolved.self, "ticket-resolved", Mailer.resolved),
      .on(SubscriptionRequested.self, "subscription-confirmation", Mailer.confirmation),
      .on(SubscriptionConfirmed.self, "welcome-email", Mailer.welcome), .on(SubscriptionRenewed.self, "welcome-email", Mailer.welcomeBack),
      MailRule(
        CampaignTestRequested.self, isName: CampaignTestRequested.isMail,
        names: { try (0..<$0.read(CampaignTestRequested.self, $1).addressCount).map(CampaignTestRequested.mail) },
        letters: { try await $0.campaignTest($1) }),
    ])

  /// The tokens by which an account's owner sets another password, or shows that an address is his.
  public static let accounts = Correspondence(
    name: "account-mails", service: "auth",
    purpose: "Sends an account's owner the tokens for another password and for showing that an address is his, each once. \(common)",
    rules: [
      .on(PasswordResetRequested.self, "password-reset", Mailer.passwordReset),
      .on(EmailVerificationRequested.self, "email-verification", Mailer.emailVerification),
    ])

  /// The receipt of a withdrawal from a contract.
  public static let withdrawals = Correspondence(
    name: "withdrawal-receipts", service: "sav",
    purpose: "Sends a buyer the receipt of his withdrawal, as the law asks for it, once. \(common)",
    rules: [.on(WithdrawalConfirmed.self, "withdrawal-receipt", Mailer.receipt)])
}

/// The mails that follow from one kind of event.
struct MailRule: Sendable {
  let type: String
  /// Whether a mail of this kind may be called so.
  let isName: @Sendable (String) -> Bool
  /// What tells the mails that follow from an event apart: the slug of the template, or a name where there is none.
  let names: @Sendable (Mailer, RecordedEvent) throws -> [String]
  let letters: @Sendable (Mailer, RecordedEvent) async throws -> [Letter]

  init<Payload: EventPayload>(
    _ payload: Payload.Type, isName: @escaping @Sendable (String) -> Bool,
    names: @escaping @Sendable (Mailer, RecordedEvent) throws -> [String],
    letters: @escaping @Sendable (Mailer, RecordedEvent) async throws -> [Letter]
  ) {
    type = Payload.type.name
    self.isName = isName
    self.names = names
    self.letters = letters
  }

  /// At most one mail, made of a template.
  /// - Parameters:
  ///   - template: its slug.
  ///   - write: a method of the mailer; nil from it for nothing to tell.
  static func on<Payload: EventPayload>(
    _ payload: Payload.Type, _ template: String,
    _ write: @escaping @Sendable (Mailer) -> @Sendable (Payload, String) async throws -> Letter?
  ) -> MailRule {
    MailRule(
      payload, isName: { $0 == template }, names: { _, _ in [template] },
      letters: { mailer, message in
        try await [write(mailer)(try await mailer.open(payload, message), template)].compactMap(\.self)
      })
  }
}
