public import EventSourcing
public import JSON

/// What a contact can ask to be sent.
public enum ContactSubscription: String, Sendable, Hashable, CaseIterable {
  case newsletter, marketing, sms
}

/// What a contact no longer wants. Leaving the newsletter leaves marketing, too.
public enum ContactUnsubscription: String, Sendable, Hashable, CaseIterable {
  case newsletter, marketing, sms, all

  /// Whether it says goodbye to us as a whole, and not to one channel.
  var isFarewell: Bool { self == .newsletter || self == .all }
}

/// What a contact is sent.
public struct ContactSubscriptions: Hashable, Sendable {
  public var newsletter: Bool
  public var marketing: Bool
  public var sms: Bool

  public init(newsletter: Bool = false, marketing: Bool = false, sms: Bool = false) {
    self.newsletter = newsletter
    self.marketing = marketing
    self.sms = sms
  }

  func contains(_ subscription: ContactSubscription) -> Bool {
    switch subscription {
    case .newsletter: newsletter
    case .marketing: marketing
    case .sms: sms
    }
  }

  mutating func set(_ subscription: ContactSubscription, to value: Bool) {
    switch subscription {
    case .newsletter: newsletter = value
    case .marketing: marketing = value
    case .sms: sms = value
    }
  }

  mutating func drop(_ scope: ContactUnsubscription) {
    switch scope {
    case .newsletter: (newsletter, marketing) = (false, false)
    case .marketing: marketing = false
    case .sms: sms = false
    case .all: self = ContactSubscriptions()
    }
  }
}

extension ContactSubscriptions: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    newsletter = try json.bool("newsletter")
    marketing = try json.bool("marketing")
    sms = try json.bool("sms")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("newsletter", newsletter)
    json.field("marketing", marketing)
    json.field("sms", sms)
  }
}

/// A contact wants to be sent something.
public struct ContactSubscribed: Hashable, Sendable {
  public static let type = EventType("ContactSubscribed", .public)

  public var contactID: ContactID
  public var subscription: ContactSubscription
  /// When the subscription began: now, or earlier where marketing joins what was there.
  public var subscribedAt: Timestamp?
  /// The status since.
  public var status: ContactStatus
  public var personal: ContactEmail?

  public var subject: SubjectID { contactID.subject }
}

extension ContactSubscribed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    subscription = try json.name("subscription_type")
    subscribedAt = try json.optionalTimestamp("subscribed_at")
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("subscription_type", name: subscription)
    json.field("subscribed_at", subscribedAt)
    json.field("status", name: status)
  }
}

/// A contact wants to be sent something no longer.
public struct ContactUnsubscribed: Hashable, Sendable {
  public static let type = EventType("ContactUnsubscribed", .public)

  public var contactID: ContactID
  public var scope: ContactUnsubscription
  /// The status since.
  public var status: ContactStatus
  public var personal: ContactEmail?

  public var subject: SubjectID { contactID.subject }
}

extension ContactUnsubscribed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    scope = try json.name("subscription_type")
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("subscription_type", name: scope)
    json.field("status", name: status)
  }
}

/// What a contact did with a mail, or what became of it.
public enum ContactEngagement: String, Sendable, Hashable, CaseIterable {
  case sent, opened, clicked, bounced
}

/// A mail was sent to a contact, or he did something with it. Counts are those since.
public struct ContactEngagementCounted: Hashable, Sendable {
  public static let type = EventType("ContactEngagementCounted", .public)

  public var contactID: ContactID
  public var engagement: ContactEngagement
  public var openCount: Int64
  public var clickCount: Int64
  /// The status since.
  public var status: ContactStatus
  public var personal: ContactEmail?

  public var subject: SubjectID { contactID.subject }
}

extension ContactEngagementCounted: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    engagement = try json.name("engagement_type")
    openCount = try json.int64("open_count")
    clickCount = try json.int64("click_count")
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("engagement_type", name: engagement)
    json.field("open_count", openCount)
    json.field("click_count", clickCount)
    json.field("status", name: status)
  }
}
