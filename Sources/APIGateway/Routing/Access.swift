import Aggregates

/// Who asked, from a verified access token.
struct Caller: Sendable, Hashable {
  var userID: UserID
  /// The strongest platform-wide role.
  var role: Role
  var email: String

  /// As events and logs name it.
  var actor: String { "user-\(userID)" }
  var isStaff: Bool { Role.administrators.contains(role) }
}

/// The roles that the gateway tells apart.
enum Role: String, Sendable, Hashable, CaseIterable {
  case superAdmin = "super_admin"
  case admin
  case manager
  case support
  case merchant
  case customerServiceAgent = "customer_service_agent"
  case warehouseManager = "warehouse_manager"
  case customer

  /// Who may do everything that staff does.
  static let administrators: [Role] = [.superAdmin, .admin]
}

/// Who may use a route.
enum Access: Sendable, Hashable {
  case everyone
  /// Whoever has a valid token; the handler sees to it that he touches only what is his.
  case bearer
  /// Only these roles.
  case roles([Role])

  static let administrators = Access.roles(Role.administrators)
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
