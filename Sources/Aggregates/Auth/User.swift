public import EventSourcing

/// An account (stream `user-<id>`): who it is, its password, its roles and its own permissions.
///
/// The state holds nothing personal, so that nothing is left of a forgotten user in the memory of a process.
public enum User: Aggregate {
  public typealias Event = UserEvent
  public static let category = "user"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    /// Whether the account was opened.
    public var isRegistered = false
    /// Whether it was deleted and not restored since.
    public var isDeleted = false
    /// How often all its sessions were ended at once: by another password or address, by a deletion, or on demand. A session belongs to
    /// the epoch in which it began.
    public var sessionEpoch = 0
    /// How many e-mail addresses it has had, the present one included.
    public var addressCount = 0
    /// Whether its owner has shown that the present address is his.
    public var isEmailVerified = false
    public var roles: Set<Assignment> = []
    /// Permissions that it has directly, beside those of its roles.
    public var permissions: Set<Grant> = []
  }

  /// A role within a team.
  public struct Assignment: Hashable, Sendable {
    public var role: RoleID
    /// 0 for the whole platform, else a website.
    public var teamID: Int64

    public init(role: RoleID, teamID: Int64) {
      self.role = role
      self.teamID = teamID
    }
  }

  /// A permission within a team.
  public struct Grant: Hashable, Sendable {
    public var permission: PermissionID
    /// 0 for the whole platform, else a website.
    public var teamID: Int64

    public init(permission: PermissionID, teamID: Int64) {
      self.permission = permission
      self.teamID = teamID
    }
  }

  public static func evolve(_ state: inout State, _ event: UserEvent) {
    switch event {
    case .userRegistered:
      state.isRegistered = true
      state.addressCount = 1
    case .userRenamed, .passwordSet: break
    case .passwordChanged, .sessionsRevoked: state.sessionEpoch += 1
    case .emailChanged:
      state.addressCount += 1
      state.isEmailVerified = false
      state.sessionEpoch += 1
    case .emailVerified: state.isEmailVerified = true
    case .userDeleted:
      state.isDeleted = true
      state.sessionEpoch += 1
    case .userRestored: state.isDeleted = false
    case .roleAssigned(let event): state.roles.insert(Assignment(role: event.roleID, teamID: event.teamID))
    case .roleRevoked(let event): state.roles.remove(Assignment(role: event.roleID, teamID: event.teamID))
    case .permissionGranted(let event): state.permissions.insert(Grant(permission: event.permissionID, teamID: event.teamID))
    case .permissionRevoked(let event): state.permissions.remove(Grant(permission: event.permissionID, teamID: event.teamID))
    }
  }
}

/// Why a command on an account is refused. That an e-mail address is taken shows in its claim, not here.
public enum UserRejection: Rejection, Hashable {
  /// A field breaks a rule, or names something that does not exist.
  case invalid(FieldError)
  /// There is no such account.
  case notFound(UserID)
  /// The id has an account.
  case alreadyRegistered(UserID)
  /// The account is deleted; it can only be restored.
  case deleted(UserID)
  /// The account is not deleted.
  case notDeleted(UserID)
  /// The address was changed since the sender of the command looked.
  case addressOutdated(UserID)
  /// A super administrator cannot take that role from himself, nor delete himself.
  case ownAdministration
}
