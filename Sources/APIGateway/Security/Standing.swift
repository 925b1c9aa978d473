import Aggregates

/// What an account may do: its roles and permissions by team, those that roles permit included.
struct Standing: Sendable, Equatable {
  /// What the account has within one team.
  struct Rights: Sendable, Equatable {
    /// Names of roles.
    var roles: Set<String> = []
    /// Names of permissions, by a role or directly.
    var permissions: Set<String> = []
  }

  /// Whether it is registered and not deleted.
  var isOpen = true
  /// How often all its sessions were ended at once.
  var sessionEpoch = 0
  /// By team: 0 for the whole platform, else a website.
  private var teams: [Int64: Rights] = [:]

  init() {}

  /// Of somebody of whom nothing but a token is known: what its role permits by default.
  init(_ caller: Caller) {
    sessionEpoch = caller.sessionEpoch
    guard let role = DefaultRole.allCases.first(where: { $0.name == caller.role.rawValue }) else { return }
    give(role: role.name, permissions: role.permissions.map(\.rawValue), team: 0)
  }

  mutating func give(role: String, permissions: [String], team: Int64) {
    teams[team, default: Rights()].roles.insert(role)
    teams[team]!.permissions.formUnion(permissions)
  }

  mutating func give(permission: String, team: Int64) {
    teams[team, default: Rights()].permissions.insert(permission)
  }

  /// Whether the account has one of some roles, in a team or on the whole platform.
  func has(_ roles: [PlatformRole], team: Int64 = 0) -> Bool {
    rights(team).contains { rights in roles.contains { rights.roles.contains($0.rawValue) } }
  }

  /// Whether the account has a permission, in a team or on the whole platform.
  func may(_ permission: String, team: Int64 = 0) -> Bool {
    rights(team).contains { $0.permissions.contains(permission) || $0.roles.contains(PlatformRole.superAdmin.rawValue) }
  }

  /// Whether a route is open to the account.
  /// - Parameter website: that is asked; nil for the platform itself.
  func allows(_ access: Access, on website: WebsiteID?) -> Bool {
    switch access {
    case .everyone, .bearer: true
    case .roles(let roles, let scope): has(roles, team: scope.team(website))
    case .permission(let permission, let scope): may(permission.rawValue, team: scope.team(website))
    }
  }

  /// Whether the account may change another: a super administrator every one, an administrator all but super administrators, anybody else
  /// those that may do no more than he.
  /// - Parameter team: to look at what the other may do within one team alone; nil for everything.
  func covers(_ other: Standing, within only: Int64? = nil) -> Bool {
    other.teams.filter { team, _ in only == nil || only == team }.allSatisfy { team, rights in
      if isSuperAdministrator(team) { return true }
      if rights.roles.contains(PlatformRole.superAdmin.rawValue) { return false }
      return has(PlatformRole.administrators) || rights.permissions.allSatisfy { may($0, team: team) }
    }
  }

  /// Whether the account may give or take a role: one that permits no more than he may do, and as an administrator of the platform every
  /// default one but the highest. Routes ask for default roles by their names, so their permissions are not all there is to them: somebody
  /// else gives them as an administrator of the team, or if he has them himself.
  func covers(role: RoleID, permissions: [String], team: Int64) -> Bool {
    if isSuperAdministrator(team) { return true }
    if role == DefaultRole.superAdmin.id { return false }
    if let role = DefaultRole(role), role != .customer {
      if has(PlatformRole.administrators) { return true }
      guard has(PlatformRole.administrators, team: team) || rights(team).contains(where: { $0.roles.contains(role.name) }) else {
        return false
      }
    }
    return permissions.allSatisfy { may($0, team: team) }
  }

  private func isSuperAdministrator(_ team: Int64) -> Bool { has([.superAdmin], team: team) }

  /// The teams that the account administers; 0 stands for the whole platform, and so for every one.
  var administeredTeams: [Int64] { teams.keys.filter { has(PlatformRole.administrators, team: $0) }.sorted() }

  /// Whether the account works for a website: as staff of the platform, or with any right within the website.
  func isStaff(of team: Int64) -> Bool { role != .customer || teams[team] != nil }

  /// The strongest role on the whole platform.
  var role: PlatformRole { PlatformRole.allCases.first { teams[0]?.roles.contains($0.rawValue) == true } ?? .customer }

  private func rights(_ team: Int64) -> [Rights] { Set([0, team]).compactMap { teams[$0] } }
}

extension RightsScope {
  /// The team in which a right opens a route, beside the platform.
  fileprivate func team(_ website: WebsiteID?) -> Int64 {
    switch self {
    case .platform: 0
    case .website: website?.rawValue ?? 0
    }
  }
}
