public import EventSourcing
public import JSON

public enum ContactListType: String, Sendable, Hashable, CaseIterable {
  case marketing, newsletter, segmentation, custom
}

public enum ContactListStatus: String, Sendable, Hashable, CaseIterable {
  case active, inactive
  /// For good.
  case archived

  /// Where a list may be moved from here.
  public var next: [ContactListStatus] {
    switch self {
    case .active: [.inactive, .archived]
    case .inactive: [.active, .archived]
    case .archived: []
    }
  }
}

/// All that staff says about a list.
public struct ContactListDefinition: Hashable, Sendable {
  /// At most 255 characters; unique without regard to case and accents, archived lists included.
  public var name: String
  /// Markdown, at most 10,000 characters.
  public var description: String?
  public var type: ContactListType
  /// Whether the criteria decide who is on it. Does not change.
  public var isDynamic: Bool
  /// What a dynamic list asks for, at least one; empty for a static list.
  public var criteria: [ContactListCriterion]
  /// An object; at most 10,000 bytes.
  public var metadata: JSONValue?

  /// How many conditions a list may have.
  public static let maximumCriteria = 20

  public init(
    name: String, description: String? = nil, type: ContactListType = .custom, isDynamic: Bool = false,
    criteria: [ContactListCriterion] = [],
    metadata: JSONValue? = nil
  ) {
    self.name = name
    self.description = description
    self.type = type
    self.isDynamic = isDynamic
    self.criteria = criteria
    self.metadata = metadata
  }

  /// - Throws: `FieldError` for the first field that breaks a rule.
  func check() throws(FieldError) {
    try TextRules.required(name, "name")
    try TextRules.optional(description, "description", maximum: 10_000)
    guard criteria.count <= Self.maximumCriteria else { throw FieldError("criteria", .tooLong(maximum: Self.maximumCriteria)) }
    guard isDynamic || criteria.isEmpty else { throw FieldError("criteria", .tooLong(maximum: 0)) }
    guard !isDynamic || !criteria.isEmpty else { throw FieldError("criteria", .tooShort(minimum: 1)) }
    for criterion in criteria { try criterion.check() }
    if let metadata {
      guard metadata.objectValue != nil else { throw FieldError("metadata", .malformed) }
      guard metadata.serialized.count <= 10_000 else { throw FieldError("metadata", .tooLong(maximum: 10_000)) }
    }
  }

  /// The claim on the name.
  var claim: String { "contact-list-name:\(TextRules.folded(name))" }
}

extension ContactListDefinition: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    description = try json.optionalString("description")
    type = try json.name("type")
    isDynamic = try json.bool("is_dynamic")
    criteria = try json.array("criteria") { try ContactListCriterion(from: &$0) }
    metadata = try json.optionalValue("metadata")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("description", description)
    json.field("type", name: type)
    json.field("is_dynamic", isDynamic)
    json.array("criteria", criteria) { $1.encode(to: &$0) }
    json.field("metadata", metadata ?? .null)
  }
}
