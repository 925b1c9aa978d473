import Aggregates
import JSON

/// A search; without a text it is no search.
struct WebsiteSearch: RouteInput {
  let text: String

  init(_ fields: inout InputReader) {
    text = fields.requiredQuery("q", .text(100))
  }
}

/// Settings, or a merge patch of them. Which there are, the aggregate says.
private struct SettingsField: FieldType {
  var placeholder: JSONValue { .object([]) }
  var schema: Schema { .websiteSettings }

  func read(_ json: JSONValue) throws(FieldFault) -> JSONValue {
    guard json.objectValue != nil else { throw FieldFault(.wrongType, limit: "object") }
    return json
  }
}

extension Schema {
  /// Sections of values, all of which may be absent.
  static let websiteSettings = Schema.object(
    fields: WebsiteSettings.sections.map { section in
      (section.name, Schema.object(fields: section.values.map { ($0.name, Schema($0.rule).nullable.optional) }).optional)
    }
  ).named("WebsiteSettings")

  private init(_ rule: WebsiteSettings.Rule) {
    switch rule {
    case .text(let maximum): self = .text.with("maxLength", .int(Int64(maximum)))
    case .flag: self = .boolean
    case .email: self = .text.with("format", "email")
    case .choice(let names): self = .choice(names)
    case .timeZone: self = .text.with("description", "A name of the IANA time zone database.")
    case .currency: self = .text.with("pattern", "^[A-Z]{3}$")
    }
  }
}

/// A new website: with a domain, a label on the platform, or both.
struct NewWebsite: RouteInput {
  let name: String
  let domain: String?
  let subdomain: String?
  let theme: WebsiteTheme?
  let primaryColor: String?
  let secondaryColor: String?
  let settings: JSONValue?
  let isActive: Bool

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    domain = fields.optional("domain", .text(255))?.lowercased()
    subdomain = fields.optional("subdomain", .text(63, min: 3))?.lowercased()
    theme = fields.optional("theme", .choice(WebsiteTheme.self))
    primaryColor = fields.optional("primary_color", .text(7))
    secondaryColor = fields.optional("secondary_color", .text(7))
    settings = fields.optional("settings", SettingsField())
    isActive = fields.optional("is_active", .bool) ?? true
    if domain == nil, subdomain == nil { fields.fault("/domain", .missingField, limit: "domain or subdomain") }
  }

  /// - Parameters:
  ///   - label: on the platform, where none was given.
  func content(of userID: UserID, label: String, platformDomain: String) -> Website.Content {
    let subdomain = subdomain ?? label
    var content = Website.Content(
      userID: userID, name: name, domain: domain ?? "\(subdomain).\(platformDomain)", subdomain: subdomain, theme: theme ?? .default,
      settings: WebsiteSettings.defaults.merging(patch: settings ?? .object([])))
    content.primaryColor = primaryColor ?? content.primaryColor
    content.secondaryColor = secondaryColor ?? content.secondaryColor
    return content
  }
}

/// A change of a website: what is left out stays, null removes.
struct WebsiteChange: RouteInput {
  let id: WebsiteID
  let userID: UserID?
  let name: String?
  let domain: String?
  let subdomain: String?
  let theme: WebsiteTheme?
  let primaryColor: String?
  let secondaryColor: String?
  let logoPath: Change<String>
  let faviconPath: Change<String>
  let settings: JSONValue?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(WebsiteID.self))
    userID = fields.change("user_id", .id(UserID.self))
    name = fields.change("name", .text(255))
    domain = fields.change("domain", .text(255))?.lowercased()
    subdomain = fields.change("subdomain", .text(63, min: 3))?.lowercased()
    theme = fields.change("theme", .choice(WebsiteTheme.self))
    primaryColor = fields.change("primary_color", .text(7))
    secondaryColor = fields.change("secondary_color", .text(7))
    logoPath = fields.nullableChange("logo_path", .text(500))
    faviconPath = fields.nullableChange("favicon_path", .text(500))
    settings = fields.change("settings", SettingsField())
  }

  func apply(to content: inout Website.Content, platformDomain: String) {
    content.userID = userID ?? content.userID
    content.name = name ?? content.name
    // A domain that was made of the label follows it.
    let isOnPlatform = content.domain == "\(content.subdomain).\(platformDomain)"
    content.subdomain = subdomain ?? content.subdomain
    content.domain = domain ?? (isOnPlatform ? "\(content.subdomain).\(platformDomain)" : content.domain)
    content.theme = theme ?? content.theme
    content.primaryColor = primaryColor ?? content.primaryColor
    content.secondaryColor = secondaryColor ?? content.secondaryColor
    content.logoPath = logoPath.applied(to: content.logoPath)
    content.faviconPath = faviconPath.applied(to: content.faviconPath)
    if let settings { content.settings = (content.settings ?? .object([])).merging(patch: settings) }
  }
}

/// The closing of a website, and why.
struct WebsiteClosing: RouteInput {
  let id: WebsiteID
  let reason: WebsiteDeactivationReason

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(WebsiteID.self))
    reason = fields.optional("reason", .choice(WebsiteDeactivationReason.self)) ?? .requested
    // That the owner's account is gone is not for a client to say.
    if reason == .ownerDeleted { fields.fault("/reason", .valueNotAllowed) }
  }
}
