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
  /// Whether the route demanded a permission that he has.
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
  case roles([PlatformRole])
  /// Whoever has the permission, by a role or directly. Super administrators have every one.
  case permission(DefaultPermission)

  static let administrators = Access.roles(PlatformRole.administrators)
  static let agents = Access.roles(PlatformRole.agents)
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
