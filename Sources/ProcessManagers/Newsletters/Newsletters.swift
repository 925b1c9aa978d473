public import Aggregates
public import EventSourcing
public import Logging

/// What follows for subscribers from contacts and accounts.
///
/// ```
/// ContactAdded, ContactSubscribed ─▶ EnrolSubscriber by staff, RequestSubscription by a form
/// ContactUnsubscribed, ContactDeleted, UserDeleted ─▶ Unsubscribe        ContactDetailsChanged, EmailVerified ─▶ ChangeSubscriber
/// ```
///
/// With time it tidies up: campaigns that were sent a year ago, how mails were read, old bounces.
///
/// Anybody can write an address into a public form, so its owner is asked to confirm. What staff notes is his word already.
public final class Newsletters: StreamSagaPort {
  public typealias Saga = NewsletterSaga

  /// As it stands in the context of what it commands.
  static let actor = "newsletters"

  public let name = Newsletters.actor
  public let service: String? = "newsletters"
  public let log: any EventLog
  public let executor: CommandExecutor
  let ids: IDBlocks
  let fingerprint: @Sendable (String) -> String
  let tokenHash: @Sendable (NewsletterID) -> String
  let logger: Logger

  /// - Parameters:
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - fingerprint: the keyed hash of an address, as claims have it.
  ///   - tokenHash: what is stored of the token of a subscriber's links.
  public init(
    log: any EventLog, executor: CommandExecutor, ids: IDBlocks? = nil, logger: Logger,
    fingerprint: @escaping @Sendable (String) -> String, tokenHash: @escaping @Sendable (NewsletterID) -> String
  ) {
    self.log = log
    self.executor = executor
    self.ids = ids ?? IDBlocks(log: log)
    self.fingerprint = fingerprint
    self.tokenHash = tokenHash
    self.logger = logger
  }

  // MARK: Messages

  public static let reactions: [Reaction<Newsletters>] = [
    .on(ContactAdded.self, add), .on(ContactSubscribed.self, subscribe), .on(ContactUnsubscribed.self, unsubscribe),
    .on(ContactDeleted.self, delete), .on(ContactDetailsChanged.self, change), .on(EmailVerified.self, move),
    .on(UserDeleted.self, close),
  ]

  public func handle(_ message: RecordedEvent) async throws {
    do {
      try await react(to: message)
    } catch let refusal as any Rejection {
      // He has the newsletter, or is gone: nothing is left to be done.
      logger.info("subscriber does not follow", metadata: ["event.position": "\(message.position)", "reason": "\(refusal)"])
    }
  }

  // MARK: Contacts

  private func add(_ event: ContactAdded, after message: RecordedEvent) async throws {
    // An import brings its subscribers itself.
    guard !event.contactID.isImported, event.subscriptions.newsletter, event.status == .active, let content = event.personal else { return }
    try await subscribe(content.email, content.fullName, after: message)
  }

  private func subscribe(_ event: ContactSubscribed, after message: RecordedEvent) async throws {
    guard !isEcho(message), event.subscription == .newsletter, let email = event.personal?.email else { return }
    try await subscribe(email, nil, after: message)
  }

  private func unsubscribe(_ event: ContactUnsubscribed, after message: RecordedEvent) async throws {
    guard !isEcho(message), event.scope == .newsletter || event.scope == .all else { return }
    try await unsubscribe(event.personal?.email, isByStaff(message) ? .staff : .form, after: message)
  }

  private func delete(_ event: ContactDeleted, after message: RecordedEvent) async throws {
    try await unsubscribe(event.personal?.email, event.reason == Contact.accountDeleted ? .account : .staff, after: message)
  }

  /// The subscriber with the address that the contact had takes over address and name. An address that an account brought is not taken
  /// over before its owner has verified it: else anybody could have the newsletter sent to others.
  private func change(_ event: ContactDetailsChanged, after message: RecordedEvent) async throws {
    let fields = Set(event.updatedFields)
    guard let content = event.personal, !fields.isDisjoint(with: ["email", "first_name", "last_name"]),
      let old = try await claim(of: event.contactID, before: message.version)
    else { return }
    let changesName = !fields.isDisjoint(with: ["first_name", "last_name"])
    try await change(
      Self.newsletterClaim(old), to: fields.contains("email") && !isEcho(message) ? content.email : nil, after: message
    ) {
      if changesName { $0.name = content.fullName }
    }
  }

  /// Whether something changed at a contact because it had changed elsewhere.
  private func isEcho(_ message: RecordedEvent) -> Bool { message.context.actor == Contacts.actor }

  /// Forms are carried out in nobody's name.
  private func isByStaff(_ message: RecordedEvent) -> Bool { message.context.actor?.hasPrefix("user-") == true }

