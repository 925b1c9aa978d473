public import JSON

/// The settings of a website: sections of named values, each with its rule. What is not set is absent.
public enum WebsiteSettings {
  /// What a new website starts with, for France.
  public static let defaults: JSONValue = [
    "general": ["timezone": "Europe/Paris", "language": "fr", "currency": "EUR"],
    "checkout": ["default_shipping_method": "standard"],
    "advanced": ["maintenance_mode": false, "debug_mode": false],
  ]

  /// The largest document, in bytes of its JSON.
  public static let maximumBytes = 65_536

  /// What a value must be.
  public enum Rule: Sendable {
    /// At most so many characters.
    case text(Int)
    case flag
    case email
    case choice([String])
    /// A name of the IANA time zone database.
    case timeZone
    /// A code of ISO 4217.
    case currency
  }

  /// Every section with its values, in the order in which they are described.
  public static let sections: [(name: String, values: [(name: String, rule: Rule)])] = [
    (
      "general",
      [
        ("site_title", .text(255)), ("tagline", .text(255)), ("timezone", .timeZone), ("language", .choice(["fr", "en"])),
        ("currency", .currency),
      ]
    ),
    ("contact", [("support_email", .email), ("phone", .text(20)), ("address", .text(500))]),
    ("features", ["enable_blog", "enable_reviews", "enable_wishlist", "enable_live_chat"].map { ($0, .flag) }),
    (
      "seo",
      [
        ("meta_description", .text(500)), ("meta_keywords", .text(500)), ("google_analytics_id", .text(50)),
        ("facebook_pixel_id", .text(50)),
      ]
    ),
    (
      "checkout",
      [
        ("require_account", .flag), ("guest_checkout", .flag), ("default_shipping_method", .choice(["standard", "express", "pickup"])),
      ]
    ),
    ("email", [("from_name", .text(255)), ("from_email", .email), ("smtp_override", .text(255))]),
    ("integrations", [("payment_gateway", .text(100)), ("shipping_provider", .text(100)), ("crm", .text(100))]),
    (
      "advanced",
      [
        ("maintenance_mode", .flag), ("debug_mode", .flag), ("custom_css", .text(20_000)), ("custom_js", .text(20_000)),
        ("robots_txt", .text(10_000)),
      ]
    ),
  ]

  /// - Throws: `FieldError` on `settings`, `settings/<section>` or `settings/<section>/<value>`.
  static func check(_ settings: JSONValue) throws(FieldError) {
    guard let given = settings.objectValue else { throw FieldError("settings", .malformed) }
    for (name, section) in given {
      let field = "settings/\(name)"
      guard let known = sections.first(where: { $0.name == name }) else { throw FieldError(field, .unknown) }
      guard let values = section.objectValue else { throw FieldError(field, .malformed) }
      for (name, value) in values {
        let field = "\(field)/\(name)"
        guard let rule = known.values.first(where: { $0.name == name })?.rule else { throw FieldError(field, .unknown) }
        try check(value, rule, field)
      }
    }
    guard settings.serialized.count <= maximumBytes else { throw FieldError("settings", .tooLong(maximum: maximumBytes)) }
  }

  private static func check(_ value: JSONValue, _ rule: Rule, _ field: String) throws(FieldError) {
    if case .flag = rule {
      guard value.boolValue != nil else { throw FieldError(field, .malformed) }
      return
    }
    guard let text = value.stringValue else { throw FieldError(field, .malformed) }
    switch rule {
    case .flag: break
    case .text(let maximum): try TextRules.optional(text, field, maximum: maximum)
    case .email: try TextRules.email(text, field)
    case .choice(let names): if !names.contains(text) { throw FieldError(field, .unknown) }
    case .timeZone: if !TimeZones.contains(text) { throw FieldError(field, .unknown) }
    case .currency: if !Currencies.contains(text) { throw FieldError(field, .unknown) }
    }
  }

  /// The names of the sections that differ, in their order.
  static func changedSections(from old: JSONValue?, to new: JSONValue?) -> [String] {
    sections.map(\.name).filter { old?[$0] != new?[$0] }
  }
}
