import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// One's own account.
enum ProfileRoutes {
  static let routes: [Route] = [
    .row(
      "/me", "me", "Who the token stands for, with roles and permissions", in: NoInput.self, access: .bearer, from: { $0.reads.auth },
      AuthResources.me
    ) { _, call in
      [.int64(call.user.userID.rawValue), .text(call.user.role.rawValue), .int64(call.websiteID?.rawValue ?? 0)]
    },
    Route(
      .put, "/me", "replaceMe", "Changes one's own names, or e-mail address, which ends every session", in: OwnProfileChange.self,
      out: Schema.reference.asData,
      access: .bearer, idempotency: .none, problems: [.alreadyTaken, .wrongPassword, .stateConflict], handler: change),
    Route(
      .patch, "/me", "changeMe", "Changes one's own names, or e-mail address, which ends every session", in: OwnProfileChange.self,
      out: Schema.reference.asData,
      access: .bearer, idempotency: .none, problems: [.alreadyTaken, .wrongPassword, .stateConflict], handler: change),
    Route(
      .put, "/me/password", "changePassword", "Changes one's own password; every session from before ends, and a new one begins",
      in: OwnPasswordChange.self, out: SignedIn.schema.asData, access: .bearer, idempotency: .none,
      problems: [.commonPassword, .wrongPassword], handler: changePassword),
    Route(
      .delete, "/me", "deleteMe", "Closes one's own account", in: NoInput.self, out: nil, status: 204, access: .bearer,
      idempotency: .none, problems: [.protected]
    ) { _, call in
      let user = call.user.userID
      return .command(try await call.execute(DeleteUser(userID: user, reason: .owner, deletedBy: user)))
    },
  ]

  @Sendable private static func change(_ input: OwnProfileChange, _ call: Call) async throws -> Reply {
    let account = try await Account.load(call.user.userID, call.services.log)
    if input.names.email != nil { try await check(input.currentPassword ?? "", of: account, call) }
    return .reference(try await call.execute(account.changing(input.names, call.services)), account.userID)
  }

  @Sendable private static func changePassword(_ input: OwnPasswordChange, _ call: Call) async throws -> Reply {
    var account = try await Account.load(call.user.userID, call.services.log)
    try await check(input.currentPassword, of: account, call)
    let hash = try await call.services.passwords.hash(input.password)
    let refresh = RefreshToken.fresh(SessionID(try await call.nextID("session")))
    account.sessionEpoch += 1
    let outcome = try await call.execute(
      ReplacePassword(
        change: ChangePassword(userID: account.userID, passwordHash: hash),
        start: call.starting(refresh, of: account.userID, epoch: account.sessionEpoch)))
    let signedIn = try await SignedIn(account, refresh, call.services)
    return .command(outcome) { signedIn.write(call, &$0) }.notStored
  }

  private static func check(_ password: String, of account: Account, _ call: Call) async throws {
    guard try await call.services.passwords.verify(password, against: account.passwordHash) else {
      throw Problem.field("/current_password", .wrongPassword)
    }
  }
}

extension Account {
  /// The command that makes of an account what was asked; what stays the same is not in it.
  func changing(_ wanted: ProfileChange, _ services: GatewayServices) -> ChangeProfile {
    var command = ChangeProfile(userID: userID)
    let (first, last) = (wanted.firstname ?? firstname, wanted.lastname ?? lastname)
    if (first, last) != (firstname, lastname) { command.rename = RenameUser(userID: userID, firstname: first, lastname: last) }
    if let new = wanted.email, new != email {
      command.changeEmail = ChangeEmail(
        userID: userID, email: new, emailClaim: services.emails.claim(of: new), previousClaim: services.emails.claim(of: email),
        addressCount: addressCount)
      var changed = self
      (changed.email, changed.firstname, changed.addressCount) = (new, first, addressCount + 1)
      command.verification = changed.verification(services)
    }
    return command
  }
}
