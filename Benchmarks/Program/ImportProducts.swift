import Foundation
import Migrations
import Postgres

/// `import.products`: products put into the catalogue by commands, as `comptoir import` does it, while `comptoir up` projects them.
enum ImportProducts {
  static let products = 60_000

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await Installation.with(bench.settings) { installation in
      try await installation.up { comptoir in
        say("  importing \(products) products")
        try await comptoir.importSales(JourneyFiles(products: products, households: 1))
        // By the database's clock: an append is recorded when it is written.
        let found = try await installation.server.rows(
          """
          select count(distinct stream), extract(epoch from max(recorded_at) - min(recorded_at))::double precision
          from event_store.log where category = 'product'
          """, in: "event_store", as: .app)[0]
        let (count, seconds) = (try found.int64(0), try found.double(1))
        guard count == products else { throw BenchmarkError("\(count) products are in the log") }
        return [
          Measurement(
            name: "import.products", value: Double(count) / seconds, unit: "products/s", target: .atLeast(5_000),
            settings: [
              ("products", String(count)), ("seconds from first to last append", Table.number(seconds)),
              ("beside", "comptoir up: gateway, projectors, process managers"),
            ])
        ]
      }
    }
  }
}
