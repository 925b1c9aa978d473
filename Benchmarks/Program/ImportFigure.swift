import Foundation
import Migrations
import Postgres

/// `import`: a year of a grocer's sales by `comptoir import complete-journey`, while `comptoir up` projects it. The files were converted before.
enum ImportFigure {
  static func measure(_ bench: Bench) async throws -> [Measurement] {
    guard let folder = bench.settings.environment["COMPTOIR_JOURNEY"], !folder.isEmpty else {
      throw NotMeasurable(
        bench.settings.environment["COMPTOIR_JOURNEY_MISSING"]
          ?? "COMPTOIR_JOURNEY is not set: `make bench` fetches and converts the demo data and sets it")
    }
    return try await Installation.with(bench.settings) { installation in
      try await installation.up { comptoir in try await measure(folder, comptoir) }
    }
  }

  private static func measure(_ folder: String, _ comptoir: Comptoir) async throws -> [Measurement] {
    try await comptoir.waitUntilLevel()
    let server = comptoir.installation.server
    let before = try await server.rows("select position from event_store.head()", in: "event_store", as: .app)[0].int64(0)
    let importing = try await comptoir.installation.start(["import", "complete-journey", folder])
    let peaks: (importing: Double, up: Double, level: Int64)
    do {
      peaks = try await follow(importing, comptoir)
    } catch {
      importing.kill()
      throw error
    }
    // By the database's clock: an append is recorded when it is written.
    let found = try await server.rows(
      """
      select count(*), extract(epoch from max(recorded_at) - min(recorded_at))::double precision from event_store.log where position > $1
      """, [.int64(before)], in: "event_store", as: .app)[0]
    let (events, seconds) = (try found.int64(0), try found.double(1))
    let settings = [
      ("events", String(events)), ("seconds from first to last append", Table.number(seconds)),
      ("seconds until level after the import", Table.number(Double(peaks.level) / 1_000_000)),
      ("peak_mib of import", Table.number(peaks.importing)), ("peak_mib of up", Table.number(peaks.up)),
      ("beside", "comptoir up: gateway, projectors, process managers"), ("conversion", "done before"),
    ]
    return [
      Measurement(
        name: "import", value: Double(events) / seconds, unit: "events/s", target: .atLeast(8_000), settings: settings),
      Measurement(
        name: "import.memory", value: peaks.importing + peaks.up, unit: "MiB", target: .atMost(512),
        settings: settings + [("counted", "both processes' peaks together")]),
      Measurement(name: "import.level", value: Double(peaks.level) / 1_000_000, unit: "s after the import", settings: settings),
    ]
  }

  /// Waits for the import, then for the projectors, and looks at the memory meanwhile.
  /// - Returns: peaks in MiB, and how long the projectors took after the import, in microseconds.
  private static func follow(
    _ importing: RunningProcess, _ comptoir: Comptoir
  ) async throws -> (importing: Double, up: Double, level: Int64) {
    var peak = 0.0
    while importing.isRunning {
      peak = max(peak, Machine.peakMebibytes(of: importing.id))
      try await Task.sleep(for: .milliseconds(100))
    }
    try await importing.wait()
    let end = monotonicMicroseconds()
    try await comptoir.waitUntilLevel()
    let beside = Machine.peakMebibytes(of: comptoir.process.id)
    guard peak > 0, beside > 0 else { throw BenchmarkError("the memory of the import was not seen") }
    return (peak, beside, monotonicMicroseconds() - end)
  }
}
