public import EventSourcing
public import JSON

/// What happens to a website (stream `website-<id>`).
public enum WebsiteEvent: AggregateEvent {
  case websiteCreated(WebsiteCreated)
  case websiteRebranded(WebsiteRebranded)
  case websiteDomainChanged(WebsiteDomainChanged)
  case websiteSettingsChanged(WebsiteSettingsChanged)
  case websiteOwnerChanged(WebsiteOwnerChanged)
  case websiteActivated(WebsiteActivated)
  case websiteDeactivated(WebsiteDeactivated)
  case websiteDeleted(WebsiteDeleted)
  case websiteRestored(WebsiteRestored)

  public static let decoder = EventDecoder<WebsiteEvent>([
    EventCase(WebsiteCreated.self, WebsiteEvent.websiteCreated),
    EventCase(WebsiteRebranded.self, WebsiteEvent.websiteRebranded),
    EventCase(WebsiteDomainChanged.self, WebsiteEvent.websiteDomainChanged),
    EventCase(WebsiteSettingsChanged.self, WebsiteEvent.websiteSettingsChanged),
    EventCase(WebsiteOwnerChanged.self, WebsiteEvent.websiteOwnerChanged),
    EventCase(WebsiteActivated.self, WebsiteEvent.websiteActivated),
    EventCase(WebsiteDeactivated.self, WebsiteEvent.websiteDeactivated),
    EventCase(WebsiteDeleted.self, WebsiteEvent.websiteDeleted),
    EventCase(WebsiteRestored.self, WebsiteEvent.websiteRestored),
  ])

  public var payload: any EventPayload {
    switch self {
    case .websiteCreated(let event): event
    case .websiteRebranded(let event): event
    case .websiteDomainChanged(let event): event
    case .websiteSettingsChanged(let event): event
    case .websiteOwnerChanged(let event): event
    case .websiteActivated(let event): event
    case .websiteDeactivated(let event): event
    case .websiteDeleted(let event): event
    case .websiteRestored(let event): event
    }
  }
}

/// A website was created. Its settings follow in an event of their own.
public struct WebsiteCreated: Hashable, Sendable {
  public static let type = EventType("WebsiteCreated", .public)

  public var websiteID: WebsiteID
  /// Its owner.
  public var userID: UserID
  public var name: String
  public var domain: String
  public var subdomain: String
  public var theme: WebsiteTheme
  /// `#RRGGBB`.
  public var primaryColor: String
  /// `#RRGGBB`.
  public var secondaryColor: String
  public var logoPath: String?
  public var faviconPath: String?
  public var isActive: Bool
}

extension WebsiteCreated: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    userID = try json.id("user_id")
    name = try json.string("name")
    domain = try json.string("domain")
    subdomain = try json.string("subdomain")
    theme = try json.name("theme")
    primaryColor = try json.string("primary_color")
    secondaryColor = try json.string("secondary_color")
    logoPath = try json.optionalString("logo_path")
    faviconPath = try json.optionalString("favicon_path")
    isActive = try json.bool("is_active")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("user_id", userID)
    json.field("name", name)
    json.field("domain", domain)
    json.field("subdomain", subdomain)
    json.field("theme", name: theme)
    json.field("primary_color", primaryColor)
    json.field("secondary_color", secondaryColor)
    json.field("logo_path", logoPath)
    json.field("favicon_path", faviconPath)
    json.field("is_active", isActive)
  }
}

extension WebsiteCreated {
  init(_ id: WebsiteID, _ content: Website.Content, isActive: Bool) {
    self.init(
      websiteID: id, userID: content.userID, name: content.name, domain: content.domain, subdomain: content.subdomain,
      theme: content.theme, primaryColor: content.primaryColor, secondaryColor: content.secondaryColor, logoPath: content.logoPath,
      faviconPath: content.faviconPath, isActive: isActive)
  }

  /// Without settings.
  var content: Website.Content {
    Website.Content(
      userID: userID, name: name, domain: domain, subdomain: subdomain, theme: theme, primaryColor: primaryColor,
      secondaryColor: secondaryColor, logoPath: logoPath, faviconPath: faviconPath, settings: nil)
  }
}

/// A website has another name or look; all of them as they are now.
public struct WebsiteRebranded: Hashable, Sendable {
  public static let type = EventType("WebsiteRebranded", .public)

  public var websiteID: WebsiteID
  public var name: String
  public var theme: WebsiteTheme
  /// `#RRGGBB`.
  public var primaryColor: String
  /// `#RRGGBB`.
  public var secondaryColor: String
  public var logoPath: String?
  public var faviconPath: String?
  /// Which of the fields differ from before.
  public var changedFields: [String]
}

extension WebsiteRebranded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    name = try json.string("name")
    theme = try json.name("theme")
    primaryColor = try json.string("primary_color")
    secondaryColor = try json.string("secondary_color")
    logoPath = try json.optionalString("logo_path")
    faviconPath = try json.optionalString("favicon_path")
    changedFields = try json.stringArray("changed_fields")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("name", name)
    json.field("theme", name: theme)
    json.field("primary_color", primaryColor)
    json.field("secondary_color", secondaryColor)
    json.field("logo_path", logoPath)
    json.field("favicon_path", faviconPath)
    json.field("changed_fields", changedFields)
  }
}

extension WebsiteRebranded {
  init(_ id: WebsiteID, _ content: Website.Content, changedFields: [String]) {
    self.init(
      websiteID: id, name: content.name, theme: content.theme, primaryColor: content.primaryColor,
      secondaryColor: content.secondaryColor, logoPath: content.logoPath, faviconPath: content.faviconPath, changedFields: changedFields)
  }
}

/// A website is found under another domain or label.
public struct WebsiteDomainChanged: Hashable, Sendable {
  public static let type = EventType("WebsiteDomainChanged", .public)

  public var websiteID: WebsiteID
  public var oldDomain: String
  public var newDomain: String
  public var oldSubdomain: String
  public var newSubdomain: String
}

extension WebsiteDomainChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    websiteID = try json.id("website_id")
    oldDomain = try json.string("old_domain")
    newDomain = try json.string("new_domain")
    oldSubdomain = try json.string("old_subdomain")
    newSubdomain = try json.string("new_subdomain")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("website_id", websiteID)
    json.field("old_domain", oldDomain)
    json.field("new_domain", newDomain)
    json.field("old_subdomain", oldSubdomain)
    json.field("new_subdomain", newSubdomain)
  }
}
