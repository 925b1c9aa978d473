public import EventSourcing

/// A subscriber of the newsletter (stream `newsletter-<id>`): whether he asked for it, confirmed it, left, or cannot be reached.
public enum Subscriber: Aggregate {
  public typealias Event = SubscriberEvent
  public static let category = "newsletter"
  public static let initialState = State()
  /// From so many bounces for good on, nothing is sent any more.
  public static let bounceLimit: Int64 = 3

  public struct State: Hashable, Sendable {
    public enum Existence: Hashable, Sendable {
      case missing, present, deleted
    }

    public var existence = Existence.missing
    /// Nil once the subscriber was forgotten.
    public var content: SubscriberContent?
    public var emailClaim = ""
    public var tokenHash = ""
    public var source: String?
    public var status = SubscriberStatus.pending
    /// When a confirmation that is waited for comes too late.
    public var confirmBy: Timestamp?
    public var bounceCount: Int64 = 0
    public var hardBounceCount: Int64 = 0

    /// Whether campaigns may be sent to him.
    var canReceive: Bool { existence == .present && status == .subscribed && bounceCount < bounceLimit && content != nil }

    /// The address for events that name it; nil once the subscriber was forgotten.
    var email: SubscriberEmail? { content.map { SubscriberEmail(email: $0.email) } }
  }

  public static func evolve(_ state: inout State, _ event: SubscriberEvent) {
    switch event {
    case .subscriptionRequested(let event):
      state = State(
        existence: .present, content: event.personal, emailClaim: event.emailClaim, tokenHash: event.tokenHash, source: event.source,
        status: .pending, confirmBy: event.confirmBy)
    case .subscriberEnrolled(let event):
      state = State(
        existence: .present, content: event.personal, emailClaim: event.emailClaim, tokenHash: event.tokenHash, source: event.source,
        status: .subscribed)
    case .subscriptionConfirmed:
      state.status = .subscribed
      state.confirmBy = nil
    case .subscriptionRenewed:
      state.status = .subscribed
      state.confirmBy = nil
      (state.bounceCount, state.hardBounceCount) = (0, 0)
    case .subscriberDetailsChanged(let event):
      state.content = event.personal
      state.emailClaim = event.emailClaim
    case .subscriberUnsubscribed:
      state.status = .unsubscribed
      state.confirmBy = nil
    case .subscriberBounced(let event):
      state.bounceCount = event.bounceCount
      state.hardBounceCount = event.hardBounceCount
      state.status = event.status
    case .subscriberBouncesForgotten: (state.bounceCount, state.hardBounceCount) = (0, 0)
    case .subscriberDeleted: state.existence = .deleted
    }
  }

  // MARK: Decisions

  /// Somebody asks for the newsletter: a new address has to confirm it, one that had left is subscribed again.
  static func decide(_ command: RequestSubscription, now: Timestamp, _ state: State) throws(SubscriberRejection) -> [Event] {
    switch (state.existence, state.status) {
    case (.present, .subscribed): throw .alreadySubscribed(command.newsletterID)
    case (.present, .unsubscribed), (.present, .bounced): return [renewed(command.newsletterID, command.source, state)]
    case (.present, .pending) where state.confirmBy.map { $0 > now } ?? false: return []
    case (.missing, _), (.deleted, _), (.present, .pending): break
    }
    try check(command.content, source: command.source)
    return [
      .subscriptionRequested(
        SubscriptionRequested(
          newsletterID: command.newsletterID, isNew: state.existence == .missing, emailClaim: command.emailClaim,
          tokenHash: command.tokenHash, source: command.source, confirmBy: now + command.confirmWithin, personal: command.content))
    ]
  }

  /// Subscribes somebody without asking him to confirm. Who is subscribed stays so; who has left is left alone unless `renews`.
  static func decide(_ command: EnrolSubscriber, _ state: State) throws(SubscriberRejection) -> [Event] {
    switch (state.existence, state.status) {
    case (.present, .subscribed): return []
    case (.present, .unsubscribed), (.present, .bounced):
      return command.renews ? [renewed(command.newsletterID, command.source, state)] : []
    case (.present, .pending): return [confirmed(command.newsletterID, state)]
    case (.missing, _), (.deleted, _): break
    }
    try check(command.content, source: command.source)
    return [
      .subscriberEnrolled(
        SubscriberEnrolled(
          newsletterID: command.newsletterID, isNew: state.existence == .missing, emailClaim: command.emailClaim,
          tokenHash: command.tokenHash, source: command.source, personal: command.content))
    ]
  }

