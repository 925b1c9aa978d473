import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import Testing

@testable import APIGateway

/// Who may use which route: every route of every service against every kind of caller.
@Suite struct AccessTests {
  /// Routes that change or tell something without a token.
  private static let open: Set<String> = [
    "register", "login", "refresh", "forgotPassword", "resetPassword", "verifyEmail", "validateToken", "validatePromoCode",
    "openTicketAsGuest", "addTicketMessageAsGuest", "signUp", "signOff", "trackOpening", "trackClick", "subscribe", "leaveAtOnce",
    "mailDelivered", "mailOpened", "mailClicked", "mailBounced", "mailComplained",
    "reportPayment",
  ]

  private enum Who: CaseIterable {
    case nobody, customer, staffWithout, staffWith, admin

    /// The role whose default rights fit the route; nil where there is none.
    func role(_ access: Access) -> PlatformRole? {
      func defaultRole(_ role: PlatformRole) -> DefaultRole { DefaultRole.allCases.first { $0.name == role.rawValue }! }
      func has(_ role: PlatformRole, _ permission: DefaultPermission) -> Bool { defaultRole(role).permissions.contains(permission) }
      let staff = PlatformRole.allCases.filter { $0 != .customer && $0 != .superAdmin }
      switch (self, access) {
      case (.nobody, _): return nil
      case (.customer, _): return .customer
      case (.admin, _): return .superAdmin
      case (_, .everyone), (_, .bearer): return .support
      case (.staffWithout, .roles(let roles, _)): return staff.first { !roles.contains($0) }
      case (.staffWith, .roles(let roles, _)): return staff.first { roles.contains($0) }
      case (.staffWithout, .permission(let permission, _)): return staff.first { !has($0, permission) }
      case (.staffWith, .permission(let permission, _)): return staff.first { has($0, permission) }
      }
    }

    /// What the answer must begin with: 401, 403, or neither.
    func refusal(_ access: Access) -> Int? {
      switch (self, access) {
      case (_, .everyone): nil
      case (.nobody, _): 401
      case (.customer, .roles), (.customer, .permission), (.staffWithout, .roles), (.staffWithout, .permission): 403
      default: nil
      }
    }
  }

  @Test func `each route lets in whom its rule lets in, and nobody else`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      for group in APIGateway.groups {
        for route in group.routes {
          var path = "/api/v1/\(group.service)\(route.path)"
          for parameter in route.input.path { path = path.replacing("{\(parameter.name)}", with: "9") }
          for who in Who.allCases {
            let role = who.role(route.access)
            // A permission that no role but the highest has needs no further trial.
            if role == nil, who != .nobody { continue }
            let token = if let role { try await harness.token(77, role) } else { String?.none }
            let answer = try await harness.send(
              route.method, path, route.hasBody ? "{}" : nil, token: token,
              headers: route.idempotency == .compulsory ? ["Idempotency-Key": "k"] : [:])
            let refusal = [401, 403].contains(answer.status) ? answer.status : nil
            // What is in the body of a login is refused with 401 as well.
            #expect(refusal == who.refusal(route.access), "\(who) at \(route.method) \(path), \(route.access): \(answer.status)")
            #expect(answer.status != 500, "\(who) at \(route.method) \(path)")
          }
        }
      }
    }
  }

  @Test
  func `whatever changes something needs a token, but for signing in, guests' tickets, public forms and the mail and payment providers`() {
    for route in APIGateway.groups.flatMap(\.routes) where route.access == .everyone && route.method != .get {
      #expect(Self.open.contains(route.operation), "\(route.operation) is open to everyone")
    }
    for route in APIGateway.groups.flatMap(\.routes) where route.path.contains("/admin") {
      #expect(route.access != .everyone && route.access != .bearer, "\(route.operation) is open to customers")
    }
  }
}

/// That rights count as they are now, whatever tokens say.
@Suite struct StandingsTests {
  private let harness: Harness
  private let admin = UserID(1)

  init() async throws {
    harness = try await Harness(groups: APIGateway.groups)
    _ = try await harness.services.executor.execute(
      BootstrapAdministrator(
        userID: admin, email: "root@example.org", firstname: "R", lastname: "T", passwordHash: "x",
        emailClaim: harness.services.emails.claim(of: "root@example.org")))
    for (id, row) in Permission.defaultRows { try await execute(SeedReference<Permission>(id: id, row: row)) }
    for (id, row) in Role.defaultRows { try await execute(SeedReference<Role>(id: id, row: row)) }
  }

  private func execute(_ command: some Command) async throws {
    _ = try await harness.services.executor.execute(command)
  }

  private func register(_ id: Int64) async throws -> UserID {
    try await execute(
      RegisterUser(
        userID: UserID(id), email: "\(id)@example.org", firstname: "F", lastname: "L", passwordHash: "x",
        emailClaim: harness.services.emails.claim(of: "\(id)@example.org")))
    return UserID(id)
  }

  private func token(_ id: UserID) async throws -> String {
    try await harness.services.tokens.issue(Account.load(id, harness.log).caller)
  }

  /// A staff route that changes nothing.
  private func status(_ token: String, _ path: String = "/api/v1/auth/roles/1/permissions") async throws -> Int {
    try await harness.send(.post, path, "{}", token: token).status
  }

