import HTTPTypes
import JSON
import Postgres
import Testing

@testable import APIGateway

/// How many statements an answer costs, whatever it shows: those on the read databases and on the log together.
@Suite struct StatementTests {
  /// Reads whose cost grows with what they tell, and why.
  private static let unbounded: Set = [
    // All rows, in steps of a thousand.
    "exportNewsletters", "exportCampaigns", "exportContacts", "exportContactList",
    // From the log: the stream of each product, type, rate and code of the order, once.
    "explainOrder",
  ]

  /// Several rows wherever the samples have one, so that a statement for each row would show.
  private static let more = [
    "products_service_db": """
    insert into products select n, 'Produit ' || n, 'M-' || n, n, 1, 1, null, now(), now(), null from generate_series(100, 119) n;
    insert into product_types select n, n, 1, now(), now() from generate_series(100, 119) n;
    insert into product_categories select n, n, 1, now(), now() from generate_series(100, 119) n;
    """,
    "orders_service_db": """
    insert into orders select n, 'ORD-20260201-0' || n, 1, 1, null, 1, 10, 12, 0, 2, null, null, now(), now(), null
      from generate_series(100, 119) n;
    insert into order_items select n, n, 1, 'Ordinateur', 'A-1', 1, 10, 12, 10, 0, 2, 12, 20, now(), now()
      from generate_series(100, 119) n;
    """,
    "baskets_service_db": """
    -- Of user 8 too: the first call makes a basket, and waits for it.
    insert into baskets values (98, 8, 0, null, now(), now(), null);
    insert into baskets select n, n, 10, null, now(), now(), null from generate_series(100, 119) n;
    insert into basket_items select n, n, 1, 1, 10, now(), now() from generate_series(100, 119) n;
    """,
    "sav_service_db": """
    insert into support_tickets select n, 'TKT-' || n, 1, 'Question', 'Texte', 'low', 'open', null, null, 1, null, null, null, now(), now()
      from generate_series(100, 119) n;
    """,
    "questions_service_db": """
    insert into questions select n, 1, 1, null, 'Est-ce la question ' || n || ' ?', true, now(), now(), null
      from generate_series(100, 119) n;
    insert into answers select n, n, 1, 'Oui, certainement.', false, 0, now(), now(), null from generate_series(100, 119) n;
    """,
    "contacts_service_db": """
    insert into contacts (id, email, tags, created_at, updated_at) select n, n || '@example.org', '["VIP"]', now(), now()
      from generate_series(100, 119) n;
    """,
    "newsletters_service_db": """
    insert into newsletters select n, n || '@example.org', null, null, 'subscribed', null, now(), null, 'api', 't' || n, 0, null, null,
      now(), now(), null from generate_series(100, 119) n;
    """,
  ]

  @Test func `a read takes at most three statements, and one for each relation that it includes`() async throws {
    try await ReadDatabases.with { databases in
      for (database, rows) in Self.more { try await databases.execute(database, rows) }
      let counter = LogCounter()
      // What is known of callers is as fresh as in a running gateway.
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides, counter: counter) {
        $0.rightsMaximumAge = .seconds(600)
      }
      let sides = harness.services.reads.all
      func statements() -> Int { sides.map(\.client.metrics.queries).reduce(0, +) + counter.count }
      let tokens = try await [harness.token(1, .superAdmin), harness.token(1), harness.token(8, .support)]
      for token in tokens { _ = try await harness.send(.get, "/api/v1/auth/me", token: token) }
      var reads = 0
      for group in APIGateway.groups {
        for route in group.routes where route.method == .get && !Self.unbounded.contains(route.operation) {
          var path = "/api/v1/\(group.service)\(route.path)"
          for parameter in route.input.path {
            path = path.replacing("{\(parameter.name)}", with: ReadRoutesTests.sample(parameter.schema.json))
          }
          let required = route.input.query.filter(\.isRequired).map { "\($0.name)=\(ReadRoutesTests.sample($0.schema.json))" }
          for (query, includes) in Self.queries(route) {
            for token in tokens {
              let target = "\(path)?\((required + query).joined(separator: "&"))"
              let before = statements()
              let answer = try await harness.send(.get, target, token: token)
              let count = statements() - before
              #expect(count <= 3 + includes, "\(target): \(count) statements")
              if answer.status == 200 { reads += 1 }
            }
          }
        }
      }
      #expect(reads > 400, "\(reads)")
    }
  }

  /// What a read is asked for, and how many relations are included.
  private static func queries(_ route: Route) -> [([String], Int)] {
    var queries: [([String], Int)] = [([], 0)]
    func choices(_ name: String) -> [String] {
      route.input.query.first { $0.name == name }?.schema.json["items"]?["enum"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }
    let has = Set(route.input.query.map(\.name))
    // The estimate of how many rows there are is another statement, which a page that shows all does not need.
    if has.contains("limit") { queries += [(["limit=1"], 0), (["limit=1", "count=exact"], 0)] }
    let includes = choices("include")
    queries += includes.map { (["include=\($0)"], 1) }
    // All of them together, for few enough rows.
    if includes.count > 1 {
      let few = has.contains("limit") ? ["limit=5"] : []
      queries.append((["include=\(includes.joined(separator: ","))"] + few, includes.count))
    }
    return queries
  }
}
