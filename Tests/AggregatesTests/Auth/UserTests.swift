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

  private func assigned(_ role: DefaultRole) -> UserEvent {
    .roleAssigned(
      RoleAssigned(
        userID: id, roleID: role.id, roleName: role.name, teamID: 0, permissions: role.permissions.map(\.rawValue), assignedBy: nil))
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
    let revoke = RevokeRole(userID: id, roleID: DefaultRole.superAdmin.id, revokedBy: nil)
    try await scenario.givenDefaultRights().given(revoke).when(again).then(assigned(.superAdmin), on: User.self, id).andNothingElse()
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

  // MARK: Changes

  @Test func `a user gets other names, which must say something`() async throws {
    let scenario = try await Scenario().given(register())
    try await scenario.when(RenameUser(userID: id, firstname: "Augusta", lastname: "King"))
      .then(.userRenamed(UserRenamed(userID: id, personal: .init(firstname: "Augusta", lastname: "King"))), on: User.self, id)
      .andNothingElse()
    try await scenario.when(RenameUser(userID: id, firstname: "", lastname: "King"))
      .thenRejected(UserRejection.invalid(FieldError("firstname", .blank)))
    try await scenario.when(RenameUser(userID: id, firstname: "A", lastname: " "))
      .thenRejected(UserRejection.invalid(FieldError("lastname", .blank)))
  }

  private func changeEmail(_ email: String, claim: String, previous: String = "email:1f", count: Int = 1) -> ChangeEmail {
    ChangeEmail(userID: id, email: email, emailClaim: claim, previousClaim: previous, addressCount: count)
  }

  @Test func `another address is taken and the former one is free`() async throws {
    let scenario = try await Scenario().given(register())
    let result = try await scenario.when(changeEmail("ada@example.org", claim: "email:2f"))
    try await result.then(.emailChanged(EmailChanged(userID: id, personal: .init(email: "ada@example.org"))), on: User.self, id)
      .andNothingElse().thenClaim("email:2f", by: User.stream(id))
    #expect(try await scenario.log.claimOwner("email:1f") == nil)
    var second = register()
    second.userID = UserID(1_001)
    _ = try await result.and.given(second)
  }

  @Test func `another spelling of the same address keeps it`() async throws {
    let scenario = try await Scenario().given(register()).given(changeEmail("Ada@example.com", claim: "email:1f"))
    #expect(try await scenario.log.claimOwner("email:1f") == User.stream(id))
  }

  @Test func `an address that another account has cannot be changed to`() async throws {
    var second = register()
    second.userID = UserID(1_001)
    second.emailClaim = "email:2f"
    let scenario = try await Scenario().given(register()).given(second)
    await #expect { try await scenario.when(changeEmail("ada@example.org", claim: "email:2f")) } throws: { error in
      guard case CommandError.refused(.claimTaken("email:2f", _)) = error else { return false }
      return true
    }
  }

  @Test func `who has not seen the latest address does not change it`() async throws {
    let scenario = try await Scenario().given(register()).given(changeEmail("ada@example.org", claim: "email:2f"))
    try await scenario.when(changeEmail("ada@example.net", claim: "email:3f")).thenRejected(UserRejection.addressOutdated(id))
    try await scenario.when(changeEmail("ada", claim: "email:3f", previous: "email:2f", count: 2))
      .thenRejected(UserRejection.invalid(FieldError("email", .malformed)))
  }

  @Test func `another password is private like the first`() async throws {
    let result = try await Scenario().given(register()).when(ChangePassword(userID: id, passwordHash: "$argon2id$y"))
    try await result.then(.passwordChanged(PasswordChanged(userID: id, personal: .init(hash: "$argon2id$y"))), on: User.self, id)
      .andNothingElse()
    #expect(result.recorded.map(\.isPublic) == [false])
  }

  @Test func `a deleted account keeps its address, changes in nothing, and comes back as it was`() async throws {
    let delete = DeleteUser(userID: id, reason: .administrator, deletedBy: UserID(1))
    let scenario = try await Scenario().givenDefaultRights().given(register()).when(delete)
      .then(.userDeleted(UserDeleted(userID: id, reason: .administrator, deletedBy: UserID(1))), on: User.self, id).andNothingElse().and
    try await scenario.when(delete).thenNothing()
    #expect(try await scenario.log.claimOwner("email:1f") == User.stream(id))
    try await scenario.when(RenameUser(userID: id, firstname: "A", lastname: "B")).thenRejected(UserRejection.deleted(id))
    try await scenario.when(changeEmail("ada@example.org", claim: "email:2f")).thenRejected(UserRejection.deleted(id))
    try await scenario.when(ChangePassword(userID: id, passwordHash: "x")).thenRejected(UserRejection.deleted(id))
    try await scenario.when(AssignRole(userID: id, roleID: DefaultRole.admin.id, assignedBy: nil)).thenRejected(UserRejection.deleted(id))
    let restore = RestoreUser(userID: id, restoredBy: UserID(1))
    let restored = try await scenario.when(restore)
      .then(.userRestored(UserRestored(userID: id, restoredBy: UserID(1))), on: User.self, id).andNothingElse().and
    try await restored.when(restore).thenRejected(UserRejection.notDeleted(id))
  }

  @Test func `a super administrator does not delete himself`() async throws {
    let scenario = try await Scenario().givenDefaultRights().given(register())
      .given(AssignRole(userID: id, roleID: DefaultRole.superAdmin.id, assignedBy: nil))
    try await scenario.when(DeleteUser(userID: id, reason: .owner, deletedBy: id)).thenRejected(UserRejection.ownAdministration)
  }

  @Test func `nothing is changed in an account that is not there`() async throws {
    let scenario = Scenario()
    try await scenario.when(RenameUser(userID: id, firstname: "A", lastname: "B")).thenRejected(UserRejection.notFound(id))
    try await scenario.when(changeEmail("a@example.org", claim: "email:2f", count: 0)).thenRejected(UserRejection.notFound(id))
    try await scenario.when(ChangePassword(userID: id, passwordHash: "x")).thenRejected(UserRejection.notFound(id))
    try await scenario.when(DeleteUser(userID: id, reason: .administrator, deletedBy: nil)).thenRejected(UserRejection.notFound(id))
    try await scenario.when(RestoreUser(userID: id, restoredBy: nil)).thenRejected(UserRejection.notFound(id))
  }
}
