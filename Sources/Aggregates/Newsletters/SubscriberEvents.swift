public import EventSourcing
public import JSON

/// What happens to a subscriber (stream `newsletter-<id>`, as his row in the table `newsletters`).
public enum SubscriberEvent: AggregateEvent {
  case subscriptionRequested(SubscriptionRequested)
  case subscriptionConfirmed(SubscriptionConfirmed)
  case subscriptionRenewed(SubscriptionRenewed)
  case subscriberEnrolled(SubscriberEnrolled)
  case subscriberDetailsChanged(SubscriberDetailsChanged)
  case subscriberUnsubscribed(SubscriberUnsubscribed)
  case subscriberBounced(SubscriberBounced)
  case subscriberBouncesForgotten(SubscriberBouncesForgotten)
  case subscriberDeleted(SubscriberDeleted)

  public static let decoder = EventDecoder<SubscriberEvent>([
    EventCase(SubscriptionRequested.self, SubscriberEvent.subscriptionRequested),
    EventCase(SubscriptionConfirmed.self, SubscriberEvent.subscriptionConfirmed),
    EventCase(SubscriptionRenewed.self, SubscriberEvent.subscriptionRenewed),
    EventCase(SubscriberEnrolled.self, SubscriberEvent.subscriberEnrolled),
    EventCase(SubscriberDetailsChanged.self, SubscriberEvent.subscriberDetailsChanged),
    EventCase(SubscriberUnsubscribed.self, SubscriberEvent.subscriberUnsubscribed),
    EventCase(SubscriberBounced.self, SubscriberEvent.subscriberBounced),
    EventCase(SubscriberBouncesForgotten.self, SubscriberEvent.subscriberBouncesForgotten),
    EventCase(SubscriberDeleted.self, SubscriberEvent.subscriberDeleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .subscriptionRequested(let event): event
    case .subscriptionConfirmed(let event): event
    case .subscriptionRenewed(let event): event
    case .subscriberEnrolled(let event): event
    case .subscriberDetailsChanged(let event): event
    case .subscriberUnsubscribed(let event): event
    case .subscriberBounced(let event): event
    case .subscriberBouncesForgotten(let event): event
    case .subscriberDeleted(let event): event
    }
  }
}

/// Somebody asked for the newsletter in the name of an address; whose it is must confirm it.
public struct SubscriptionRequested: Hashable, Sendable {
  public static let type = EventType("SubscriptionRequested", .private)

  public var newsletterID: NewsletterID
  /// Whether the row is new; it is there already when the request is repeated or a deleted subscriber comes back.
  public var isNew: Bool
  /// The claim on the address.
  public var emailClaim: String
  /// SHA-256 of the token of his links, in hexadecimal digits.
  public var tokenHash: String
  public var source: String?
  /// When the link of the confirmation ceases to work.
  public var confirmBy: Timestamp
  public var personal: SubscriberContent?

  public var subject: SubjectID { newsletterID.subject }
}

extension SubscriptionRequested: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
    isNew = try json.bool("is_new")
    emailClaim = try json.string("email_claim")
    tokenHash = try json.string("token_hash")
    source = try json.optionalString("source")
    confirmBy = try json.timestamp("confirm_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
    json.field("is_new", isNew)
    json.field("email_claim", emailClaim)
    json.field("token_hash", tokenHash)
    json.field("source", source)
    json.field("confirm_by", confirmBy)
  }
}

/// The owner of the address confirmed that he wants the newsletter.
public struct SubscriptionConfirmed: Hashable, Sendable {
  public static let type = EventType("SubscriptionConfirmed", .public)

  public var newsletterID: NewsletterID
  public var source: String?
  public var personal: SubscriberEmail?

  public var subject: SubjectID { newsletterID.subject }
}

extension SubscriptionConfirmed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
    source = try json.optionalString("source")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
    json.field("source", source)
  }
}

/// Somebody who had left, or whose mail had come back, is subscribed again; bounces are counted anew.
public struct SubscriptionRenewed: Hashable, Sendable {
  public static let type = EventType("SubscriptionRenewed", .public)

  public var newsletterID: NewsletterID
  public var source: String?
  public var personal: SubscriberEmail?

  public var subject: SubjectID { newsletterID.subject }
}

