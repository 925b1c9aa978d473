public import EventSourcing
public import JSON

/// A tag on a contact, by id and present name.
public struct CarriedTag: Hashable, Sendable {
  public var id: ContactTagID
  public var name: String
}

extension CarriedTag: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("id")
    name = try json.string("name")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("id", id)
    json.field("name", name)
  }
}

/// A contact carries one more tag.
public struct ContactTagged: Hashable, Sendable {
  public static let type = EventType("ContactTagged", .public)

  public var contactID: ContactID
  public var tagID: ContactTagID
  public var tagName: String
  /// All tags since.
  public var tags: [CarriedTag]
}

extension ContactTagged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    tagID = try json.id("tag_id")
    tagName = try json.string("tag_name")
    tags = try json.array("tags") { try CarriedTag(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("tag_id", tagID)
    json.field("tag_name", tagName)
    json.array("tags", tags) { $1.encode(to: &$0) }
  }
}

/// A contact carries a tag no longer.
public struct ContactUntagged: Hashable, Sendable {
  public static let type = EventType("ContactUntagged", .private)

  public var contactID: ContactID
  public var tagID: ContactTagID
  /// All tags since.
  public var tags: [CarriedTag]
}

extension ContactUntagged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    tagID = try json.id("tag_id")
    tags = try json.array("tags") { try CarriedTag(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("tag_id", tagID)
    json.array("tags", tags) { $1.encode(to: &$0) }
  }
}

/// A tag that a contact carries got another name.
public struct ContactTagRenamed: Hashable, Sendable {
  public static let type = EventType("ContactTagRenamed", .private)

  public var contactID: ContactID
  public var tagID: ContactTagID
  /// All tags since.
  public var tags: [CarriedTag]
}

extension ContactTagRenamed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    tagID = try json.id("tag_id")
    tags = try json.array("tags") { try CarriedTag(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("tag_id", tagID)
    json.array("tags", tags) { $1.encode(to: &$0) }
  }
}

/// A contact is on a list, for the first time or again.
public struct ContactAddedToList: Hashable, Sendable {
  public static let type = EventType("ContactAddedToList", .public)

  public var contactID: ContactID
  public var listID: ContactListID
  public var listName: String
  public var membershipID: LinkID
  /// Whether he was on it before and had left.
  public var isReturn: Bool
  /// Nil for the system.
  public var addedBy: UserID?
}

extension ContactAddedToList: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    listID = try json.id("list_id")
    listName = try json.string("list_name")
    membershipID = try json.id("membership_id")
    isReturn = try json.bool("is_return")
    addedBy = try json.optionalID("added_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("list_id", listID)
    json.field("list_name", listName)
    json.field("membership_id", membershipID)
    json.field("is_return", isReturn)
    json.field("added_by", addedBy)
  }
}

/// A contact has left a list; his place on it is kept.
public struct ContactRemovedFromList: Hashable, Sendable {
  public static let type = EventType("ContactRemovedFromList", .public)

  public var contactID: ContactID
  public var listID: ContactListID
  public var listName: String
  public var membershipID: LinkID
}

extension ContactRemovedFromList: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    contactID = try json.id("contact_id")
    listID = try json.id("list_id")
    listName = try json.string("list_name")
    membershipID = try json.id("membership_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("contact_id", contactID)
    json.field("list_id", listID)
    json.field("list_name", listName)
    json.field("membership_id", membershipID)
  }
}
