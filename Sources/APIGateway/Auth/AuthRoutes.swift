import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Signing in, accounts, and what they may do.
enum AuthRoutes {
  static let group = RouteGroup(
    service: "auth",
    routes: [
      HealthRoutes.route(of: "auth") { $0.reads.auth },
      Route(
        .post, "/register", "register", "Opens an account and signs in", in: Registration.self, out: SignedIn.schema.asData,
        status: 201, access: .everyone, idempotency: .optional, problems: [.alreadyTaken, .commonPassword], handler: register),
      Route(
        .post, "/login", "login", "Signs in", in: Credentials.self, out: SignedIn.schema.asData, access: .everyone,
        idempotency: .none, problems: [.invalidCredentials], aliases: ["/api/login"], handler: login),
      Route(
        .post, "/validate-token", "validateToken", "Whether a token is valid, and who it stands for", in: PresentedToken.self,
        out: Schema.object("Validation", ["valid": .boolean, "user": SignedIn.user.nullable]).asData, access: .everyone, idempotency: .none,
        problems: [], aliases: ["/api/auth/validate"], handler: validate),
    ] + SessionRoutes.routes + MailedTokenRoutes.routes + ProfileRoutes.routes + UserRoutes.routes + RightsRoutes.routes)

  @Sendable private static func register(_ input: Registration, _ call: Call) async throws -> Reply {
    let services = call.services
    let hash = try await services.passwords.hash(input.password)
    let id = UserID(try await call.nextID("user"))
    let refresh = RefreshToken.fresh(SessionID(try await call.nextID("session")))
    var account = Account(
      userID: id, email: input.email, firstname: input.firstname, lastname: input.lastname, addressCount: 1,
      roles: [PlatformRole.customer.rawValue])
    let outcome = try await call.execute(
      SignUp(
        register: RegisterUser(
          userID: id, email: input.email, firstname: input.firstname, lastname: input.lastname, passwordHash: hash,
          emailClaim: services.emails.claim(of: input.email)),
        start: call.starting(refresh, of: id, epoch: 0), verification: account.verification(services)))
    guard let registered = outcome.answer?.id else { throw Problem(.internalError) }
    account.userID = registered
    // Whoever repeats a request gets the account, but no token: those are given to a password, not to a key.
    let signedIn = outcome.isDuplicate ? SignedIn(account: account) : try await SignedIn(account, refresh, services)
    return .command(outcome) { signedIn.write(call, &$0) }.notStored
  }

  @Sendable private static func login(_ input: Credentials, _ call: Call) async throws -> Reply {
    let asker = call.asker(about: input.email)
    try await call.services.logins.require(call.services.configuration.loginLimit, by: asker)
    let account = try await Account.find(email: input.email, call.services)
    // An unknown account costs the same work and gets the same answer as a wrong password, and so does a deleted one.
    guard try await call.services.passwords.verify(input.password, against: account?.passwordHash), let account, !account.isDeleted
    else {
      // Nobody has the id 0: for an unknown address the command is refused, which the log confirms as it would write an event.
      do {
        _ = try await call.execute(NoteRefusedLogin(userID: account?.userID ?? UserID(0), origin: call.origin))
      } catch is UserRejection {
      } catch CommandError.forgotten {}
      throw Problem(.invalidCredentials)
    }
    let refresh = RefreshToken.fresh(SessionID(try await call.nextID("session")))
    do {
      let outcome = try await call.execute(call.starting(refresh, of: account.userID, epoch: account.sessionEpoch))
      let signedIn = try await SignedIn(account, refresh, call.services)
      await call.services.logins.forget(call.services.configuration.loginLimit, by: asker)
      return .command(outcome) { signedIn.write(call, &$0) }.notStored
    } catch let refusal where refusal is SessionRejection || refusal is UserRejection {
      // Another password was set, or the account closed, while this password was checked.
      throw Problem(.invalidCredentials)
    }
  }

  @Sendable private static func validate(_ input: PresentedToken, _ call: Call) async throws -> Reply {
    var account: Account?
    if let token = try? await call.services.tokens.verify(input.token), try await isCurrent(token, call) {
      account = try await Account.load(token.caller.userID, call.services.log)
    }
    return Reply.data { json in
      json.field("valid", account != nil)
      if let account {
        json.object("user") { SignedIn.write(account, &$0) }
      } else {
        json.field("user", JSONValue.null)
      }
    }.notStored
  }

  private static func isCurrent(_ token: AccessToken, _ call: Call) async throws -> Bool {
    do {
      _ = try await call.services.standings.standing(of: token)
      return true
    } catch let problem as Problem where problem.code == .unauthorized {
      return false
    }
  }
}
