import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

extension Scenario {
  /// The permissions and roles that every installation has.
  func givenDefaultRights() async throws -> Scenario {
    var scenario = self
    for (id, row) in Permission.defaultRows { scenario = try await scenario.given(SeedReference<Permission>(id: id, row: row)) }
    for (id, row) in Role.defaultRows { scenario = try await scenario.given(SeedReference<Role>(id: id, row: row)) }
    return scenario
  }
}

@Suite struct RightsTests {
  let id = UserID(1_000)
  let register = RegisterUser(
    userID: UserID(1_000), email: "ada@example.com", firstname: "Ada", lastname: "Lovelace", passwordHash: "$argon2id$x",
    emailClaim: "email:1f")

  private func assigned(_ role: DefaultRole, team: Int64 = 0, by assigner: UserID? = nil) -> UserEvent {
    .roleAssigned(
      RoleAssigned(
        userID: id, roleID: role.id, roleName: role.name, teamID: team, permissions: role.permissions.map(\.rawValue), assignedBy: assigner)
    )
  }

  private func scenario() async throws -> Scenario { try await Scenario().givenDefaultRights().given(register) }

  // MARK: Roles of users

  @Test func `a role is given once within a team`() async throws {
    let command = AssignRole(userID: id, roleID: DefaultRole.merchant.id, teamID: 12, assignedBy: UserID(1))
    let scenario = try await scenario().when(command)
      .then(assigned(.merchant, team: 12, by: UserID(1)), on: User.self, id).andNothingElse().and
    try await scenario.when(command).thenNothing()
    var other = command
    other.teamID = 13
    try await scenario.when(other).then(assigned(.merchant, team: 13, by: UserID(1)), on: User.self, id)
  }

  @Test func `a role is taken back once, and nobody takes the highest from himself`() async throws {
    let role = DefaultRole.superAdmin.id
    let scenario = try await scenario().given(AssignRole(userID: id, roleID: role, assignedBy: nil))
    try await scenario.when(RevokeRole(userID: id, roleID: role, revokedBy: id)).thenRejected(UserRejection.ownAdministration)
    let revoke = RevokeRole(userID: id, roleID: role, revokedBy: UserID(1))
    try await scenario.when(revoke).then(
      .roleRevoked(RoleRevoked(userID: id, roleID: role, roleName: "super_admin", teamID: 0, revokedBy: UserID(1))), on: User.self, id)
    try await scenario.when(revoke).thenNothing()
  }

  @Test func `nobody has a right without an account`() async throws {
    let scenario = try await Scenario().givenDefaultRights()
    let (role, permission) = (DefaultRole.admin.id, DefaultPermission.usersView.id)
    try await scenario.when(AssignRole(userID: id, roleID: role, assignedBy: nil)).thenRejected(UserRejection.notFound(id))
    try await scenario.when(RevokeRole(userID: id, roleID: role, revokedBy: nil)).thenRejected(UserRejection.notFound(id))
    try await scenario.when(GrantPermission(userID: id, permissionID: permission, grantedBy: nil))
      .thenRejected(UserRejection.notFound(id))
    try await scenario.when(RevokePermission(userID: id, permissionID: permission, revokedBy: nil))
      .thenRejected(UserRejection.notFound(id))
  }

  @Test func `rights that are not there, and teams that cannot be, are refused`() async throws {
    let scenario = try await scenario()
    try await scenario.when(AssignRole(userID: id, roleID: RoleID(1_000), assignedBy: nil))
      .thenRejected(UserRejection.invalid(FieldError("role_id", .unknown)))
    try await scenario.when(GrantPermission(userID: id, permissionID: PermissionID(1_000), grantedBy: nil))
      .thenRejected(UserRejection.invalid(FieldError("permission_id", .unknown)))
    try await scenario.when(AssignRole(userID: id, roleID: DefaultRole.admin.id, teamID: -1, assignedBy: nil))
      .thenRejected(UserRejection.invalid(FieldError("team_id", .outOfRange(minimum: 0, maximum: nil))))
  }