  @Test func `a role counts from when it is given until it is taken, with the same token`() async throws {
    let user = try await register(1_000)
    let token = try await token(user)
    #expect(try await status(token) == 403)
    try await execute(AssignRole(userID: user, roleID: DefaultRole.admin.id, assignedBy: nil))
    #expect(try await status(token) == 422)
    try await execute(RevokeRole(userID: user, roleID: DefaultRole.admin.id, revokedBy: nil))
    #expect(try await status(token) == 403)
  }

  @Test func `a token that says more than the account may do is worth no more`() async throws {
    let user = try await register(1_000)
    let caller = Caller(userID: user, role: .superAdmin, email: "x@example.org")
    #expect(try await status(try await harness.services.tokens.issue(caller)) == 403)
  }

  @Test func `a role within a website opens nothing of the platform`() async throws {
    let user = try await register(1_000)
    try await execute(AssignRole(userID: user, roleID: DefaultRole.superAdmin.id, teamID: 7, assignedBy: nil))
    #expect(try await status(token(user)) == 403)
    let standing = try #require(try await harness.services.standings.standing(of: user))
    #expect(standing.administeredTeams == [7])
    #expect(standing.may("users.delete", team: 7))
    #expect(!standing.may("users.delete"))
    #expect(!standing.may("users.delete", team: 8))
  }

  @Test func `what a role permits counts for all who have it at once, and a removed one for none`() async throws {
    let user = try await register(1_000)
    try await execute(AddReference<Role>(id: RoleID(1_000), row: .init(name: "clerk")))
    try await execute(AssignRole(userID: user, roleID: RoleID(1_000), assignedBy: nil))
    let token = try await token(user)
    #expect(try await status(token) == 403)
    try await execute(ChangeReference<Role>(id: RoleID(1_000)) { $0.permissionIDs = [DefaultPermission.usersUpdate.id] })
    #expect(try await status(token) == 422)
    try await execute(RemoveReference<Role>(id: RoleID(1_000), usedBy: 0))
    #expect(try await status(token) == 403)
  }

  @Test func `a permission that is given directly counts, and no longer when it is taken`() async throws {
    let user = try await register(1_000)
    let token = try await token(user)
    try await execute(GrantPermission(userID: user, permissionID: DefaultPermission.usersUpdate.id, grantedBy: nil))
    #expect(try await status(token) == 422)
    try await execute(RevokePermission(userID: user, permissionID: DefaultPermission.usersUpdate.id, revokedBy: nil))
    #expect(try await status(token) == 403)
  }

  @Test func `another password ends every token from before, and a deleted account has none`() async throws {
    let user = try await register(1_000)
    let old = try await token(user)
    #expect(try await status(old) == 403)
    try await execute(ChangePassword(userID: user, passwordHash: "y"))
    #expect(try await status(old) == 401)
    let new = try await token(user)
    #expect(try await status(new) == 403)
    try await execute(DeleteUser(userID: user, reason: .administrator, deletedBy: nil))
    #expect(try await status(new) == 401)
    try await execute(RestoreUser(userID: user, restoredBy: nil))
    #expect(try await status(new) == 401)
    #expect(try await status(token(user)) == 403)
  }

  @Test func `a customer's fresh token is believed without a read until something is taken from him`() async throws {
    let user = try await register(1_000)
    let standings = Standings(log: harness.log, maximumAge: .zero, tokenLifetime: .seconds(900), capacity: 100)
    let caller = try await Account.load(user, harness.log).caller
    _ = try await standings.standing(of: user)
    let token = AccessToken(caller: caller, issuedAt: .now() + .seconds(60))
    #expect(try await standings.standing(of: token) == nil)
    let early = AccessToken(caller: caller, issuedAt: .now() + .seconds(-60))
    #expect(try await standings.standing(of: early)?.isOpen == true)
    try await execute(ChangePassword(userID: user, passwordHash: "y"))
    await #expect(throws: Problem.self) { try await standings.standing(of: token) }
  }

  @Test func `a session is over even if nobody can read how it ended`() async throws {
    let user = try await register(1_000)
    let standings = Standings(log: harness.log, maximumAge: .zero, tokenLifetime: .seconds(900), capacity: 100)
    _ = try await standings.standing(of: user)
    var caller = try await Account.load(user, harness.log).caller
    caller.sessionID = SessionID(77)
    let token = AccessToken(caller: caller, issuedAt: .now() + .seconds(60))
    #expect(try await standings.standing(of: token) == nil)
    let unreadable = EventData(type: SessionRevoked.type.name, isPublic: false, payload: Array("{}".utf8), occurredAt: .now())
    let part = StreamAppend(stream: Session.stream(77), expected: .any, events: [unreadable])
    _ = try await harness.log.append(Append(streams: [part]))
    await #expect(throws: Problem.self) { try await standings.standing(of: token) }
    caller.sessionID = SessionID(78)
    #expect(try await standings.standing(of: AccessToken(caller: caller, issuedAt: .now() + .seconds(60))) == nil)
  }

  @Test func `the log is asked at most once in the time that rights may be old`() async throws {
    let user = try await register(1_000)
    let standings = Standings(log: harness.log, maximumAge: .seconds(600), tokenLifetime: .seconds(900), capacity: 100)
    #expect(try await standings.standing(of: user)?.may("users.update") == false)
    try await execute(AssignRole(userID: user, roleID: DefaultRole.admin.id, assignedBy: nil))
    #expect(try await standings.standing(of: user)?.may("users.update") == false)
    let other = Standings(log: harness.log, maximumAge: .seconds(600), tokenLifetime: .seconds(900), capacity: 100)
    #expect(try await other.standing(of: user)?.may("users.update") == true)
  }
}
