public import EventSourcing
public import JSON

/// What happens to a contact (stream `contact-<id>`).
public enum ContactEvent: AggregateEvent {
  case contactAdded(ContactAdded)
  case contactDetailsChanged(ContactDetailsChanged)
  case contactStatusChanged(ContactStatusChanged)
  case contactLinkedToUser(ContactLinkedToUser)
  case contactSubscribed(ContactSubscribed)
  case contactUnsubscribed(ContactUnsubscribed)
  case contactTagged(ContactTagged)
  case contactUntagged(ContactUntagged)
  case contactTagRenamed(ContactTagRenamed)
  case contactAddedToList(ContactAddedToList)
  case contactRemovedFromList(ContactRemovedFromList)
  case contactEngagementCounted(ContactEngagementCounted)
  case contactDeleted(ContactDeleted)

  public static let decoder = EventDecoder<ContactEvent>([
    EventCase(ContactAdded.self, ContactEvent.contactAdded),
    EventCase(ContactDetailsChanged.self, ContactEvent.contactDetailsChanged),
    EventCase(ContactStatusChanged.self, ContactEvent.contactStatusChanged),
    EventCase(ContactLinkedToUser.self, ContactEvent.contactLinkedToUser),
    EventCase(ContactSubscribed.self, ContactEvent.contactSubscribed),
    EventCase(ContactUnsubscribed.self, ContactEvent.contactUnsubscribed),
    EventCase(ContactTagged.self, ContactEvent.contactTagged),
    EventCase(ContactUntagged.self, ContactEvent.contactUntagged),
    EventCase(ContactTagRenamed.self, ContactEvent.contactTagRenamed),
    EventCase(ContactAddedToList.self, ContactEvent.contactAddedToList),
    EventCase(ContactRemovedFromList.self, ContactEvent.contactRemovedFromList),
    EventCase(ContactEngagementCounted.self, ContactEvent.contactEngagementCounted),
    EventCase(ContactDeleted.self, ContactEvent.contactDeleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .contactAdded(let event): event
    case .contactDetailsChanged(let event): event
    case .contactStatusChanged(let event): event
    case .contactLinkedToUser(let event): event
    case .contactSubscribed(let event): event
    case .contactUnsubscribed(let event): event
    case .contactTagged(let event): event
    case .contactUntagged(let event): event
    case .contactTagRenamed(let event): event
    case .contactAddedToList(let event): event
    case .contactRemovedFromList(let event): event
    case .contactEngagementCounted(let event): event
    case .contactDeleted(let event): event
    }
  }
}

/// A contact is known.
public struct ContactAdded: Hashable, Sendable {
  public static let type = EventType("ContactAdded", .public)

  public var contactID: ContactID
  public var source: ContactSource
  public var status: ContactStatus
  /// The account with the same address; nil for none.
  public var userID: UserID?
  /// The claim on the address.
  public var emailClaim: String
  public var subscriptions: ContactSubscriptions
  /// Nil without a subscription to newsletter or marketing.
  public var subscribedAt: Timestamp?
  public var personal: ContactContent?

  public var subject: SubjectID { contactID.subject }
}

extension ContactAdded: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    source = try json.name("source")
    status = try json.name("status")
    userID = try json.optionalID("user_id")
    emailClaim = try json.string("email_claim")
    subscriptions = try json.object("subscriptions") { try ContactSubscriptions(from: &$0) }
    subscribedAt = try json.optionalTimestamp("subscribed_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("source", name: source)
    json.field("status", name: status)
    json.field("user_id", userID)
    json.field("email_claim", emailClaim)
    json.object("subscriptions") { subscriptions.encode(to: &$0) }
    json.field("subscribed_at", subscribedAt)
  }
}

/// A contact got new content; all of it is given.
public struct ContactDetailsChanged: Hashable, Sendable {
  public static let type = EventType("ContactDetailsChanged", .public)

  public var contactID: ContactID
  /// The claim on the address.
  public var emailClaim: String
  /// The fields that differ, as the interface spells them.
  public var updatedFields: [String]
  public var personal: ContactContent?

  public var subject: SubjectID { contactID.subject }
}

extension ContactDetailsChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    emailClaim = try json.string("email_claim")
    updatedFields = try json.stringArray("updated_fields")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("email_claim", emailClaim)
    json.field("updated_fields", updatedFields)
  }
}

/// Staff moved a contact to another status.
public struct ContactStatusChanged: Hashable, Sendable {
  public static let type = EventType("ContactStatusChanged", .public)

  public var contactID: ContactID
  public var previousStatus: ContactStatus
  public var status: ContactStatus
  public var personal: ContactEmail?

  public var subject: SubjectID { contactID.subject }
}

extension ContactStatusChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    previousStatus = try json.name("previous_status")
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("previous_status", name: previousStatus)
    json.field("status", name: status)
  }
}

/// A contact turned out to have an account.
public struct ContactLinkedToUser: Hashable, Sendable {
  public static let type = EventType("ContactLinkedToUser", .private)

  public var contactID: ContactID
  public var userID: UserID
}

extension ContactLinkedToUser: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("user_id", userID)
  }
}

/// A contact is gone for good, and from all lists.
public struct ContactDeleted: Hashable, Sendable {
  public static let type = EventType("ContactDeleted", .public)

  public var contactID: ContactID
  public var reason: String?
  public var personal: ContactEmail?

  public var subject: SubjectID { contactID.subject }
}

extension ContactDeleted: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    reason = try json.optionalString("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("reason", reason)
  }
}