  @Test func `a team's own role is given in that team only`() async throws {
    let row = Role.Row(teamID: 7, name: "editor", permissionIDs: [DefaultPermission.productsUpdate.id])
    let scenario = try await scenario().given(AddReference<Role>(id: RoleID(1_000), row: row))
    try await scenario.when(AssignRole(userID: id, roleID: RoleID(1_000), teamID: 8, assignedBy: nil))
      .thenRejected(UserRejection.invalid(FieldError("team_id", .unknown)))
    try await scenario.when(AssignRole(userID: id, roleID: RoleID(1_000), teamID: 7, assignedBy: nil)).then(
      .roleAssigned(
        RoleAssigned(
          userID: id, roleID: RoleID(1_000), roleName: "editor", teamID: 7, permissions: ["products.update"], assignedBy: nil)),
      on: User.self, id)
  }

  @Test func `a permission is given directly and taken back, each once`() async throws {
    let permission = DefaultPermission.reportsExport
    let grant = GrantPermission(userID: id, permissionID: permission.id, teamID: 3, grantedBy: UserID(1))
    let scenario = try await scenario().when(grant).then(
      .permissionGranted(
        PermissionGranted(
          userID: id, permissionID: permission.id, permissionName: "reports.export", teamID: 3, grantedBy: UserID(1))),
      on: User.self, id
    ).andNothingElse().and
    try await scenario.when(grant).thenNothing()
    try await scenario.when(RevokePermission(userID: id, permissionID: permission.id, revokedBy: nil)).thenNothing()
    let revoke = RevokePermission(userID: id, permissionID: permission.id, teamID: 3, revokedBy: UserID(1))
    let revoked = try await scenario.when(revoke).then(
      .permissionRevoked(
        PermissionRevoked(
          userID: id, permissionID: permission.id, permissionName: "reports.export", teamID: 3, revokedBy: UserID(1))),
      on: User.self, id
    ).and
    try await revoked.when(revoke).thenNothing()
  }

  // MARK: Kinds of rights

  @Test(arguments: [
    ("Users.view", "api", FieldError("name", .malformed)), ("users", "api", FieldError("name", .malformed)),
    ("users.", "api", FieldError("name", .malformed)), ("users view.x", "api", FieldError("name", .malformed)),
    ("", "api", FieldError("name", .blank)), ("users.look", "", FieldError("guard_name", .blank)),
    (String(repeating: "x", count: 255) + ".y", "api", FieldError("name", .tooLong(maximum: 255))),
  ])
  func `a permission is a resource and an action`(name: String, guardName: String, error: FieldError) async throws {
    try await Scenario().when(AddReference<Permission>(id: PermissionID(1_000), row: .init(name: name, guardName: guardName)))
      .thenRejected(ReferenceRejection.invalid(error))
  }

  @Test func `names are unique in their guard, those of roles in their team as well`() async throws {
    let scenario = try await scenario()
    func isTaken(_ command: some Command) async throws -> Bool {
      do {
        _ = try await scenario.given(command)
        return false
      } catch CommandError.refused(.claimTaken) {
        return true
      }
    }
    #expect(try await isTaken(AddReference<Permission>(id: PermissionID(1_000), row: .init(name: "users.view"))))
    #expect(try await !isTaken(AddReference<Permission>(id: PermissionID(1_001), row: .init(name: "users.view", guardName: "web"))))
    #expect(try await isTaken(AddReference<Role>(id: RoleID(1_000), row: .init(name: "admin"))))
    #expect(try await !isTaken(AddReference<Role>(id: RoleID(1_001), row: .init(teamID: 4, name: "admin"))))
    #expect(try await isTaken(AddReference<Role>(id: RoleID(1_002), row: .init(teamID: 4, name: "admin"))))
  }

  @Test func `a role permits what is there and of its guard`() async throws {
    let scenario = try await scenario().given(AddReference<Permission>(id: PermissionID(1_000), row: .init(name: "a.b", guardName: "web")))
    for id in [PermissionID(999), PermissionID(1_000)] {
      try await scenario.when(AddReference<Role>(id: RoleID(1_000), row: .init(name: "editor", permissionIDs: [id])))
        .thenRejected(ReferenceRejection.invalid(FieldError("permission_ids", .unknown)))
    }
    try await scenario.when(AddReference<Role>(id: RoleID(1_000), row: .init(teamID: 0, name: "editor")))
      .thenRejected(ReferenceRejection.invalid(FieldError("team_id", .outOfRange(minimum: 1, maximum: nil))))
    try await scenario.when(AddReference<Role>(id: RoleID(1_000), row: .init(name: "Editor")))
      .thenRejected(ReferenceRejection.invalid(FieldError("name", .malformed)))
  }

