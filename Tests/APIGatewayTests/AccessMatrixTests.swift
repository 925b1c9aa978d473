import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import APIGateway

/// Every route of every service against nobody, every default role on the platform and within a website, and holders of single permissions.
///
/// What a route should answer comes from the pages (`PageEndpoints`); of a route that no page names, from its declaration.
@Suite struct AccessMatrixTests {
  @Test func `every endpoint of the pages has a route, under the service's path and the original's`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let table = APIGateway.table(APIGateway.groups)
    for endpoint in PageEndpoints.all {
      var isThere = true
      for prefix in ["/api/v1/", "/api/"] {
        if case .found(let mount, _) = table.find(
          endpoint.method, "\(prefix)\(endpoint.service)\(endpoint.path.replacing("{}", with: "9"))")
        {
          isThere = isThere && PageEndpoints.shape(mount.route.path) == endpoint.path
        } else {
          isThere = false
        }
      }
      #expect(isThere, "\(endpoint.place)")
    }
    for (method, path) in PageEndpoints.atRoot {
      let answer = try await harness.send(method, path, method == .post ? "{}" : nil)
      #expect(![404, 405].contains(answer.status) || path.hasPrefix("/track/"), "\(method) \(path)")
    }
  }

  /// Somebody who asks.
  private struct Asker {
    var name: String
    /// Nil for nobody.
    var token: String?
    /// What he has on the whole platform, or within the website alone.
    var role: PlatformRole?
    var permissions: Set<String> = []
    /// Where he has it: 0 for the whole platform.
    var team: Int64 = 0
  }

  /// The website within which some have rights, and another one.
  private static let (website, otherWebsite): (Int64, Int64) = (1, 2)

  @Test func `every route answers whoever may use it, and refuses everybody else`() async throws {
    let answered = APIGateway.groups.map { group in
      RouteGroup(service: group.service, routes: group.routes.map(Self.withoutHandler))
    }
    try await ReadDatabases.with(only: ["websites_service_db"]) { databases in
      try await ask(answered, try await Harness(groups: answered, reads: databases.sides))
    }
  }

  /// Asks as everybody: on the platform, and those who have rights within a website also there, and for another website.
  private func ask(_ answered: [RouteGroup], _ harness: Harness) async throws {
    let askers = try await Self.askers(harness)
    let rules = Dictionary(uniqueKeysWithValues: PageEndpoints.all.map { ($0.place, $0) })
    try await harness.gateway.application.test(.router) { client in
      for group in answered {
        for route in group.routes {
          let shape = PageEndpoints.shape(route.path)
          let endpoint = rules["\(route.method) /api/v1/\(group.service)\(shape)"] ?? Self.declared(route, group.service, shape)
          let path = "/api/v1/\(group.service)\(shape.replacing("{}", with: "9"))"
          for asker in askers {
            for place in asker.team == 0 ? [nil] : [nil, Self.website, Self.otherWebsite] {
              let status = try await client.execute(
                uri: path, method: route.method, headers: Self.headers(route, asker.token, website: place),
                body: route.hasBody ? ByteBuffer(string: "{}") : nil
              ) { $0.status.code }
              #expect(
                status == Self.expected(endpoint, route, asker, at: place),
                "\(asker.name) at \(endpoint.place) of \(place.map { "website \($0)" } ?? "the platform"), which is for \(endpoint.rule)")
            }
          }
        }
      }
    }
  }

  /// - Parameter place: the website that is named; nil for the platform.
  private static func expected(_ endpoint: PageEndpoint, _ route: Route, _ asker: Asker, at place: Int64?) -> Int {
    let success = route.success
    // Nobody names a website that he does not work for.
    if place == otherWebsite { return 403 }
    if endpoint.rule == "public" { return success }
    guard asker.token != nil else { return 401 }
    guard let roles = endpoint.roles else { return success }
    guard asker.team == 0 || (place == asker.team && PageEndpoints.withinWebsite.contains(route.operation)) else { return 403 }
    if let role = asker.role, roles.contains(role) { return success }
    return endpoint.isPermission && asker.permissions.contains(endpoint.rule) ? success : 403
  }

  @Test func `a right within a website opens the routes about what belongs to websites, and no others`() {
    let opened = APIGateway.groups.flatMap(\.routes).filter { $0.access.scope == .website }.map(\.operation)
    #expect(Set(opened).symmetricDifference(PageEndpoints.withinWebsite).sorted() == [])
  }

  /// The route, answering at once, so that nothing but its declaration decides.
  private static func withoutHandler(_ route: Route) -> Route {
    Route(
      route.method, route.path, route.operation, route.summary, describing: route.input, out: route.output, status: route.success,
      access: route.access, idempotency: route.idempotency, precondition: route.precondition, problems: route.problems
    ) { _ in Reply(.none) }
  }

  private static func headers(_ route: Route, _ token: String?, website: Int64?) -> HTTPFields {
    var headers = HTTPFields()
    if let website { headers[.comptoirWebsite] = String(website) }
    if let token { headers[.authorization] = "Bearer \(token)" }
    if route.hasBody { headers[.contentType] = "application/json" }
    if route.idempotency == .compulsory { headers[.idempotencyKey] = "k" }
    if route.precondition == .ifMatch { headers[.ifMatch] = "*" }
    return headers
  }

  /// A route that no page names is held to what it says itself, by the roles as the pages give them.
  private static func declared(_ route: Route, _ service: String, _ shape: String) -> PageEndpoint {
    let rule =
      switch route.access {
      case .everyone: "public"
      case .bearer: "bearer"
      case .permission(let permission, _): permission.rawValue
      case .roles(let roles, _): PageEndpoints.roles.first { !$0.key.contains(".") && $0.value == Set(roles) }?.key ?? ""
      }
    #expect(rule == "public" || rule == "bearer" || PageEndpoints.roles[rule] != nil, "\(route.operation) is for nobody the pages know")
    return PageEndpoint(service: service, method: route.method, path: shape, rule: rule)
  }

  /// Nobody, an account for each default role, one for each within a website, and for each permission that a route asks for those who have it
  /// directly: alone, within a website, and all others.
  private static func askers(_ harness: Harness) async throws -> [Asker] {
    func execute(_ command: some Command) async throws { _ = try await harness.services.executor.execute(command) }
    for (id, row) in Permission.defaultRows { try await execute(SeedReference<Permission>(id: id, row: row)) }
    for (id, row) in Role.defaultRows { try await execute(SeedReference<Role>(id: id, row: row)) }
    var last: Int64 = 1_000
    func asker(
      _ name: String, role: PlatformRole? = nil, permissions: [DefaultPermission] = [], team: Int64 = 0
    ) async throws -> Asker {
      last += 1
      let user = UserID(last)
      try await execute(
        RegisterUser(
          userID: user, email: "\(last)@example.org", firstname: "F", lastname: "L", passwordHash: "x",
          emailClaim: harness.services.emails.claim(of: "\(last)@example.org")))
      if let role, role != .customer {
        let id = try #require(DefaultRole.allCases.first { $0.name == role.rawValue }).id
        try await execute(AssignRole(userID: user, roleID: id, teamID: team, assignedBy: nil))
      }
      for permission in permissions {
        try await execute(GrantPermission(userID: user, permissionID: permission.id, teamID: team, grantedBy: nil))
      }
      let token = try await harness.services.tokens.issue(Account.load(user, harness.log).caller)
      return Asker(
        name: team == 0 ? name : "\(name) of a website", token: token, role: role, permissions: Set(permissions.map(\.rawValue)), team: team
      )
    }
    var askers = [Asker(name: "nobody")]
    for role in PlatformRole.allCases { askers.append(try await asker(role.rawValue, role: role)) }
    for role in PlatformRole.allCases where role != .customer { askers.append(try await asker(role.rawValue, role: role, team: website)) }
    for name in PageEndpoints.roles.keys.filter({ $0.contains(".") }).sorted() {
      let permission = try #require(DefaultPermission(rawValue: name))
      askers.append(try await asker("who has \(name)", permissions: [permission]))
      askers.append(try await asker("who has all but \(name)", permissions: DefaultPermission.allCases.filter { $0 != permission }))
    }
    askers.append(try await asker("who has every permission", permissions: DefaultPermission.allCases, team: website))
    return askers
  }
}
