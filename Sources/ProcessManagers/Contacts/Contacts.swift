public import Aggregates
public import EventSourcing
public import Logging

/// What follows for contacts from accounts, orders and the newsletter.
///
/// ```
/// UserRegistered ─▶ AddContact, LinkContactToUser        UserRenamed, EmailChanged ─▶ FollowUser        UserDeleted ─▶ deleted
/// OrderConfirmed ─▶ AddContact, for a buyer who is none yet
/// MailSent, MailOpened, MailClicked, MailBounced ─▶ counted on the contact with the address
/// SubscriptionConfirmed, SubscriptionRenewed, SubscriberEnrolled ─▶ subscribed        SubscriberUnsubscribed ─▶ unsubscribed
/// ```
///
/// Lists that nobody does anything with are archived with time.
///
/// An account from an import becomes a contact when it buys: until then its owner has not come to us. A contact that has the account's
/// address already is linked to it at once.
public final class Contacts: StreamSagaPort {
  public typealias Saga = ContactSaga

  /// As it stands in the context of what it commands.
  static let actor = "contacts"

  public let name = Contacts.actor
  public let service: String? = "contacts"
  public let log: any EventLog
  public let executor: CommandExecutor
  let ids: IDBlocks
  let fingerprint: @Sendable (String) -> String
  let logger: Logger

  /// - Parameters:
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - fingerprint: the keyed hash of an address, as claims have it.
  public init(
    log: any EventLog, executor: CommandExecutor, ids: IDBlocks? = nil, logger: Logger,
    fingerprint: @escaping @Sendable (String) -> String
  ) {
    self.log = log
    self.executor = executor
    self.ids = ids ?? IDBlocks(log: log)
    self.fingerprint = fingerprint
    self.logger = logger
  }

  // MARK: Messages

  public static let reactions: [Reaction<Contacts>] = [
    .on(UserRegistered.self, register), .on(UserRenamed.self, rename), .on(EmailChanged.self, move), .on(UserDeleted.self, delete),
    .on(OrderConfirmed.self, buy), .on(MailSent.self, countSent), .on(MailOpened.self, countOpened), .on(MailClicked.self, countClicked),
    .on(MailBounced.self, countBounced), .on(SubscriptionConfirmed.self, confirm), .on(SubscriptionRenewed.self, renew),
    .on(SubscriberEnrolled.self, enrol), .on(SubscriberUnsubscribed.self, unsubscribe),
  ]

  public func handle(_ message: RecordedEvent) async throws {
    // What subscribers did because of a contact is known here already.
    guard message.context.actor != Newsletters.actor else { return }
    do {
      try await react(to: message)
    } catch let refusal as any Rejection {
      // A rule of contacts, such as a name that is too long, is no reason to wait.
      logger.info("contact does not follow", metadata: ["event.position": "\(message.position)", "reason": "\(refusal)"])
    }
  }

  // MARK: Accounts

  private func register(_ event: UserRegistered, after message: RecordedEvent) async throws {
    guard let personal = event.personal else { return }
    let account = AccountFacts(email: personal.email, firstname: personal.firstname, lastname: personal.lastname)
    try await meet(event.userID, account, as: event.imported ? nil : .api, after: message)
  }

  private func buy(_ event: OrderConfirmed, after message: RecordedEvent) async throws {
    guard try await contact(of: event.userID) == nil, let account = try await AccountFacts.read(event.userID, from: log),
      !account.isDeleted, !account.email.isEmpty
    else { return }
    try await meet(event.userID, account, as: .purchase, after: message)
  }

  /// An account's owner is the contact with his address, or becomes one.
  /// - Parameter source: nil where he is to become none.
  private func meet(
    _ user: UserID, _ account: AccountFacts, as source: ContactSource?, after message: RecordedEvent
  ) async throws {
    let claim = claim(of: account.email)
    do {
      if let known = try await owner(of: claim) {
        try await execute(LinkContactToUser(contactID: known, userID: user), after: message)
      } else if let source {
        let content = ContactContent(
          email: account.email, firstName: account.firstname.nonEmpty, lastName: account.lastname.nonEmpty)
        let command = AddContact(
          contactID: ContactID(try await ids.next("contact")), content: content, emailClaim: claim, source: source, userID: user)
        try await execute(command, after: message)
      }
    } catch CommandError.refused(.claimTaken(let key, _)) where key == Contact.userClaim(user) {
      // Linked already, by staff.
    }
  }