  /// The claim on the address that a contact had before an event of its own; nil when the contact is not in the log.
  private func claim(of contact: ContactID, before version: StreamVersion) async throws -> String? {
    var claim: String?
    var last = StreamVersion.none
    while true {
      let events = try await log.readStream(Contact.stream(contact), after: last, limit: 500)
      for event in events where event.version < version {
        switch event.type {
        case ContactAdded.type.name: claim = try read(ContactAdded.self, event).emailClaim
        case ContactDetailsChanged.type.name: claim = try read(ContactDetailsChanged.self, event).emailClaim
        default: break
        }
      }
      guard events.count == 500, let end = events.last, end.version < version else { return claim }
      last = end.version
    }
  }

  // MARK: Accounts

  /// An account has a new address, and its owner has shown that it is his: a subscription that he had under the last one goes with him.
  private func move(_ event: EmailVerified, after message: RecordedEvent) async throws {
    guard let account = try await AccountFacts.read(event.userID, from: log), let old = account.previousEmail, !account.email.isEmpty else {
      return
    }
    try await change(claim(of: old), to: account.email, after: message)
  }

  private func close(_ event: UserDeleted, after message: RecordedEvent) async throws {
    guard let account = try await AccountFacts.read(event.userID, from: log), account.isDeleted else { return }
    try await unsubscribe(account.email, .account, after: message)
  }

  // MARK: Subscribers

  private func subscribe(_ email: String, _ name: String?, after message: RecordedEvent) async throws {
    let claim = claim(of: email)
    let known = try await owner(of: claim)
    guard try await isNews(message, for: known) else { return }
    let id = if let known { known } else { NewsletterID(try await ids.next("newsletter")) }
    let content = SubscriberContent(email: email, name: name)
    if isByStaff(message) {
      let command = EnrolSubscriber(
        newsletterID: id, content: content, emailClaim: claim, tokenHash: tokenHash(id), source: "contacts", renews: true)
      try await execute(command, after: message)
    } else {
      let command = RequestSubscription(
        newsletterID: id, content: content, emailClaim: claim, tokenHash: tokenHash(id), source: "contacts")
      try await execute(command, after: message)
    }
  }

  private func unsubscribe(_ email: String?, _ reason: UnsubscribeReason, after message: RecordedEvent) async throws {
    guard let email, let id = try await owner(of: claim(of: email)), try await isNews(message, for: id) else { return }
    try await execute(Unsubscribe(newsletterID: id, reason: reason), after: message)
  }

  /// Whether nothing later was said of a subscription by the contact, who then has a message to come, or by the subscriber. A message that
  /// comes again must not bring back what was true when it was written.
  private func isNews(_ message: RecordedEvent, for subscriber: NewsletterID?) async throws -> Bool {
    if try await happened(Contact.subscriptionEvents, on: message.stream, after: message.position) { return false }
    guard let subscriber else { return true }
    return try await !happened(Subscriber.subscriptionEvents, on: Subscriber.stream(subscriber), after: message.position)
  }

  /// Changes the subscriber under a claim, if there is one.
  /// - Parameter email: his new address; nil when he keeps his own.
  private func change(
    _ claim: String, to email: String?, after message: RecordedEvent,
    _ body: @escaping @Sendable (inout SubscriberContent) -> Void = { _ in }
  ) async throws {
    guard let id = try await owner(of: claim) else { return }
    do {
      let command = ChangeSubscriber(newsletterID: id, emailClaim: email.map { self.claim(of: $0) }) {
        if let email { $0.email = email }
        body(&$0)
      }
      try await execute(command, after: message)
    } catch CommandError.refused(.claimTaken) {
      // The new address has a subscriber of its own.
      logger.notice("subscriber keeps its address", metadata: ["event.position": "\(message.position)"])
    }
  }

  private func claim(of email: String) -> String { "newsletter-email:\(fingerprint(email))" }

  /// The same address's claim among subscribers.
  private static func newsletterClaim(_ contactClaim: String) -> String {
    "newsletter-email:\(contactClaim.drop { $0 != ":" }.dropFirst())"
  }

  private func owner(of claim: String) async throws -> NewsletterID? {
    try await log.claimOwner(claim).flatMap { Int64($0.id) }.map { NewsletterID($0) }
  }
}

extension ContactContent {
  /// First and last name with a blank between, within a subscriber's bounds; nil without either.
  fileprivate var fullName: String? {
    let name = [firstName, lastName].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " ")
    return name.isEmpty ? nil : String(String.UnicodeScalarView(name.unicodeScalars.prefix(255)))
  }
}

extension Contact {
  /// What says whether a contact is subscribed.
  static let subscriptionEvents: Set<String> = [ContactSubscribed.type.name, ContactUnsubscribed.type.name, ContactDeleted.type.name]
}

extension Subscriber {
  /// What says whether a subscriber is subscribed.
  static let subscriptionEvents: Set<String> = [
    SubscriptionRequested.type.name, SubscriptionConfirmed.type.name, SubscriptionRenewed.type.name, SubscriberEnrolled.type.name,
    SubscriberUnsubscribed.type.name, SubscriberDeleted.type.name,
  ]

  /// Those of them that other services hear of.
  static let announcedSubscriptionEvents = subscriptionEvents.filter { MessageCatalogue.byEvent[$0] != nil }
}
