import APIGateway
import Aggregates
import Foundation
import JSON
import Migrations
import Postgres

/// `http.query`: an order by its id with its lines, asked for by its owner, and the list of the 50 newest orders, asked for by staff. Both
/// beside the gateway's own ceiling, and beside what FastAPI and PHP serve from the same rows, which ask for no token.
enum HTTPQuery {
  static let orders = 50_000
  static let households = 2_500
  /// Orders asked for in turn.
  static let asked = 10_000

  /// What is asked, and what it has to reach.
  private struct Kind {
    let name: String
    let ofCeiling: Double
    let questions: [HTTPQuestion]
    let about: String
  }

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await Installation.with(bench.settings) { installation in
      try await installation.up { comptoir in
        say("  importing \(orders) orders")
        try await comptoir.importSales(JourneyFiles(households: households, orders: orders))
        try await installation.server.settle("orders_service_db")
        let single = Kind(
          name: "order", ofCeiling: 0.6, questions: try await singles(installation), about: "one order with its lines, by its owner's token"
        )
        let token = try await comptoir.administratorToken()
        let list = HTTPQuestion("GET", "/api/v1/orders/admin/orders?limit=50", token: token)
        let listed = Kind(name: "list", ofCeiling: 0.15, questions: [list, list], about: "the 50 newest orders, by a staff token")
        try await check(single, list, comptoir)
        let ceiling = try await bench.ceiling.baseline(comptoir, bench.settings)
        var results: [Measurement] = []
        for kind in [single, listed] { results += try await measure(kind, comptoir, ceiling, bench) }
        return results
      }
    }
  }

  private static func measure(_ kind: Kind, _ comptoir: Comptoir, _ ceiling: Baseline, _ bench: Bench) async throws -> [Measurement] {
    say("  \(kind.name), \(bench.settings.duration) s")
    let outcome = try await Wrk.run(kind.questions, comptoir, bench.settings)
    let rows = ["ORDERS_SERVICE_DB_URL": comptoir.installation.server.url("orders_service_db", as: .reader)]
    let settings =
      [
        ("asked for", kind.about), ("orders", String(orders)), ("lines an order", String(JourneyFiles.lines)),
        ("seconds", String(bench.settings.duration)),
      ] + outcome.settings
    let comparisons: [(suffix: String, baseline: Baseline, times: Double)] = [
      ("", ceiling, kind.ofCeiling),
      (".fastapi", try await bench.rivals.baseline("fastapi.\(kind.name)", environment: rows), 3),
      (".php", try await bench.rivals.baseline("php.\(kind.name)", environment: rows), 2),
    ]
    return comparisons.map { suffix, baseline, times in
      Measurement(
        name: "http.query.\(kind.name)\(suffix)", value: outcome.rate, unit: "requests/s", baseline: baseline, target: .ratio(times),
        settings: settings)
    }
  }

  /// Ids strewn over the table, the same that the rivals are asked for, each with its owner's token.
  private static func singles(_ installation: Installation) async throws -> [HTTPQuestion] {
    let rows = try await installation.server.rows(
      "select id, user_id from orders where deleted_at is null order by hashint8(id) limit $1", [.int64(Int64(asked))],
      in: "orders_service_db", as: .reader)
    let issuer = try await installation.tokenIssuer()
    var tokens: [Int64: String] = [:]
    var questions: [HTTPQuestion] = []
    for row in rows {
      let (id, user) = (try row.int64(0), try row.int64(1))
      if tokens[user] == nil { tokens[user] = try await issuer.customer(UserID(user)) }
      questions.append(HTTPQuestion("GET", "/api/v1/orders/orders/\(id)", token: tokens[user]))
    }
    guard questions.count == asked else { throw BenchmarkError("\(questions.count) orders were imported") }
    return questions
  }

  /// Compares answers with the tables before any load.
  private static func check(_ single: Kind, _ list: HTTPQuestion, _ comptoir: Comptoir) async throws {
    let server = comptoir.installation.server
    for question in single.questions.prefix(20) {
      let data = try await HTTPConnection.once(comptoir.port, question).expecting(200).json["data"]
      let row = try await server.rows(
        """
        select total_amount_ttc::text, (select count(*) from order_items i where i.order_id = o.id), (select sum(id)::bigint from order_items i
        where i.order_id = o.id) from orders o where id = $1
        """, [.int64(data?["id"]?.int64Value ?? 0)], in: "orders_service_db", as: .reader)
      let items = data?["items"]?.arrayValue ?? []
      guard row.count == 1, question.path.hasSuffix("/\(data?["id"]?.int64Value ?? 0)"),
        try data?["total_amount_ttc"]?.stringValue == row[0].string(0), try Int64(items.count) == row[0].int64(1),
        try items.reduce(0, { $0 + ($1["id"]?.int64Value ?? 0) }) == row[0].int64(2)
      else { throw BenchmarkError("the answer to \(question.path) is not what the tables hold") }
    }
    let shown = try await HTTPConnection.once(comptoir.port, list).expecting(200).json["data"]?.arrayValue?.map { $0["id"]?.int64Value }
    let newest = try await server.rows(
      "select id from orders where deleted_at is null order by created_at desc, id desc limit 50", in: "orders_service_db", as: .reader)
    guard try shown == newest.map({ try $0.int64(0) }) else { throw BenchmarkError("the list is not the 50 newest orders") }
  }
}
