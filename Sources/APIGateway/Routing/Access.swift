import Aggregates

/// Who asked, from a verified access token.
struct Caller: Sendable, Hashable {
  var userID: UserID
  /// The strongest platform-wide role.
  var role: PlatformRole
  var email: String
  /// How often all sessions of the account had been ended when the token was issued; the next time ends the token.
  var sessionEpoch = 0
  /// The session that the token belongs to; its end is the token's. Nil for a token that was made without signing in.
  var sessionID: SessionID?
  /// Whether the route demanded a right that he has.
  var wasPermitted = false

  /// As events and logs name it.
  var actor: String { "user-\(userID)" }
  /// Whether he does some work on the platform, so that he is shown what `If-Match` needs; says nothing of what he may do.
  var isStaff: Bool { role != .customer || wasPermitted }
  var isAdministrator: Bool { PlatformRole.administrators.contains(role) }
}

/// The default roles as tokens name them, strongest first.
enum PlatformRole: String, Sendable, Hashable, CaseIterable {
  case superAdmin = "super_admin"
  case admin
  case manager
  case support
  case merchant
  case customerServiceAgent = "customer_service_agent"
  case warehouseManager = "warehouse_manager"
  case contactsManager = "contacts_manager"
  case marketingManager = "marketing_manager"
  case newsletterManager = "newsletter_manager"
  case contactsViewer = "contacts_viewer"
  case customer

  /// Who may do everything that staff does.
  static let administrators: [PlatformRole] = [.superAdmin, .admin]
  /// Who works on tickets.
  static let agents: [PlatformRole] = administrators + [.support, .customerServiceAgent]
}

/// Who may use a route. What a token says is held against what the account may do now (`Standings`).
enum Access: Sendable, Hashable {
  case everyone
  /// Whoever has a valid token; the handler sees to it that he touches only what is his.
  case bearer
  /// Only these roles.
  case roles([PlatformRole], within: RightsScope = .platform)
  /// Whoever has the permission, by a role or directly. Super administrators have every one.
  case permission(DefaultPermission, within: RightsScope = .platform)

  static let administrators = administrators(within: .platform)

  static func administrators(within scope: RightsScope) -> Access { .roles(PlatformRole.administrators, within: scope) }

  static func agents(within scope: RightsScope) -> Access { .roles(PlatformRole.agents, within: scope) }

  /// Where the right must be held; nil for a route that asks for none.
  var scope: RightsScope? {
    switch self {
    case .everyone, .bearer: nil
    case .roles(_, let scope), .permission(_, let scope): scope
    }
  }
}

/// Where somebody must have the right that a route asks for.
enum RightsScope: Sendable, Hashable {
  /// On the whole platform. This is what a route asks for that says nothing else.
  case platform
  /// On the whole platform, or within the website that is asked. Only for routes that hold all they read and change to that website: to
  /// `ReadScope.own` in their statements, to `WithinWebsite` in their commands; for tickets, to `TicketActor` in both.
  case website
}

/// Whether a route takes an `Idempotency-Key`.
enum IdempotencyRule: Sendable, Hashable {
  /// The method is idempotent by itself, or a repetition does no harm.
  case none
  case optional
  case compulsory
}

/// Whether a route takes `If-Match`.
enum Precondition: Sendable, Hashable {
  case none
  /// Without the header: 428. With another version than the resource's: 412.
  case ifMatch
}