extension SubscriptionRenewed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
    source = try json.optionalString("source")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
    json.field("source", source)
  }
}

/// Somebody was subscribed by an import or another service, without being asked to confirm.
public struct SubscriberEnrolled: Hashable, Sendable {
  public static let type = EventType("SubscriberEnrolled", .public)

  public var newsletterID: NewsletterID
  /// Whether the row is new; it is there already when a deleted subscriber comes back.
  public var isNew: Bool
  /// The claim on the address.
  public var emailClaim: String
  /// SHA-256 of the token of his links, in hexadecimal digits.
  public var tokenHash: String
  public var source: String?
  public var personal: SubscriberContent?

  public var subject: SubjectID { newsletterID.subject }
}

extension SubscriberEnrolled: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
    isNew = try json.bool("is_new")
    emailClaim = try json.string("email_claim")
    tokenHash = try json.string("token_hash")
    source = try json.optionalString("source")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
    json.field("is_new", isNew)
    json.field("email_claim", emailClaim)
    json.field("token_hash", tokenHash)
    json.field("source", source)
  }
}

/// A subscriber got new content; all of it is given.
public struct SubscriberDetailsChanged: Hashable, Sendable {
  public static let type = EventType("SubscriberDetailsChanged", .private)

  public var newsletterID: NewsletterID
  /// The claim on the address.
  public var emailClaim: String
  public var personal: SubscriberContent?

  public var subject: SubjectID { newsletterID.subject }
}

extension SubscriberDetailsChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
    emailClaim = try json.string("email_claim")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
    json.field("email_claim", emailClaim)
  }
}

/// A subscriber has left.
public struct SubscriberUnsubscribed: Hashable, Sendable {
  public static let type = EventType("SubscriberUnsubscribed", .public)

  public var newsletterID: NewsletterID
  public var reason: UnsubscribeReason
  /// The campaign whose mail made him leave; nil when none is known.
  public var campaignID: CampaignID?
  public var personal: SubscriberEmail?

  public var subject: SubjectID { newsletterID.subject }
}

extension SubscriberUnsubscribed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
    reason = try json.name("reason")
    campaignID = try json.optionalID("campaign_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
    json.field("reason", name: reason)
    json.field("campaign_id", campaignID)
  }
}

/// Why somebody gets the newsletter no longer.
public enum UnsubscribeReason: String, Sendable, Hashable, CaseIterable {
  /// He followed the link.
  case link
  /// He asked for it by a form.
  case form
  /// He complained to his mail provider.
  case complaint
  /// Staff took him off.
  case staff
  /// His account is gone.
  case account
}

/// A mail to a subscriber came back. Counts are those since.
public struct SubscriberBounced: Hashable, Sendable {
  public static let type = EventType("SubscriberBounced", .private)

  public var newsletterID: NewsletterID
  public var kind: BounceKind
  public var bounceCount: Int64
  /// Those for good.
  public var hardBounceCount: Int64
  /// The status since.
  public var status: SubscriberStatus
}

extension SubscriberBounced: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
    kind = try json.name("kind")
    bounceCount = try json.int64("bounce_count")
    hardBounceCount = try json.int64("hard_bounce_count")
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
    json.field("kind", name: kind)
    json.field("bounce_count", bounceCount)
    json.field("hard_bounce_count", hardBounceCount)
    json.field("status", name: status)
  }
}

/// The bounces of a subscriber are too old to count; his status stays.
public struct SubscriberBouncesForgotten: Hashable, Sendable {
  public static let type = EventType("SubscriberBouncesForgotten", .private)

  public var newsletterID: NewsletterID
}

extension SubscriberBouncesForgotten: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
  }
}

/// Why a mail came back.
public enum BounceKind: String, Sendable, Hashable, CaseIterable {
  /// For good: there is no such address.
  case hard
  /// For now: the mailbox is full, the server is away.
  case soft
}

/// A subscriber was deleted by staff; his row is kept for history, and he may come back by a request of his own.
public struct SubscriberDeleted: Hashable, Sendable {
  public static let type = EventType("SubscriberDeleted", .private)

  public var newsletterID: NewsletterID
}

extension SubscriberDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    newsletterID = try json.id("newsletter_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter_id", newsletterID)
  }
}
