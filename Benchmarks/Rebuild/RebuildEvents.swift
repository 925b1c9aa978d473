import EventStore
import Foundation
import Migrations
import Postgres

/// `rebuild.events`: a log of 1 M events of 300 bytes, unencrypted, each of which makes one row; all rows made anew with their key and index,
/// and swapped.
enum RebuildEvents {
  static func measure(_ bench: Bench) async throws -> [Measurement] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "comptoir-bench-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try BenchRows.writeSchema(to: folder, from: URL(filePath: bench.settings.schemaDirectory))
    return try await ScratchServer.with(["event_store", BenchRows.database], bench.settings, schemaDirectory: folder.path) { server in
      let log = server.log()
      try await ReadLog.fill(log)
      await log.close()
      try await server.settle("event_store")
      say("  sql.fold")
      let baseline = try await fold(server, bench.settings)
      try await server.settle("event_store")
      say("  the rebuild")
      let result = try await RebuildResult.run(
        BenchRows.database, of: server, schema: folder.path, logURL: server.url("event_store", as: .app), bench)
      guard result.rows == Int(ReadLog.events) else { throw BenchmarkError("\(result.rows) rows were made") }
      return [
        Measurement(
          name: "rebuild.events", value: Double(result.events) / result.seconds, unit: "events/s", baseline: baseline,
          target: .atLeast(100_000), settings: result.settings + [("payload_bytes", String(BenchEvents.payloadBytes))])
      ]
    }
  }

  /// PostgreSQL alone: one statement over the log in the log's own database, then key and index.
  private static func fold(_ server: ScratchServer, _ settings: Settings) async throws -> Baseline {
    let client = PostgresClient(server.migrator.configuration("event_store", as: .owner), logger: settings.logger)
    let begin = monotonicMicroseconds()
    try await client.executeScript(BenchRows.foldSQL)
    let seconds = Double(monotonicMicroseconds() - begin) / 1_000_000
    try await client.executeScript("drop table bench_orders")
    await client.close()
    return Baseline(name: "sql.fold", value: Double(ReadLog.events) / seconds)
  }
}
