import Aggregates
import EventSourcing
import HTTPTypes

/// What one does with a token that came by mail, and asking for one.
enum MailedTokenRoutes {
  static let routes: [Route] = [
    Route(
      .post, "/password/forgot", "forgotPassword", "Sends a token for another password, where the address has an account",
      in: ForgottenPassword.self, out: nil, status: 202, access: .everyone, idempotency: .none, problems: [], handler: forgot),
    Route(
      .post, "/password/reset", "resetPassword", "Chooses another password with a token that came by mail; ends every session",
      in: PasswordReset.self, out: nil, status: 204, access: .everyone, idempotency: .none, problems: [.invalidToken, .commonPassword]
    ) { input, call in
      guard let token = OpaqueToken(input.token) else { throw Problem.field("/token", .invalidToken) }
      let hash = try await call.services.passwords.hash(input.password)
      return .command(
        try await call.execute(ResetPassword(userID: UserID(token.number), tokenHash: token.hash, passwordHash: hash)))
    },
    Route(
      .post, "/email/verify", "verifyEmail", "Shows by a token that came by mail that the address is one's own", in: MailedTokenInput.self,
      out: nil, status: 204, access: .everyone, idempotency: .none, problems: [.invalidToken]
    ) { input, call in
      guard let token = OpaqueToken(input.token) else { throw Problem.field("/token", .invalidToken) }
      return .command(try await call.execute(VerifyEmail(userID: UserID(token.number), tokenHash: token.hash)))
    },
    Route(
      .post, "/email/verification", "requestEmailVerification", "Sends another token to one's own address", in: NoInput.self, out: nil,
      status: 202, access: .bearer, idempotency: .none, problems: [.stateConflict]
    ) { _, call in
      let account = try await Account.load(call.user.userID, call.services.log)
      return .command(try await call.execute(account.verification(call.services)))
    },
  ]

  /// Answers the same, after the same work, whether there is an account or not.
  @Sendable private static func forgot(_ input: ForgottenPassword, _ call: Call) async throws -> Reply {
    try await call.services.logins.require(call.services.configuration.loginLimit, by: "forgot \(call.asker(about: input.email))")
    let owner = try await call.services.log.claimOwner(call.services.emails.claim(of: input.email))
    // Nobody has the id 0: the command is refused for it, which the log confirms as it would write an event.
    let account = try await Account.load(UserID(owner.flatMap { Int64($0.id) } ?? 0), call.services.log)
    let offer = account.offer(lifetime: call.services.configuration.passwordResetLifetime, call.services)
    do {
      _ = try await call.execute(RequestPasswordReset(userID: account.userID, offer: offer))
    } catch is UserRejection {
    } catch CommandError.forgotten {}
    return Reply(.none)
  }
}

extension Account {
  /// The command that sends a token to the address.
  func verification(_ services: GatewayServices) -> RequestEmailVerification {
    RequestEmailVerification(userID: userID, offer: offer(lifetime: services.configuration.emailVerificationLifetime, services))
  }

  fileprivate func offer(lifetime: Duration, _ services: GatewayServices) -> MailedTokenOffer {
    let token = OpaqueToken.fresh(userID.rawValue)
    return MailedTokenOffer(
      tokenHash: token.hash, letter: MailedTokenLetter(email: email, firstname: firstname, token: token.text), addressCount: addressCount,
      lifetime: lifetime, minimumInterval: services.configuration.mailedTokenInterval)
  }
}
