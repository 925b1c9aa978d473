import EventStore
import Foundation
import Migrations
import Projectors

/// `rebuild.all`: every read database made anew from the log, one after the other, each as `rebuild.orders` does it and from the same data.
enum RebuildAll {
  static func measure(_ bench: Bench) async throws -> [Measurement] {
    let databases = Projection.all.map(\.database)
    return try await ScratchServer.with(["event_store"] + databases, bench.settings) { server in
      let (source, url) = try await RebuildOrders.source(server, bench)
      var settings = [("data", source), ("databases", String(databases.count))]
      var (rows, seconds, peak) = (0, 0.0, 0.0)
      for database in databases {
        say("  the rebuild of \(database), from \(source) data")
        let result = try await RebuildResult.run(database, of: server, schema: bench.settings.schemaDirectory, logURL: url, bench)
        rows += result.rows
        seconds += result.seconds
        peak = max(peak, result.peakMebibytes)
        settings.append((database, "\(result.rows) rows in \(String(format: "%.1f", result.seconds)) s"))
      }
      settings += [("rows", String(rows)), ("seconds", String(format: "%.1f", seconds)), ("peak_mib", Table.number(peak))]
      return [
        Measurement(
          name: "rebuild.all", value: Double(rows) / seconds, unit: "rows/s", target: .atLeast(100_000), settings: settings,
          condition: peak <= 512)
      ]
    }
  }
}
