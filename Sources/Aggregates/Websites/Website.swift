public import EventSourcing
public import JSON

/// A client's shop (stream `website-<id>`): its owner, where it is found, how it looks, and whether it is open.
public enum Website: Aggregate {
  public typealias Event = WebsiteEvent
  public static let category = "website"
  public static let initialState = State.missing

  public enum State: Hashable, Sendable {
    /// It never was.
    case missing
    case present(Content, isActive: Bool)
    /// Deleted, and as it was then: it can be restored, and keeps its names.
    case deleted(Content)
  }

  /// What a website is, its activation apart.
  public struct Content: Hashable, Sendable {
    /// Its owner. Whether the account exists, the auth service knows.
    public var userID: UserID
    /// At most 255 characters.
    public var name: String
    /// The host under which it is found, in lower case; unique, deleted websites included.
    public var domain: String
    /// Its label on the platform, in lower case: 3 to 63 letters, digits and hyphens; unique, deleted websites included.
    public var subdomain: String
    public var theme: WebsiteTheme
    /// `#RRGGBB`.
    public var primaryColor: String
    /// `#RRGGBB`.
    public var secondaryColor: String
    /// Where the logo lies: `/websites/logos/<id>/<file>`.
    public var logoPath: String?
    /// Where the favicon lies: `/websites/favicons/<id>/<file>`.
    public var faviconPath: String?
    /// Sections of settings, as `WebsiteSettings` knows them; nil once the owner was forgotten.
    public var settings: JSONValue?

    public init(
      userID: UserID, name: String, domain: String, subdomain: String, theme: WebsiteTheme = .default, primaryColor: String = "#000000",
      secondaryColor: String = "#FFFFFF", logoPath: String? = nil, faviconPath: String? = nil,
      settings: JSONValue? = WebsiteSettings.defaults
    ) {
      self.userID = userID
      self.name = name
      self.domain = domain
      self.subdomain = subdomain
      self.theme = theme
      self.primaryColor = primaryColor
      self.secondaryColor = secondaryColor
      self.logoPath = logoPath
      self.faviconPath = faviconPath
      self.settings = settings
    }
  }

  /// Who changes a website.
  public enum Actor: Hashable, Sendable {
    /// Its owner, and nobody's else: another's website is not there for him.
    case owner(UserID)
    case administrator
  }

  public static func evolve(_ state: inout State, _ event: WebsiteEvent) {
    switch event {
    case .websiteCreated(let event): state = .present(event.content, isActive: event.isActive)
    case .websiteRebranded(let event):
      state.change { content in
        content.name = event.name
        content.theme = event.theme
        content.primaryColor = event.primaryColor
        content.secondaryColor = event.secondaryColor
        content.logoPath = event.logoPath
        content.faviconPath = event.faviconPath
      }
    case .websiteDomainChanged(let event):
      state.change { content in
        content.domain = event.newDomain
        content.subdomain = event.newSubdomain
      }
    case .websiteSettingsChanged(let event): state.change { $0.settings = event.personal?.settings }
    case .websiteOwnerChanged(let event): state.change { $0.userID = event.newUserID }
    case .websiteActivated: state.open(true)
    case .websiteDeactivated: state.open(false)
    case .websiteDeleted: if case .present(let content, _) = state { state = .deleted(content) }
    case .websiteRestored: if case .deleted(let content) = state { state = .present(content, isActive: true) }
    }
  }

  /// The claims on its names.
  static func claims(_ content: Content) -> [String] { ["website-domain:\(content.domain)", "website-subdomain:\(content.subdomain)"] }
}

extension Website.State {
  /// What the website is, deleted or not; nil when it never was.
  public var content: Website.Content? {
    switch self {
    case .missing: nil
    case .present(let content, _), .deleted(let content): content
    }
  }

  fileprivate mutating func change(_ change: (inout Website.Content) -> Void) {
    guard case .present(var content, let isActive) = self else { return }
    change(&content)
    self = .present(content, isActive: isActive)
  }

  fileprivate mutating func open(_ isActive: Bool) {
    if case .present(let content, _) = self { self = .present(content, isActive: isActive) }
  }
}

/// How a website looks.
public enum WebsiteTheme: String, Sendable, Hashable, CaseIterable {
  case `default`
  case modernRetail = "modern-retail"
  case classicShop = "classic-shop"
  case minimalBoutique = "minimal-boutique"
  case corporateB2B = "corporate-b2b"
}

/// Why a website is closed.
public enum WebsiteDeactivationReason: String, Sendable, Hashable, CaseIterable {
  /// Its owner or an administrator wants it so.
  case requested
  case maintenance
  case unpaid
  case abuse
  /// Its owner's account was deleted.
  case ownerDeleted = "owner_deleted"
}

/// Why a command on a website is refused. That a name is taken shows in its claim, not here.
public enum WebsiteRejection: Rejection, Hashable {
  /// A field breaks a rule.
  case invalid(FieldError)
  /// There is no such website, or it is another's.
  case notFound(WebsiteID)
  /// The id has, or had, another website.
  case alreadyExists(WebsiteID)
  /// It is not deleted, so it cannot be restored.
  case notDeleted(WebsiteID, isActive: Bool)
  /// Only an administrator gives a website to somebody else.
  case ownerFixed
}
