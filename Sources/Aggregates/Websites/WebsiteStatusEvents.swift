public import EventSourcing
public import JSON

/// A website has other settings; the whole of them as they are now. They hold its owner's telephone, address and the like, so they are
/// encrypted under his key.
public struct WebsiteSettingsChanged: Hashable, Sendable {
  public static let type = EventType("WebsiteSettingsChanged", .public)

  public var websiteID: WebsiteID
  /// Its owner.
  public var userID: UserID
  /// Which sections differ from before.
  public var changedSections: [String]
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    /// Sections of named values.
    public var settings: JSONValue
  }
}

extension WebsiteSettingsChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    userID = try json.id("user_id")
    changedSections = try json.stringArray("changed_sections")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("user_id", userID)
    json.field("changed_sections", changedSections)
  }
}

extension WebsiteSettingsChanged.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    settings = try json.value("settings")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("settings", settings)
  }
}

/// A website belongs to somebody else.
public struct WebsiteOwnerChanged: Hashable, Sendable {
  public static let type = EventType("WebsiteOwnerChanged", .public)

  public var websiteID: WebsiteID
  public var oldUserID: UserID
  public var newUserID: UserID
}

extension WebsiteOwnerChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    oldUserID = try json.id("old_user_id")
    newUserID = try json.id("new_user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("old_user_id", oldUserID)
    json.field("new_user_id", newUserID)
  }
}

/// A website was opened to visitors.
public struct WebsiteActivated: Hashable, Sendable {
  public static let type = EventType("WebsiteActivated", .public)

  public var websiteID: WebsiteID
  public var domain: String
}

extension WebsiteActivated: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    domain = try json.string("domain")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("domain", domain)
  }
}

/// A website was closed to visitors.
public struct WebsiteDeactivated: Hashable, Sendable {
  public static let type = EventType("WebsiteDeactivated", .public)

  public var websiteID: WebsiteID
  public var domain: String
  public var reason: WebsiteDeactivationReason
}

extension WebsiteDeactivated: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    domain = try json.string("domain")
    reason = try json.name("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("domain", domain)
    json.field("reason", name: reason)
  }
}

/// A website was deleted. It is kept, and its names stay taken.
public struct WebsiteDeleted: Hashable, Sendable {
  public static let type = EventType("WebsiteDeleted", .public)

  public var websiteID: WebsiteID
  public var domain: String
}

extension WebsiteDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    domain = try json.string("domain")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("domain", domain)
  }
}

/// A deleted website was brought back, open.
public struct WebsiteRestored: Hashable, Sendable {
  public static let type = EventType("WebsiteRestored", .public)

  public var websiteID: WebsiteID
  public var domain: String
}

extension WebsiteRestored: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    domain = try json.string("domain")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("domain", domain)
  }
}
