import ArgumentParser
import EventSourcing
import EventStore
import Foundation
import JSON
import Logging
import Migrations
import Postgres
import Projectors
import Synchronization

/// The process that rebuilds, started by the rebuild figures: alone in a process, so that its peak of memory is its own.
struct Rebuilder: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "One rebuild; the figures rebuild.orders and rebuild.events start it.", shouldDisplay: false)

  /// Whose rows are made.
  @Option var database: String
  /// Stands before the names of databases and roles.
  @Option var prefix: String
  /// Where the read database's schema is.
  @Option var schema: String

  func run() async throws {
    let settings = try Settings()
    guard let url = settings.environment["EVENT_STORE_URL"] else { throw BenchmarkError("EVENT_STORE_URL is not set") }
    guard let projection = (Projection.all + [BenchRows.projection]).first(where: { $0.database == database }) else {
      throw BenchmarkError("no projection fills \(database)")
    }
    // Nothing here logs in as a role of the installation, so no password follows from a seed.
    let migrator = try Migrator(
      adminURL: settings.adminURL, schemaDirectory: schema, passwordSeed: "", prefix: prefix, logger: settings.logger)
    let log = PostgresEventLog(try PostgresConfiguration(url: url), logger: settings.logger)
    let phases = PhaseClock()
    let report = try await Replay(projection, log: log, migrator: migrator, logger: settings.logger).rebuild { phases.see($0) }
    await log.close()
    guard !report.wasCareful, report.parkedEvents == 0 else { throw BenchmarkError("the data was refused") }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let result = RebuildResult(
      events: report.events, rows: report.rows, seconds: report.elapsed.seconds, loading: phases.seconds(of: .loading),
      indexing: phases.seconds(of: .indexing), peakMebibytes: Machine.peakMebibytes(),
      processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds)
    FileHandle.standardOutput.write(Data(result.jsonBytes))
  }
}

/// What one rebuild came to.
struct RebuildResult: JSONCodable {
  var events: Int
  var rows: Int
  /// From the start to after the swap, indexes included; `loading` and `indexing` are parts of it.
  var seconds: Double
  var loading: Double
  var indexing: Double
  var peakMebibytes: Double
  /// Of the rebuilding process; PostgreSQL's own is not in it.
  var processorSeconds: Double

  /// Runs a rebuild in a process of its own.
  static func run(
    _ database: String, of server: ScratchServer, schema: String, logURL: String, _ bench: Bench
  ) async throws -> RebuildResult {
    var environment = bench.settings.environment
    environment["EVENT_STORE_URL"] = logURL
    let output = try await Subprocess.output(
      [CommandLine.arguments[0], "rebuilder", "--database", database, "--prefix", server.prefix, "--schema", schema],
      environment: environment)
    return try RebuildResult(jsonBytes: Array(output.utf8))
  }

  /// What stands beside the figure.
  var settings: [(String, String)] {
    [
      ("events", String(events)), ("rows", String(rows)), ("seconds", String(format: "%.1f", seconds)),
      ("loading_s", String(format: "%.1f", loading)), ("indexing_s", String(format: "%.1f", indexing)),
      ("peak_mib", Table.number(peakMebibytes)), ("processor_s", String(format: "%.1f", processorSeconds)),
    ]
  }
}

extension RebuildResult {
  init(from json: inout JSONObjectReader) throws {
    events = try json.int("events")
    rows = try json.int("rows")
    seconds = try json.double("seconds")
    loading = try json.double("loading")
    indexing = try json.double("indexing")
    peakMebibytes = try json.double("peak_mebibytes")
    processorSeconds = try json.double("processor_seconds")
  }

  func encode(to json: inout JSONWriter) {
    json.field("events", events)
    json.field("rows", rows)
    json.field("seconds", seconds)
    json.field("loading", loading)
    json.field("indexing", indexing)
    json.field("peak_mebibytes", peakMebibytes)
    json.field("processor_seconds", processorSeconds)
  }
}

/// How long each phase of a rebuild took, by its reports.
private final class PhaseClock: Sendable {
  private let begun = Mutex<[(phase: ReplayProgress.Phase, at: Duration)]>([])

  func see(_ progress: ReplayProgress) {
    begun.withLock { if $0.last?.phase != progress.phase { $0.append((progress.phase, progress.elapsed)) } }
  }

  func seconds(of phase: ReplayProgress.Phase) -> Double {
    begun.withLock { phases in
      guard let index = phases.firstIndex(where: { $0.phase == phase }), index + 1 < phases.count else { return 0 }
      return (phases[index + 1].at - phases[index].at).seconds
    }
  }
}

extension Duration {
  fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension timeval {
  fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
