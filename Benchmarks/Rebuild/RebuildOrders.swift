import EventStore
import Foundation
import Migrations
import Postgres
import Projectors

/// `rebuild.orders`: the rows of the orders' service made anew from the log, with keys and indexes, checked against each other and swapped.
///
/// The log is that of the demo data where `BENCH_DEMO_LOG_URL` says where it is; otherwise orders of the same shape are made here.
enum RebuildOrders {
  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await ScratchServer.with(["event_store", Projection.orders.database], bench.settings) { server in
      let (source, url) = try await source(server, bench)
      say("  the rebuild, from \(source) data")
      let result = try await RebuildResult.run(
        Projection.orders.database, of: server, schema: bench.settings.schemaDirectory, logURL: url, bench)
      return [
        Measurement(
          name: "rebuild.orders", value: Double(result.rows) / result.seconds, unit: "rows/s", target: .atLeast(150_000),
          settings: [("data", source)] + result.settings, condition: result.peakMebibytes <= 512)
      ]
    }
  }

  /// Where the events are, and what to call them.
  static func source(_ server: ScratchServer, _ bench: Bench) async throws -> (name: String, url: String) {
    if let demo = bench.settings.environment["BENCH_DEMO_LOG_URL"] { return ("demo", demo) }
    let log = server.log()
    try await GeneratedOrders.fill(log)
    await log.close()
    try await server.settle("event_store")
    return ("generated", server.url("event_store", as: .app))
  }
}
