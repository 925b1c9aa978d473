public import EventSourcing

/// Asks for the newsletter in the name of an address. A request that waits for its confirmation is not repeated before that has expired.
public struct RequestSubscription: Command {
  /// Whoever holds the claim on the address, else an id drawn before.
  public var newsletterID: NewsletterID
  public var content: SubscriberContent
  /// The claim on the address: `newsletter-email:` and its keyed hash.
  public var emailClaim: String
  /// SHA-256 of the token of his links, in hexadecimal digits.
  public var tokenHash: String
  /// Where it came from; at most 100 characters.
  public var source: String?
  /// How long the link of the confirmation works.
  public var confirmWithin: Duration

  public init(
    newsletterID: NewsletterID, content: SubscriberContent, emailClaim: String, tokenHash: String, source: String?,
    confirmWithin: Duration = .seconds(7 * 86_400)
  ) {
    self.newsletterID = newsletterID
    self.content = content
    self.emailClaim = emailClaim
    self.tokenHash = tokenHash
    self.source = source
    self.confirmWithin = confirmWithin
  }

  public func decide(in session: inout DecisionSession) throws -> Created<NewsletterID> {
    let state = try session.load(Subscriber.self, newsletterID, isNew: true)
    try session.record(Subscriber.decide(self, now: session.now, state), on: Subscriber.self, newsletterID)
    session.takeNames(newsletterID, emailClaim, tokenHash, state)
    return Created(newsletterID)
  }
}

/// Subscribes somebody without asking him to confirm: imports (by their id), and other services that have his consent. Repeating it changes
/// nothing.
public struct EnrolSubscriber: Command {
  /// Whoever holds the claim on the address, else an id drawn before.
  public var newsletterID: NewsletterID
  public var content: SubscriberContent
  /// The claim on the address: `newsletter-email:` and its keyed hash.
  public var emailClaim: String
  /// SHA-256 of the token of his links, in hexadecimal digits.
  public var tokenHash: String
  /// Where it came from; at most 100 characters.
  public var source: String?
  /// Whether somebody who has left, or could not be reached, is subscribed again.
  public var renews: Bool
  /// Since when; the time of the command when nil.
  public var subscribedAt: Timestamp?

  public init(
    newsletterID: NewsletterID, content: SubscriberContent, emailClaim: String, tokenHash: String, source: String?, renews: Bool = false,
    subscribedAt: Timestamp? = nil
  ) {
    self.newsletterID = newsletterID
    self.content = content
    self.emailClaim = emailClaim
    self.tokenHash = tokenHash
    self.source = source
    self.renews = renews
    self.subscribedAt = subscribedAt
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    Affected(count: try enrol(in: &session) ? 1 : 0)
  }

  /// - Returns: whether anything changed.
  func enrol(in session: inout DecisionSession) throws -> Bool {
    let state = try session.load(Subscriber.self, newsletterID, isNew: true)
    let events = try Subscriber.decide(self, state)
    try session.record(events, on: Subscriber.self, newsletterID, occurredAt: subscribedAt)
    session.takeNames(newsletterID, emailClaim, tokenHash, state)
    return !events.isEmpty
  }
}

/// Takes over a subscriber of another system: `EnrolSubscriber` under an imported id. Nothing follows from it.
public typealias ImportSubscriber = EnrolSubscriber

/// Enrols several, all or none of them.
public struct ImportSubscribers: Command {
  /// Each address once.
  public var rows: [EnrolSubscriber]

  public init(rows: [EnrolSubscriber]) {
    self.rows = rows
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    try session.prepare(Subscriber.self, rows.map(\.newsletterID))
    var count: Int64 = 0
    for row in rows where try row.enrol(in: &session) { count += 1 }
    return Affected(count: count)
  }
}

/// The owner of an address confirms that he wants the newsletter. Doing it again changes nothing.
public struct ConfirmSubscription: Command {
  public var newsletterID: NewsletterID

  public init(newsletterID: NewsletterID) {
    self.newsletterID = newsletterID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Subscriber.self, newsletterID)
    try session.record(Subscriber.confirm(newsletterID, now: session.now, state), on: Subscriber.self, newsletterID)
    return NoAnswer()
  }
}

/// A subscriber leaves, or is taken off. Doing it again changes nothing.
public struct Unsubscribe: Command {
  public var newsletterID: NewsletterID
  public var reason: UnsubscribeReason
  /// The campaign whose mail made him leave, which counts it once; nil when none is known.
  public var campaignID: CampaignID?

  public init(newsletterID: NewsletterID, reason: UnsubscribeReason, campaignID: CampaignID? = nil) {
    self.newsletterID = newsletterID
    self.reason = reason
    self.campaignID = campaignID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Subscriber.self, newsletterID)
    let events = try Subscriber.unsubscribe(newsletterID, reason, campaign: campaignID, state)
    try session.record(events, on: Subscriber.self, newsletterID)
    if let campaignID, !events.isEmpty {
      try session.report(.unsubscribed, on: DeliveryKey(campaignID, newsletterID))
    }
    return NoAnswer()
  }
}

/// Gives a subscriber new content, whole or in part, or staff's word on whether he is subscribed.
public struct ChangeSubscriber: Command {
  public var newsletterID: NewsletterID
  /// The claim on the address after the change; nil when the change leaves it.
  public var emailClaim: String?
  /// Nil leaves it.
  public var isSubscribed: Bool?
  /// What is to become of the content; may run several times.
  public var change: @Sendable (inout SubscriberContent) -> Void

  public init(
    newsletterID: NewsletterID, emailClaim: String? = nil, isSubscribed: Bool? = nil,
    change: @escaping @Sendable (inout SubscriberContent) -> Void
  ) {
    self.newsletterID = newsletterID
    self.emailClaim = emailClaim
    self.isSubscribed = isSubscribed
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Subscriber.self, newsletterID)
    guard state.existence == .present, var content = state.content else { throw SubscriberRejection.notFound(newsletterID) }
    change(&content)
    let claim = emailClaim ?? state.emailClaim
    try session.record(Subscriber.change(self, to: content, claim: claim, state), on: Subscriber.self, newsletterID)
    if claim != state.emailClaim {
      session.claim(claim, for: Subscriber.stream(newsletterID))
      session.release(state.emailClaim, from: Subscriber.stream(newsletterID))
    }
    return NoAnswer()
  }
}

/// Deletes a subscriber; his address stays his, so that he can come back. Doing it again changes nothing.
public struct DeleteSubscriber: Command {
  public var newsletterID: NewsletterID

  public init(newsletterID: NewsletterID) {
    self.newsletterID = newsletterID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Subscriber.self, newsletterID)
    try session.record(Subscriber.delete(newsletterID, state), on: Subscriber.self, newsletterID)
    return NoAnswer()
  }
}

extension DecisionSession {
  /// A new subscriber's address and token are his for good.
  fileprivate mutating func takeNames(_ id: NewsletterID, _ email: String, _ tokenHash: String, _ state: Subscriber.State) {
    guard state.existence == .missing else { return }
    claim(email, for: Subscriber.stream(id))
    claim(Subscriber.tokenClaim(tokenHash), for: Subscriber.stream(id))
  }
}

extension Subscriber {
  /// The claim by which a link finds its subscriber.
  public static func tokenClaim(_ hash: String) -> String { "newsletter-token:\(hash)" }
}
