public import EventSourcing
public import JSON

/// Where a subscriber stands.
public enum SubscriberStatus: String, Sendable, Hashable, CaseIterable {
  /// Asked for the newsletter and has not confirmed it.
  case pending
  case subscribed, unsubscribed, bounced
}

/// What a subscriber says of himself; all of it is personal. Lengths are the columns'; `check` enforces them.
public struct SubscriberContent: Hashable, Sendable {
  public var email: String
  public var name: String?
  /// At most 20 characters.
  public var phone: String?
  /// An object with `categories`, `frequency`, `topics`; at most 10,000 bytes.
  public var preferences: JSONValue?
  /// Staff's remarks; at most 10,000 characters.
  public var notes: String?

  public init(
    email: String, name: String? = nil, phone: String? = nil, preferences: JSONValue? = nil, notes: String? = nil
  ) {
    self.email = email
    self.name = name
    self.phone = phone
    self.preferences = preferences
    self.notes = notes
  }

  /// - Throws: `FieldError` for the first field that breaks a rule.
  public func check() throws(FieldError) {
    try TextRules.email(email)
    try TextRules.optional(name, "name")
    try TextRules.optional(phone, "phone", maximum: 20)
    if let preferences {
      guard preferences.objectValue != nil else { throw FieldError("preferences", .malformed) }
      guard preferences.serialized.count <= 10_000 else { throw FieldError("preferences", .tooLong(maximum: 10_000)) }
    }
    try TextRules.optional(notes, "notes", maximum: 10_000)
  }
}

extension SubscriberContent: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
    name = try json.optionalString("name")
    phone = try json.optionalString("phone")
    preferences = try json.optionalValue("preferences")
    notes = try json.optionalString("notes")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
    json.field("name", name)
    json.field("phone", phone)
    json.field("preferences", preferences ?? .null)
    json.field("notes", notes)
  }
}

/// The address alone, as events hold it that must tell others whom they are about.
public struct SubscriberEmail: Hashable, Sendable {
  public var email: String
}

extension SubscriberEmail: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
  }
}
