public import EventSourcing
public import JSON

/// What a dynamic list may ask about a contact; the only fields that are ever put into a query.
public enum ContactListField: String, Sendable, Hashable, CaseIterable {
  case email, company, city, country, language, status, source, gender, tags
  case firstName = "first_name"
  case lastName = "last_name"
  case newsletterSubscribed = "newsletter_subscribed"
  case marketingSubscribed = "marketing_subscribed"
  case smsSubscribed = "sms_subscribed"
  case emailOpenCount = "email_open_count"
  case emailClickCount = "email_click_count"
  case createdAt = "created_at"
  case subscribedAt = "subscribed_at"
  case lastEmailOpenedAt = "last_email_opened_at"
  case lastEmailClickedAt = "last_email_clicked_at"

  /// What a field holds, which decides how it can be asked about.
  public enum Kind: Sendable, Hashable {
    case text, flag, number, time, tags
  }

  public var kind: Kind {
    switch self {
    case .email, .company, .city, .country, .language, .status, .source, .gender, .firstName, .lastName: .text
    case .newsletterSubscribed, .marketingSubscribed, .smsSubscribed: .flag
    case .emailOpenCount, .emailClickCount: .number
    case .createdAt, .subscribedAt, .lastEmailOpenedAt, .lastEmailClickedAt: .time
    case .tags: .tags
    }
  }
}

public enum ContactListOperator: String, Sendable, Hashable, CaseIterable {
  case equals, contains
  case notEquals = "not_equals"
  case notContains = "not_contains"
  case startsWith = "starts_with"
  case endsWith = "ends_with"
  case greaterThan = "greater_than"
  case lessThan = "less_than"
  case isEmpty = "is_empty"
  case isNotEmpty = "is_not_empty"

  /// Whether a field of this kind can be asked so.
  public func fits(_ kind: ContactListField.Kind) -> Bool {
    switch self {
    case .equals, .notEquals: kind != .tags && kind != .time
    case .contains, .notContains: kind == .text || kind == .tags
    case .startsWith, .endsWith: kind == .text
    case .greaterThan, .lessThan: kind == .number || kind == .time
    case .isEmpty, .isNotEmpty: kind == .text || kind == .time || kind == .tags
    }
  }

  /// Whether it compares with a value.
  public var takesValue: Bool { self != .isEmpty && self != .isNotEmpty }
}

/// How a criterion goes with all those before it: from left to right, without precedence.
public enum ContactListLogic: String, Sendable, Hashable, CaseIterable {
  case and, or
}

/// One condition of a dynamic list.
public struct ContactListCriterion: Hashable, Sendable {
  public var field: ContactListField
  public var comparison: ContactListOperator
  /// A text; a number or flag in JSON's spelling; a time in RFC 3339. Empty where the operator takes none.
  public var value: String
  public var logic: ContactListLogic

  public init(field: ContactListField, comparison: ContactListOperator, value: String, logic: ContactListLogic = .and) {
    self.field = field
    self.comparison = comparison
    self.value = value
    self.logic = logic
  }

  /// - Throws: `FieldError` where the operator or the value does not fit the field.
  func check() throws(FieldError) {
    guard comparison.fits(field.kind) else { throw FieldError("criteria", .malformed) }
    guard comparison.takesValue else { return }
    switch field.kind {
    case .text, .tags: try TextRules.required(value, "criteria")
    case .flag: guard value == "true" || value == "false" else { throw FieldError("criteria", .malformed) }
    case .number: guard Int64(value) != nil else { throw FieldError("criteria", .malformed) }
    case .time: guard Timestamp(rfc3339: value) != nil else { throw FieldError("criteria", .malformed) }
    }
  }
}

extension ContactListCriterion: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    field = try json.name("field")
    comparison = try json.name("operator")
    value = try json.string("value")
    logic = try json.name("logic")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("field", name: field)
    json.field("operator", name: comparison)
    json.field("value", value)
    json.field("logic", name: logic)
  }
}