  @Test func `a removed permission leaves the roles that had it`() async throws {
    let gone = PermissionID(1_000)
    let scenario = try await scenario().given(AddReference<Permission>(id: gone, row: .init(name: "things.view")))
      .given(AddReference<Role>(id: RoleID(1_000), row: .init(name: "editor", permissionIDs: [PermissionID(1), gone])))
      .given(RemoveReference<Permission>(id: gone, usedBy: 0))
    let renamed = try await scenario.when(ChangeReference<Role>(id: RoleID(1_000)) { $0.name = "writer" }).then(
      .changed(ReferenceChanged(RoleID(1_000), Role.Row(name: "writer", permissionIDs: [PermissionID(1)]))), on: Role.self, RoleID(1_000)
    ).and
    try await renamed.when(AssignRole(userID: id, roleID: RoleID(1_000), assignedBy: nil)).then(
      .roleAssigned(
        RoleAssigned(userID: id, roleID: RoleID(1_000), roleName: "writer", teamID: 0, permissions: ["users.view"], assignedBy: nil)),
      on: User.self, id)
  }

  @Test func `a removed role or permission is held by nobody, and nothing is left to take back`() async throws {
    let (role, permission) = (RoleID(1_000), PermissionID(1_000))
    let scenario = try await scenario().given(AddReference<Permission>(id: permission, row: .init(name: "things.view")))
      .given(AddReference<Role>(id: role, row: .init(name: "editor"))).given(AssignRole(userID: id, roleID: role, assignedBy: nil))
      .given(GrantPermission(userID: id, permissionID: permission, grantedBy: nil))
      .given(RemoveReference<Role>(id: role, usedBy: 0)).given(RemoveReference<Permission>(id: permission, usedBy: 0))
    try await scenario.when(RevokeRole(userID: id, roleID: role, revokedBy: nil)).thenNothing()
    try await scenario.when(RevokePermission(userID: id, permissionID: permission, revokedBy: nil)).thenNothing()
    try await scenario.when(AssignRole(userID: id, roleID: role, assignedBy: nil))
      .thenRejected(UserRejection.invalid(FieldError("role_id", .unknown)))
  }

  @Test func `what the platform itself asks for keeps its name and stays; what a role permits can be changed`() async throws {
    let scenario = try await scenario()
    let (role, permission) = (DefaultRole.manager.id, DefaultPermission.usersView.id)
    try await scenario.when(RemoveReference<Role>(id: role, usedBy: 0))
      .thenRejected(ReferenceRejection.fixed(kind: "role", id: role.rawValue))
    try await scenario.when(RemoveReference<Permission>(id: permission, usedBy: 0))
      .thenRejected(ReferenceRejection.fixed(kind: "permission", id: permission.rawValue))
    try await scenario.when(ChangeReference<Role>(id: role) { $0.name = "boss" })
      .thenRejected(ReferenceRejection.fixed(kind: "role", id: role.rawValue))
    try await scenario.when(ChangeReference<Role>(id: role) { $0.permissionIDs = [permission] }).then(
      .changed(ReferenceChanged(role, Role.Row(name: "manager", permissionIDs: [permission]))), on: Role.self, role)
  }

  @Test func `the default roles and permissions are those of the page`() {
    #expect(DefaultPermission.allCases.count == 33)
    #expect(DefaultPermission.settingsUpdate.id == PermissionID(25))
    #expect(DefaultPermission(PermissionID(25)) == .settingsUpdate)
    #expect(DefaultPermission(PermissionID(26)) == .contactsView)
    #expect(DefaultPermission(PermissionID(34)) == nil)
    #expect(
      DefaultRole.allCases.map(\.name) == [
        "super_admin", "admin", "manager", "support", "customer", "merchant", "customer_service_agent", "warehouse_manager",
        "contacts_manager", "contacts_viewer", "marketing_manager", "newsletter_manager",
      ])
    #expect(DefaultRole.customer.id == RoleID(5))
    #expect(DefaultRole.allCases.map(\.permissions.count) == [33, 27, 6, 5, 3, 6, 4, 4, 8, 1, 4, 0])
    #expect(!DefaultRole.admin.permissions.contains(.usersDelete))
  }
}
