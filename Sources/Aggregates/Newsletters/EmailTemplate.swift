public import EventSourcing
public import JSON

public enum TemplateCategory: String, Sendable, Hashable, CaseIterable {
  case newsletter, transactional, promotional
}

/// A mail template (stream `emailtemplate-<id>`). Deleted ones are kept for history, and keep their slugs.
public enum EmailTemplate: EditableReference, RemovableReference {
  public typealias ID = EmailTemplateID
  public static let category = "emailtemplate"
  public static let names = ReferenceNames("EmailTemplate", id: "email_template_id", keepsRow: true)
  public static let keepsClaims = true
  /// What every mail can say without declaring it.
  public static let commonVariables: Set<String> = [
    "subscriber_name", "subscriber_email", "unsubscribe_url", "preferences_url", "company_name", "company_address", "current_year",
  ]

  public struct Row: Hashable, Sendable {
    /// At most 255 characters.
    public var name: String
    /// Lower case letters, digits and single hyphens; at most 255 characters; unique, deleted templates included.
    public var slug: String
    /// May hold variables; at most 255 characters.
    public var subject: String
    /// At most 1,000,000 characters.
    public var html: String
    /// At most 1,000,000 characters.
    public var plain: String?
    /// Each with type, whether it is required, and a description; at most 100.
    public var variables: [TemplateVariable]
    public var category: TemplateCategory
    public var isActive: Bool
    /// Nil for the system.
    public var createdBy: UserID?
    /// At most 10,000 characters.
    public var description: String?

    public init(
      name: String, slug: String, subject: String, html: String, plain: String? = nil, variables: [TemplateVariable] = [],
      category: TemplateCategory = .newsletter, isActive: Bool = true, createdBy: UserID? = nil, description: String? = nil
    ) {
      self.name = name
      self.slug = slug
      self.subject = subject
      self.html = html
      self.plain = plain
      self.variables = variables
      self.category = category
      self.isActive = isActive
      self.createdBy = createdBy
      self.description = description
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    try TextRules.required(row.slug, "slug")
    guard isSlug(row.slug) else { throw FieldError("slug", .malformed) }
    try TextRules.required(row.subject, "subject")
    try TextRules.required(row.html, "html_content", maximum: 1_000_000)
    try TextRules.optional(row.plain, "plain_content", maximum: 1_000_000)
    try TextRules.optional(row.description, "description", maximum: 10_000)
    guard row.variables.count <= 100 else { throw FieldError("variables", .tooLong(maximum: 100)) }
    var declared: Set<String> = []
    for variable in row.variables {
      guard isVariable(variable.name) else { throw FieldError("variables", .malformed) }
      guard declared.insert(variable.name).inserted else { throw FieldError("variables", .duplicate) }
      try TextRules.optional(variable.description, "variables")
    }
    guard HTMLText.isWellFormed(row.html) else { throw FieldError("html_content", .malformed) }
    for (field, text) in [("subject", row.subject), ("html_content", row.html), ("plain_content", row.plain ?? "")] {
      guard let used = variables(in: text) else { throw FieldError(field, .malformed) }
      guard used.allSatisfy({ declared.contains($0) || commonVariables.contains($0) }) else { throw FieldError(field, .unknown) }
    }
    if row.category != .transactional, variables(in: row.html)?.contains("unsubscribe_url") != true {
      throw FieldError("html_content", .malformed)
    }
  }

  public static func claims(_ row: Row) -> [String] { ["template-slug:\(row.slug)"] }

  /// Those that the software itself sends.
  public static func isFixed(_ id: EmailTemplateID) -> Bool { defaultRows.contains { $0.id == id } }

  /// The names between double braces; nil where braces hold no name.
  static func variables(in text: String) -> Set<String>? {
    var names: Set<String> = []
    var rest = text[...]
    while let start = rest.firstRange(of: "{{") {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: "}}") else { return nil }
      let name = rest[..<end.lowerBound].filter { $0 != " " }
      guard isVariable(name) else { return nil }
      names.insert(name)
      rest = rest[end.upperBound...]
    }
    return names
  }

  private static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, (97...122).contains(first), name.utf8.count <= 100 else { return false }
    return name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }
  }

  private static func isSlug(_ text: String) -> Bool {
    text.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
    }
  }
}

/// A variable of a template.
public struct TemplateVariable: Hashable, Sendable {
  /// Lower case letters, digits and underscores.
  public var name: String
  public var type: Kind
  public var isRequired: Bool
  public var description: String?

  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case string, number, date, url
  }

  public init(name: String, type: Kind = .string, isRequired: Bool = true, description: String? = nil) {
    self.name = name
    self.type = type
    self.isRequired = isRequired
    self.description = description
  }
}

extension TemplateVariable: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    type = try json.name("type")
    isRequired = try json.bool("required")
    description = try json.optionalString("description")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("type", name: type)
    json.field("required", isRequired)
    json.field("description", description)
  }
}

extension EmailTemplate.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    slug = try json.string("slug")
    subject = try json.string("subject")
    html = try json.string("html_content")
    plain = try json.optionalString("plain_content")
    variables = try json.array("variables") { try TemplateVariable(from: &$0) }
    category = try json.name("category")
    isActive = try json.bool("is_active")
    createdBy = try json.optionalID("created_by")
    description = try json.optionalString("description")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("slug", slug)
    json.field("subject", subject)
    json.field("html_content", html)
    json.field("plain_content", plain)
    json.array("variables", variables) { $1.encode(to: &$0) }
    json.field("category", name: category)
    json.field("is_active", isActive)
    json.field("created_by", createdBy)
    json.field("description", description)
  }
}

public typealias AddEmailTemplate = AddReference<EmailTemplate>
public typealias SeedEmailTemplate = SeedReference<EmailTemplate>
public typealias ChangeEmailTemplate = ChangeReference<EmailTemplate>
public typealias RemoveEmailTemplate = RemoveReference<EmailTemplate>
