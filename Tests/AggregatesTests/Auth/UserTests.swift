import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct UserTests {
  let id = UserID(1_000)

  private func register(email: String = "ada@example.com", firstname: String = "Ada", lastname: String = "Lovelace") -> RegisterUser {
    RegisterUser(userID: id, email: email, firstname: firstname, lastname: lastname, passwordHash: "$argon2id$x", emailClaim: "email:1f")
  }

  private var registered: UserEvent {
    .userRegistered(
      UserRegistered(userID: id, imported: false, personal: .init(email: "ada@example.com", firstname: "Ada", lastname: "Lovelace")))
  }

  private func assigned(_ role: DefaultRole, team: Int64 = 0, by assigner: UserID? = nil) -> UserEvent {
    .roleAssigned(
      RoleAssigned(
        userID: id, roleID: role.id, roleName: role.name, teamID: team, permissions: role.permissions.map(\.rawValue), assignedBy: assigner)
    )
  }

  @Test func `a registration opens an account with a password and the customer's role, and takes the address`() async throws {
    let result = try await Scenario().when(register())
    try await result.then(
      registered, .passwordSet(PasswordSet(userID: id, personal: .init(hash: "$argon2id$x"))), assigned(.customer), on: User.self, id
    ).andNothingElse().thenClaim("email:1f", by: User.stream(id))
    #expect(result.answer == Created(id))
    #expect(result.recorded.map(\.isPublic) == [true, false, true])
  }

  @Test func `nothing personal of a registration can be read without the key`() async throws {
    let scenario = try await Scenario().given(register())
    let stored = scenario.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    for secret in ["ada", "Ada", "Lovelace", "argon2"] { #expect(!stored.contains(secret)) }
  }

  @Test func `an address that another account has is refused`() async throws {
    let scenario = try await Scenario().given(register())
    var second = register()
    second.userID = UserID(1_001)
    await #expect { try await scenario.when(second) } throws: { error in
      guard case CommandError.refused(.claimTaken("email:1f", let owner)) = error else { return false }
      return owner == User.stream(id)
    }
  }

  @Test func `an id has one account`() async throws {
    try await Scenario().given(register()).when(register()).thenRejected(UserRejection.alreadyRegistered(id))
  }

  @Test(arguments: [
    ("ada", FieldError("email", .malformed)), ("ada@@example.com", FieldError("email", .malformed)),
    ("ada@example", FieldError("email", .malformed)), ("a da@example.com", FieldError("email", .malformed)),
    ("@example.com", FieldError("email", .malformed)), ("ada@-example.com", FieldError("email", .malformed)),
    ("", FieldError("email", .blank)), ("a\0@example.com", FieldError("email", .forbiddenCharacter)),
    (String(repeating: "a", count: 250) + "@example.com", FieldError("email", .tooLong(maximum: 255))),
  ])
  func `an address of a wrong form is named`(email: String, error: FieldError) async throws {
    try await Scenario().when(register(email: email)).thenRejected(UserRejection.invalid(error))
  }

  @Test func `names must say something and fit their columns`() async throws {
    try await Scenario().when(register(firstname: " \t")).thenRejected(UserRejection.invalid(FieldError("firstname", .blank)))
    try await Scenario().when(register(lastname: String(repeating: "é", count: 256)))
      .thenRejected(UserRejection.invalid(FieldError("lastname", .tooLong(maximum: 255))))
    _ = try await Scenario().given(register(lastname: String(repeating: "é", count: 255)))
  }

  @Test func `the first administrator is opened once and keeps his password`() async throws {
    let bootstrap = BootstrapAdministrator(
      userID: id, email: "ada@example.com", firstname: "Ada", lastname: "Lovelace", passwordHash: "$argon2id$x", emailClaim: "email:1f")
    let scenario = try await Scenario().when(bootstrap).then(
      registered, .passwordSet(PasswordSet(userID: id, personal: .init(hash: "$argon2id$x"))), assigned(.superAdmin), on: User.self, id
    ).and
    var again = bootstrap
    again.passwordHash = "$argon2id$other"
    try await scenario.when(again).thenNothing()
    let revoke = RevokeRole(userID: id, role: .superAdmin, revokedBy: nil)
    try await scenario.given(revoke).when(again).then(assigned(.superAdmin), on: User.self, id).andNothingElse()
  }

  @Test func `an imported account has no password, may lack a first name, and is imported once`() async throws {
    let imported = UserID.imported(7)
    let command = ImportUser(
      userID: imported, email: "household-7@journey.example", firstname: "", lastname: "Household 7", emailClaim: "email:7",
      registeredAt: Timestamp(rfc3339: "2017-01-01T12:00:00Z"))
    let result = try await Scenario().when(command)
    #expect(result.recorded.map(\.type) == ["UserRegistered", "RoleAssigned"])
    #expect(result.recorded.allSatisfy { $0.occurredAt.rfc3339 == "2017-01-01T12:00:00.000000Z" })
    try await result.and.when(command).thenNothing()
  }

  @Test func `a role is given once within a team`() async throws {
    let command = AssignRole(userID: id, role: .merchant, teamID: 12, assignedBy: UserID(1))
    let scenario = try await Scenario().given(register()).when(command)
      .then(assigned(.merchant, team: 12, by: UserID(1)), on: User.self, id).andNothingElse().and
    try await scenario.when(command).thenNothing()
    var other = command
    other.teamID = 13
    try await scenario.when(other).then(assigned(.merchant, team: 13, by: UserID(1)), on: User.self, id)
  }

  @Test func `a role is taken back once, and nobody takes the highest from himself`() async throws {
    let scenario = try await Scenario().given(register()).given(AssignRole(userID: id, role: .superAdmin, assignedBy: nil))
    try await scenario.when(RevokeRole(userID: id, role: .superAdmin, revokedBy: id)).thenRejected(UserRejection.ownAdministration)
    let revoke = RevokeRole(userID: id, role: .superAdmin, revokedBy: UserID(1))
    try await scenario.when(revoke).then(
      .roleRevoked(RoleRevoked(userID: id, roleID: RoleID(1), roleName: "super_admin", teamID: 0, revokedBy: UserID(1))), on: User.self, id)
    try await scenario.when(revoke).thenNothing()
  }

  @Test func `nobody has a role without an account`() async throws {
    try await Scenario().when(AssignRole(userID: id, role: .admin, assignedBy: nil)).thenRejected(UserRejection.notFound(id))
    try await Scenario().when(RevokeRole(userID: id, role: .admin, revokedBy: nil)).thenRejected(UserRejection.notFound(id))
  }

  @Test func `the default roles and permissions are those of the page`() {
    #expect(Permission.allCases.count == 25)
    #expect(Permission.settingsUpdate.id == 25)
    #expect(
      DefaultRole.allCases.map(\.name) == [
        "super_admin", "admin", "manager", "support", "customer", "merchant", "customer_service_agent", "warehouse_manager",
      ])
    #expect(DefaultRole.customer.id == RoleID(5))
    #expect(DefaultRole.allCases.map(\.permissions.count) == [25, 19, 6, 5, 3, 6, 4, 4])
    #expect(!DefaultRole.admin.permissions.contains(.usersDelete))
  }
}
