import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Accounts and signing in.
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
      .row(
        "/me", "me", "Who the token stands for", in: NoInput.self, access: .bearer, from: { $0.reads.auth }, AuthResources.me
      ) { _, call in [.int64(call.user.userID.rawValue), .text(call.user.role.rawValue)] },
    ])

  private static let user = Schema.object("User", ["id": .id, "firstname": .text, "lastname": .text, "email": .text])
  private static let session = Schema.object(
    "Session",
    [
      "user": user, "token": .text.nullable, "token_type": .choice(["bearer"]), "expires_in": .integer,
    ])

  struct Registration: RouteInput {
    let firstname: String
    let lastname: String
    let email: String
    let password: String
    let confirmation: String?

    init(_ fields: inout InputReader) {
      firstname = fields.body("firstname", .text(255))
      lastname = fields.body("lastname", .text(255))
      email = fields.body("email", .text(255, min: 3, .email))
      password = fields.body("password", NewPasswordField())
      confirmation = fields.optional("password_confirmation", .text(1_024))
      if let confirmation, confirmation != password { fields.fault("/password_confirmation", .valueNotAllowed) }
    }
  }

  struct Credentials: RouteInput {
    let email: String
    let password: String

    init(_ fields: inout InputReader) {
      email = fields.body("email", .text(255))
      password = fields.body("password", .text(1_024))
    }
  }

  /// A password that the policy accepts.
  private struct NewPasswordField: FieldType {
    var placeholder: String { "" }
    var schema: Schema { .text.with("minLength", .int(Int64(PasswordPolicy.minimumLength))).with("format", "password") }

    func read(_ json: JSONValue) throws(FieldFault) -> String {
      guard case .string(let text) = json else { throw FieldFault(.wrongType, limit: "string") }
      do throws(FieldError) {
        try PasswordPolicy.check(text)
      } catch {
        throw FieldFault(error.fieldProblem.code, limit: error.fieldProblem.limit)
      }
      return text
    }
  }

  @Sendable private static func register(_ input: Registration, _ call: Call) async throws -> Reply {
    let services = call.services
    let hash = try await services.passwords.hash(input.password)
    let outcome = try await call.execute(
      RegisterUser(
        userID: UserID(try await call.nextID("user")), email: input.email, firstname: input.firstname, lastname: input.lastname,
        passwordHash: hash, emailClaim: services.emails.claim(of: input.email)))
    guard let id = outcome.answer?.id else { throw Problem(.internalError) }
    let account = Account(
      userID: id, email: input.email, firstname: input.firstname, lastname: input.lastname, roles: [Role.customer.rawValue])
    // Whoever repeats a request gets the account, but no token: those are given to a password, not to a key.
    let token = outcome.isDuplicate ? nil : try await services.tokens.issue(account.caller)
    return .command(outcome) { write(account, token, call, &$0) }
  }

  @Sendable private static func login(_ input: Credentials, _ call: Call) async throws -> Reply {
    let account = try await Account.find(email: input.email, call.services)
    // An unknown account costs the same work and gets the same answer as a wrong password.
    guard try await call.services.passwords.verify(input.password, against: account?.passwordHash), let account else {
      throw Problem(.invalidCredentials)
    }
    let token = try await call.services.tokens.issue(account.caller)
    var reply = Reply.data { write(account, token, call, &$0) }
    reply.headers.append((.cacheControl, "no-store"))
    return reply
  }

  private static func write(_ account: Account, _ token: String?, _ call: Call, _ json: inout JSONWriter) {
    json.object("user") { json in
      json.field("id", account.userID)
      json.field("firstname", account.firstname)
      json.field("lastname", account.lastname)
      json.field("email", account.email)
    }
    json.field("token", token)
    json.field("token_type", "bearer")
    json.field("expires_in", call.services.tokens.lifetime.components.seconds)
  }
}