  /// The owner of the address confirms. Doing it again changes nothing.
  static func confirm(_ id: NewsletterID, now: Timestamp, _ state: State) throws(SubscriberRejection) -> [Event] {
    try present(id, state)
    switch state.status {
    case .subscribed: return []
    case .pending:
      guard state.confirmBy.map({ $0 > now }) ?? false else { throw .expired(id) }
      return [confirmed(id, state)]
    case .unsubscribed, .bounced: throw .wrongStatus(id, current: state.status)
    }
  }

  /// A subscriber leaves, or is taken off. Doing it again changes nothing.
  static func unsubscribe(
    _ id: NewsletterID, _ reason: UnsubscribeReason, campaign: CampaignID?, _ state: State
  ) throws(SubscriberRejection) -> [Event] {
    try present(id, state)
    guard state.status != .unsubscribed else { return [] }
    return [
      .subscriberUnsubscribed(
        SubscriberUnsubscribed(newsletterID: id, reason: reason, campaignID: campaign, personal: state.email))
    ]
  }

  /// A mail came back. Who has left stays away.
  static func bounce(_ id: NewsletterID, _ kind: BounceKind, _ state: State) -> [Event] {
    guard state.existence != .missing else { return [] }
    let hard = state.hardBounceCount + (kind == .hard ? 1 : 0)
    let status = hard >= bounceLimit && state.status == .subscribed ? SubscriberStatus.bounced : state.status
    return [
      .subscriberBounced(
        SubscriberBounced(
          newsletterID: id, kind: kind, bounceCount: state.bounceCount + 1, hardBounceCount: hard, status: status))
    ]
  }

  static func forgetBounces(_ id: NewsletterID, _ state: State) -> [Event] {
    state.bounceCount > 0 ? [.subscriberBouncesForgotten(SubscriberBouncesForgotten(newsletterID: id))] : []
  }

  /// Gives a subscriber new content, or staff's word on whether he is subscribed.
  /// - Parameter claim: the claim on the address in the content.
  static func change(
    _ command: ChangeSubscriber, to content: SubscriberContent, claim: String, _ state: State
  ) throws(SubscriberRejection) -> [Event] {
    let id = command.newsletterID
    try present(id, state)
    var events: [Event] = []
    if content != state.content {
      try check(content, source: nil)
      events.append(.subscriberDetailsChanged(SubscriberDetailsChanged(newsletterID: id, emailClaim: claim, personal: content)))
    }
    switch (command.isSubscribed, state.status) {
    case (nil, _), (true?, .subscribed), (false?, .unsubscribed): break
    case (true?, .pending): events.append(confirmed(id, state))
    case (true?, _): events.append(renewed(id, state.source, state))
    case (false?, _): events += try unsubscribe(id, .staff, campaign: nil, state)
    }
    return events
  }

  static func delete(_ id: NewsletterID, _ state: State) throws(SubscriberRejection) -> [Event] {
    if state.existence == .deleted { return [] }
    try present(id, state)
    return [.subscriberDeleted(SubscriberDeleted(newsletterID: id))]
  }

  private static func confirmed(_ id: NewsletterID, _ state: State) -> Event {
    .subscriptionConfirmed(SubscriptionConfirmed(newsletterID: id, source: state.source, personal: state.email))
  }

  private static func renewed(_ id: NewsletterID, _ source: String?, _ state: State) -> Event {
    .subscriptionRenewed(SubscriptionRenewed(newsletterID: id, source: source, personal: state.email))
  }

  private static func present(_ id: NewsletterID, _ state: State) throws(SubscriberRejection) {
    guard state.existence == .present else { throw .notFound(id) }
  }

  private static func check(_ content: SubscriberContent, source: String?) throws(SubscriberRejection) {
    do throws(FieldError) {
      try content.check()
      try TextRules.optional(source, "subscription_source", maximum: 100)
    } catch {
      throw .invalid(error)
    }
  }
}

/// Why a command on a subscriber is refused. That an e-mail address is taken shows in its claim, not here.
public enum SubscriberRejection: Rejection, Hashable {
  /// A field breaks a rule.
  case invalid(FieldError)
  case notFound(NewsletterID)
  /// He gets the newsletter already.
  case alreadySubscribed(NewsletterID)
  /// The link of the confirmation is too old; he may ask again.
  case expired(NewsletterID)
  /// The subscriber's status does not allow it.
  case wrongStatus(NewsletterID, current: SubscriberStatus)
}
