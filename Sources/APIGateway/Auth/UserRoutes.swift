import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// The administration of accounts. Nobody touches an account that may do more than his own.
enum UserRoutes {
  static let routes: [Route] = [
    .list(
      "/users", "users", "Accounts", in: NoInput.self, access: .permission(.usersView), from: { $0.reads.auth }, AuthResources.accounts
    ) { _, _ in [] },
    .list(
      "/audit-log", "auditLog", "Who did what to accounts, roles, permissions and sessions", in: NoInput.self, access: .administrators,
      from: { $0.reads.auth }, AuthResources.auditLog
    ) { _, _ in [] },
    .list(
      "/users/deleted", "deletedUsers", "Deleted accounts", in: NoInput.self, access: .administrators, from: { $0.reads.auth },
      AuthResources.deletedAccounts
    ) { _, _ in [] },
    .row(
      "/users/{id}", "user", "An account with its roles and permissions", in: IDInput<UserID>.self, access: .permission(.usersView),
      from: { $0.reads.auth }, AuthResources.oneAccount
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .put, "/users/{id}", "replaceUser", "Changes an account's names or e-mail address", in: AccountChange.self,
      out: Schema.reference.asData, access: .permission(.usersUpdate), idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .stateConflict], handler: change),
    Route(
      .patch, "/users/{id}", "changeUser", "Changes fields of an account", in: AccountChange.self, out: Schema.reference.asData,
      access: .permission(.usersUpdate), idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .stateConflict],
      handler: change),
    Route(
      .delete, "/users/{id}", "deleteUser", "Closes an account; its address stays taken", in: IDInput<UserID>.self, out: nil, status: 204,
      access: .permission(.usersDelete), idempotency: .none, precondition: .ifMatch, problems: [.protected]
    ) { input, call in
      try await call.requireAuthority(over: input.id)
      let command = DeleteUser(userID: input.id, reason: .administrator, deletedBy: call.user.userID)
      return .command(try await call.execute(command, ifMatch: User.self, input.id))
    },
    Route(
      .post, "/users/{id}/restore", "restoreUser", "Opens a closed account again", in: IDInput<UserID>.self, out: Schema.reference.asData,
      access: .administrators, idempotency: .optional, problems: [.stateConflict]
    ) { input, call in
      try await call.requireAuthority(over: input.id)
      return .reference(try await call.execute(RestoreUser(userID: input.id, restoredBy: call.user.userID)), input.id)
    },

    .list(
      "/staff", "staff", "Who has which roles and permissions within a team, by default that of the website that is asked",
      in: TeamInput.self, access: .permission(.usersUpdate, within: .website), from: { $0.reads.auth }, AuthResources.staff
    ) { input, call in
      let team = call.team(input.teamID)
      try await call.requireAuthority(within: team)
      return [.int64(team)]
    },
    Route(
      .post, "/users/{id}/roles", "assignRole", "Gives a role within a team, by default that of the website that is asked",
      in: RoleOfUser.self,
      out: Schema.reference.asData, access: .permission(.usersUpdate, within: .website), idempotency: .optional,
      problems: [.unknownReference, .stateConflict]
    ) { input, call in
      let team = call.team(input.teamID)
      try await call.requireAuthority(over: input.id, giving: input.roleID, team: team)
      let command = AssignRole(userID: input.id, roleID: input.roleID, teamID: team, assignedBy: call.user.userID)
      return .reference(try await call.execute(command), input.id)
    },
    Route(
      .delete, "/users/{id}/roles/{role}", "revokeRole", "Takes a role within a team back", in: LostRole.self, out: nil, status: 204,
      access: .permission(.usersUpdate, within: .website), idempotency: .none, problems: [.protected, .stateConflict]
    ) { input, call in
      let team = call.team(input.teamID)
      try await call.requireAuthority(over: input.id, giving: input.roleID, team: team)
      let command = RevokeRole(userID: input.id, roleID: input.roleID, teamID: team, revokedBy: call.user.userID)
      return .command(try await call.execute(command))
    },
    Route(
      .post, "/users/{id}/permissions", "grantPermission",
      "Gives a permission directly within a team, by default that of the website that is asked",
      in: PermissionOfUser.self, out: Schema.reference.asData, access: .permission(.usersUpdate, within: .website), idempotency: .optional,
      problems: [.unknownReference, .stateConflict]
    ) { input, call in
      let team = call.team(input.teamID)
      try await call.requireAuthority(over: input.id, giving: [input.permissionID], team: team)
      let command = GrantPermission(
        userID: input.id, permissionID: input.permissionID, teamID: team, grantedBy: call.user.userID)
      return .reference(try await call.execute(command), input.id)
    },
    Route(
      .delete, "/users/{id}/permissions/{permission}", "revokePermission", "Takes a direct permission back", in: LostPermission.self,
      out: nil, status: 204, access: .permission(.usersUpdate, within: .website), idempotency: .none, problems: [.stateConflict]
    ) { input, call in
      let team = call.team(input.teamID)
      try await call.requireAuthority(over: input.id, giving: [input.permissionID], team: team)
      let command = RevokePermission(
        userID: input.id, permissionID: input.permissionID, teamID: team, revokedBy: call.user.userID)
      return .command(try await call.execute(command))
    },
  ]

  @Sendable private static func change(_ input: AccountChange, _ call: Call) async throws -> Reply {
    try await call.requireAuthority(over: input.id)
    let account = try await Account.load(input.id, call.services.log)
    let command = account.changing(input.profile, call.services)
    return .reference(try await call.execute(command, ifMatch: User.self, input.id), input.id)
  }
}