  private func rename(_ event: UserRenamed, after message: RecordedEvent) async throws {
    guard let names = event.personal, let contact = try await contact(of: event.userID) else { return }
    let command = FollowUser(contactID: contact, userID: event.userID) {
      ($0.firstName, $0.lastName) = (names.firstname.nonEmpty, names.lastname.nonEmpty)
    }
    try await execute(command, after: message)
  }

  private func move(_ event: EmailChanged, after message: RecordedEvent) async throws {
    guard let email = event.personal?.email, let contact = try await contact(of: event.userID) else { return }
    do {
      let command = FollowUser(contactID: contact, userID: event.userID, emailClaim: claim(of: email)) { $0.email = email }
      try await execute(command, after: message)
    } catch CommandError.refused(.claimTaken) {
      // Another contact has the address; which of the two he is, staff has to say.
      logger.notice("contact keeps its address", metadata: ["event.position": "\(message.position)"])
    }
  }

  private func delete(_ event: UserDeleted, after message: RecordedEvent) async throws {
    guard let contact = try await contact(of: event.userID), try await AccountFacts.read(event.userID, from: log)?.isDeleted == true else {
      return
    }
    try await execute(ActOnContact(contactID: contact, .delete(reason: Contact.accountDeleted)), after: message)
  }

  private func contact(of user: UserID) async throws -> ContactID? { try await owner(of: Contact.userClaim(user)) }

  // MARK: The newsletter

  private func countSent(_ event: MailSent, after message: RecordedEvent) async throws {
    try await act(.count(.sent), event.personal?.email, after: message)
  }

  private func countOpened(_ event: MailOpened, after message: RecordedEvent) async throws {
    try await act(.count(.opened), event.personal?.email, after: message)
  }

  private func countClicked(_ event: MailClicked, after message: RecordedEvent) async throws {
    try await act(.count(.clicked), event.personal?.email, after: message)
  }

  private func countBounced(_ event: MailBounced, after message: RecordedEvent) async throws {
    // A full mailbox is no lost address.
    guard event.kind == .hard else { return }
    try await act(.count(.bounced), event.personal?.email, after: message)
  }

  private func confirm(_ event: SubscriptionConfirmed, after message: RecordedEvent) async throws {
    try await follow(.subscribe(.newsletter), event.personal?.email, after: message)
  }

  private func renew(_ event: SubscriptionRenewed, after message: RecordedEvent) async throws {
    try await follow(.subscribe(.newsletter), event.personal?.email, after: message)
  }

  private func enrol(_ event: SubscriberEnrolled, after message: RecordedEvent) async throws {
    // An import brings its contacts itself.
    guard !event.newsletterID.isImported else { return }
    try await follow(.subscribe(.newsletter), event.personal?.email, after: message)
  }

  private func unsubscribe(_ event: SubscriberUnsubscribed, after message: RecordedEvent) async throws {
    try await follow(.unsubscribe(.newsletter), event.personal?.email, after: message)
  }

  /// Takes a subscription over, unless something later was said of it by the subscriber, who then has a message to come, or of the contact.
  /// A message that comes again must not bring back what was true when it was written.
  private func follow(_ action: ContactAction, _ email: String?, after message: RecordedEvent) async throws {
    guard let email, let contact = try await owner(of: claim(of: email)),
      try await !happened(Subscriber.announcedSubscriptionEvents, on: message.stream, after: message.position),
      try await !happened(Contact.subscriptionEvents, on: Contact.stream(contact), after: message.position)
    else { return }
    try await execute(ActOnContact(contactID: contact, action), after: message)
  }

  /// Does something to the contact with an address, if there is one.
  private func act(_ action: ContactAction, _ email: String?, after message: RecordedEvent) async throws {
    guard let email, let contact = try await owner(of: claim(of: email)) else { return }
    try await execute(ActOnContact(contactID: contact, action), after: message)
  }

  private func claim(of email: String) -> String { "contact-email:\(fingerprint(email))" }

  private func owner(of claim: String) async throws -> ContactID? {
    try await log.claimOwner(claim).flatMap { Int64($0.id) }.map { ContactID($0) }
  }
}

extension String {
  fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
