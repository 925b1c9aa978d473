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
        .post, "/register", "register", "Opens an account and signs in", in: Registration.self, out: session.asData, status: 201,
        access: .everyone, idempotency: .optional, problems: [.alreadyTaken, .commonPassword], handler: register),
      Route(
        .post, "/login", "login", "Signs in", in: Credentials.self, out: session.asData, access: .everyone, idempotency: .none,
        problems: [.invalidCredentials], aliases: ["/api/login"], handler: login),
      Route(
        .post, "/validate-token", "validateToken", "Whether a token is valid, and who it stands for", in: PresentedToken.self,
        out: Schema.object("Validation", ["valid": .boolean, "user": user.nullable]).asData, access: .everyone, idempotency: .none,
        problems: [], aliases: ["/api/auth/validate"], handler: validate),
    ] + ProfileRoutes.routes + UserRoutes.routes + RightsRoutes.routes)

  private static let user = Schema.object("User", ["id": .id, "firstname": .text, "lastname": .text, "email": .text])
  static let session = Schema.object(
    "Session",
    [
      "user": user, "token": .text.nullable, "token_type": .choice(["bearer"]), "expires_in": .integer,
    ])

  @Sendable private static func register(_ input: Registration, _ call: Call) async throws -> Reply {
    let services = call.services
    let hash = try await services.passwords.hash(input.password)
    let outcome = try await call.execute(
      RegisterUser(
        userID: UserID(try await call.nextID("user")), email: input.email, firstname: input.firstname, lastname: input.lastname,
        passwordHash: hash, emailClaim: services.emails.claim(of: input.email)))
    guard let id = outcome.answer?.id else { throw Problem(.internalError) }
    let account = Account(
      userID: id, email: input.email, firstname: input.firstname, lastname: input.lastname, roles: [PlatformRole.customer.rawValue])
    // Whoever repeats a request gets the account, but no token: those are given to a password, not to a key.
    let token = outcome.isDuplicate ? nil : try await services.tokens.issue(account.caller)
    return .command(outcome) { write(account, token, call, &$0) }
  }

  @Sendable private static func login(_ input: Credentials, _ call: Call) async throws -> Reply {
    let account = try await Account.find(email: input.email, call.services)
    // An unknown account costs the same work and gets the same answer as a wrong password, and so does a deleted one.
    guard try await call.services.passwords.verify(input.password, against: account?.passwordHash), let account, !account.isDeleted
    else {
      throw Problem(.invalidCredentials)
    }
    let token = try await call.services.tokens.issue(account.caller)
    var reply = Reply.data { write(account, token, call, &$0) }
    reply.headers.append((.cacheControl, "no-store"))
    return reply
  }

  @Sendable private static func validate(_ input: PresentedToken, _ call: Call) async throws -> Reply {
    var account: Account?
    if let token = try? await call.services.tokens.verify(input.token), try await isCurrent(token, call) {
      account = try await Account.load(token.caller.userID, call.services.log)
    }
    var reply = Reply.data { json in
      json.field("valid", account != nil)
      if let account {
        json.object("user") { write(account, &$0) }
      } else {
        json.field("user", JSONValue.null)
      }
    }
    reply.headers.append((.cacheControl, "no-store"))
    return reply
  }

  private static func isCurrent(_ token: AccessToken, _ call: Call) async throws -> Bool {
    do {
      _ = try await call.services.standings.standing(of: token)
      return true
    } catch let problem as Problem where problem.code == .unauthorized {
      return false
    }
  }

  static func write(_ account: Account, _ token: String?, _ call: Call, _ json: inout JSONWriter) {
    json.object("user") { write(account, &$0) }
    json.field("token", token)
    json.field("token_type", "bearer")
    json.field("expires_in", call.services.tokens.lifetime.components.seconds)
  }

  private static func write(_ account: Account, _ json: inout JSONWriter) {
    json.field("id", account.userID)
    json.field("firstname", account.firstname)
    json.field("lastname", account.lastname)
    json.field("email", account.email)
  }
}
