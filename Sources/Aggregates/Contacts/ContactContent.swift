public import EventSourcing
public import JSON

/// Where a contact stands.
public enum ContactStatus: String, Sendable, Hashable, CaseIterable {
  case active, inactive, bounced, unsubscribed, complained

  /// Where staff may move a contact from here. Back to active from the last three leads a new subscription alone.
  public var next: [ContactStatus] {
    switch self {
    case .active: [.inactive, .bounced, .unsubscribed, .complained]
    case .inactive: [.active]
    case .bounced, .unsubscribed, .complained: []
    }
  }
}

/// How a contact came to us.
public enum ContactSource: String, Sendable, Hashable, CaseIterable {
  case manual, `import`, api, purchase
  case newsletterSignup = "newsletter_signup"
  case contactForm = "contact_form"
}

public enum Gender: String, Sendable, Hashable, CaseIterable {
  case male = "M"
  case female = "F"
  case other = "O"
}

/// What a contact says of himself; all of it is personal. Lengths are the columns'; `check` enforces them.
public struct ContactContent: Hashable, Sendable {
  public var email: String
  public var firstName: String?
  public var lastName: String?
  public var company: String?
  /// At most 20 characters.
  public var phone: String?
  /// ISO 3166-1 alpha-2, upper case.
  public var country: String?
  public var city: String?
  /// Two letters.
  public var language: String
  /// `YYYY-MM-DD`, a day of the calendar.
  public var birthDate: String?
  public var gender: Gender?
  /// An object; at most 10,000 bytes.
  public var customFields: JSONValue?
  /// At most 10,000 characters.
  public var notes: String?

  public init(
    email: String, firstName: String? = nil, lastName: String? = nil, company: String? = nil, phone: String? = nil,
    country: String? = nil, city: String? = nil, language: String = "fr", birthDate: String? = nil, gender: Gender? = nil,
    customFields: JSONValue? = nil, notes: String? = nil
  ) {
    self.email = email
    self.firstName = firstName
    self.lastName = lastName
    self.company = company
    self.phone = phone
    self.country = country
    self.city = city
    self.language = language
    self.birthDate = birthDate
    self.gender = gender
    self.customFields = customFields
    self.notes = notes
  }

  /// - Throws: `FieldError` for the first field that breaks a rule.
  public func check() throws(FieldError) {
    try TextRules.email(email)
    try TextRules.optional(firstName, "first_name")
    try TextRules.optional(lastName, "last_name")
    try TextRules.optional(company, "company")
    try TextRules.optional(phone, "phone", maximum: 20)
    guard country.map({ Self.isCode($0, UInt8(ascii: "A")...UInt8(ascii: "Z")) }) ?? true else { throw FieldError("country", .malformed) }
    try TextRules.optional(city, "city")
    guard Self.isCode(language, UInt8(ascii: "a")...UInt8(ascii: "z")) else { throw FieldError("language", .malformed) }
    guard birthDate.map({ CivilDate(iso8601: $0) != nil }) ?? true else { throw FieldError("birth_date", .malformed) }
    if let customFields {
      guard customFields.objectValue != nil else { throw FieldError("custom_fields", .malformed) }
      guard customFields.serialized.count <= 10_000 else { throw FieldError("custom_fields", .tooLong(maximum: 10_000)) }
    }
    try TextRules.optional(notes, "notes", maximum: 10_000)
  }

  private static func isCode(_ text: String, _ letters: ClosedRange<UInt8>) -> Bool {
    text.utf8.count == 2 && text.utf8.allSatisfy(letters.contains)
  }

  /// The fields in which two contents differ, as the interface spells them.
  func differences(from other: ContactContent) -> [String] {
    let all: [(String, Bool)] = [
      ("email", email == other.email), ("first_name", firstName == other.firstName), ("last_name", lastName == other.lastName),
      ("company", company == other.company), ("phone", phone == other.phone), ("country", country == other.country),
      ("city", city == other.city), ("language", language == other.language), ("birth_date", birthDate == other.birthDate),
      ("gender", gender == other.gender), ("custom_fields", customFields == other.customFields), ("notes", notes == other.notes),
    ]
    return all.filter { !$0.1 }.map(\.0)
  }
}

extension ContactContent: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
    firstName = try json.optionalString("first_name")
    lastName = try json.optionalString("last_name")
    company = try json.optionalString("company")
    phone = try json.optionalString("phone")
    country = try json.optionalString("country")
    city = try json.optionalString("city")
    language = try json.string("language")
    birthDate = try json.optionalString("birth_date")
    gender = try json.optionalName("gender")
    customFields = try json.optionalValue("custom_fields")
    notes = try json.optionalString("notes")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
    json.field("first_name", firstName)
    json.field("last_name", lastName)
    json.field("company", company)
    json.field("phone", phone)
    json.field("country", country)
    json.field("city", city)
    json.field("language", language)
    json.field("birth_date", birthDate)
    json.field("gender", name: gender)
    json.field("custom_fields", customFields ?? .null)
    json.field("notes", notes)
  }
}

/// The address alone, as events hold it that must tell others whom they are about.
public struct ContactEmail: Hashable, Sendable {
  public var email: String
}

extension ContactEmail: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
  }
}
