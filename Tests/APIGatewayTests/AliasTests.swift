import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// The original's paths, `/api/<service>/…`, which stay beside our own.
@Suite struct AliasTests {
  private static func path(_ mounted: String, _ route: Route) -> String {
    // Rows of the samples for reading, none for changing: so that both paths meet the same.
    let id = route.method == .get ? "1" : "9"
    return route.input.path.reduce(mounted) { $0.replacing("{\($1.name)}", with: id) }
  }

  @Test func `every route answers under the original's path what it answers under its own, and says that this is deprecated`() async throws
  {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(77, .superAdmin)
      var reads = 0
      for group in APIGateway.groups {
        for route in group.routes {
          let mounts = group.mounts(of: route)
          #expect(mounts.count { $0.isDeprecated } == 1, "\(route.operation)")
          var first: Answer?
          for mount in mounts {
            let query = route.input.query.contains(where: \.isRequired) ? "?q=ordinateur" : ""
            let answer = try await harness.send(
              route.method, Self.path(mount.path, route) + query, route.hasBody ? "{}" : nil, token: token,
              headers: route.idempotency == .compulsory ? ["Idempotency-Key": "k"] : [:])
            let what = "\(route.method) \(mount.path)"
            if answer.status < 400 { #expect((answer["Deprecation"] != nil) == mount.isDeprecated, "\(what)") }
            if let first {
              #expect(answer.status == first.status, "\(what)")
              if answer.status >= 400 { #expect(try answer.code == first.code, "\(what)") }
            } else {
              first = answer
              if route.method == .get, answer.status == 200 { reads += 1 }
            }
          }
        }
      }
      // Of the reads nearly all find a row.
      #expect(reads > 60, "\(reads)")
    }
  }

  @Test func `a path of no service, or that a service does not have, is none`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    for path in [
      "/api/nothing/products", "/api/products", "/api/products/nothing", "/api/v2/products/products", "/api/products/products/1/2",
    ] {
      #expect(try await harness.send(.get, path).code == "not-found", "\(path)")
    }
    #expect(try await harness.send(.delete, "/api/products/products").status == 405)
  }
}