extension Call {
  /// Refuses who would touch an account that may do more than his own: otherwise whoever may change accounts could make himself everything.
  func requireAuthority(over userID: UserID) async throws {
    guard let other = try await services.standings.standing(of: userID) else { throw Problem(.notFound) }
    guard try await rights().covers(other) else { throw Problem(.forbidden) }
  }

  /// The team that a request is about: the one it names, else the website that is asked, else the platform.
  func team(_ named: Int64?) -> Int64 { named ?? websiteID?.rawValue ?? 0 }

  /// Refuses who gives no rights within a team. Whoever may change accounts on the platform does so in every team; anybody else within the
  /// website that is asked alone.
  /// - Returns: whether it is on the platform that he may.
  @discardableResult
  func requireAuthority(within team: Int64) async throws -> Bool {
    if try await rights().may(DefaultPermission.usersUpdate.rawValue) { return true }
    guard team == websiteID?.rawValue else { throw Problem(.forbidden) }
    return false
  }

  /// Refuses who would give or take rights of an account that has more than his own: than all of his on the platform, else within the website
  /// that is asked, so that nothing but what the account has there is compared.
  private func requireAuthority(over userID: UserID, team: Int64) async throws {
    if try await requireAuthority(within: team) { return try await requireAuthority(over: userID) }
    let rights = try await rights()
    guard let other = try await services.standings.standing(of: userID) else { throw Problem(.notFound) }
    guard rights.covers(other, within: team) else { throw Problem(.forbidden) }
  }

  /// The same, and refuses who would give or take a role that permits more than he may do himself.
  func requireAuthority(over userID: UserID, giving role: RoleID, team: Int64) async throws {
    try await requireAuthority(over: userID, team: team)
    // An unknown role is the command's to refuse.
    guard let (_, permissions) = try await services.standings.role(role) else { return }
    guard try await rights().covers(role: role, permissions: permissions, team: team) else { throw Problem(.forbidden) }
  }

  /// Refuses who would change or remove a role that permits more than he may do himself.
  func requireAuthority(over role: RoleID) async throws {
    guard let (_, permissions) = try await services.standings.role(role) else { return }
    guard try await rights().covers(role: role, permissions: permissions, team: 0) else { throw Problem(.forbidden) }
  }

  /// The same for permissions.
  func requireAuthority(over userID: UserID, giving permissions: [PermissionID], team: Int64) async throws {
    try await requireAuthority(over: userID, team: team)
    try await requireAuthority(giving: permissions, team: team)
  }

  /// Refuses who would give or take permissions that he has not himself.
  func requireAuthority(giving permissions: [PermissionID], team: Int64) async throws {
    let rights = try await rights()
    for id in permissions {
      guard let name = try await services.standings.permission(id) else { continue }
      guard rights.may(name, team: team) else { throw Problem(.forbidden) }
    }
  }
}
