import ArgumentParser
import EventSourcing
import EventStore
import Projectors

/// `comptoir replay`
struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Rebuilds read databases from the log, or proves that they are what the log says.",
    discussion: "Needs COMPTOIR_POSTGRES_ADMIN_URL: a second set of tables is made beside the one that readers see.",
    subcommands: [Rebuild.self, Verify.self], defaultSubcommand: Rebuild.self)

  struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes all rows anew beside the live ones and swaps. Readers and projectors go on meanwhile.")
    @OptionGroup var options: CommonOptions
    @Option(help: "A service such as orders; all when not given. May be repeated.") var service: [String] = []

    func run() async throws {
      try await Replay.each(service, options) { replay, bar, _ in
        let report = try await replay.rebuild { bar.show($0) }
        bar.finish()
        print(
          "\(report.database): \(report.rows) rows of \(report.events) events in \(ProgressBar.text(report.elapsed)), up to position"
            + " \(report.position); projector held up for \(report.swapTime)")
        if report.parkedEvents > 0 { print("\(report.database): \(report.parkedEvents) events could not be applied and are parked") }
      }
    }
  }

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Rebuilds beside the live rows and names each row, rule and event that differs. Exit status 1 when any does.")
    @OptionGroup var options: CommonOptions
    @Option(help: "A service such as orders; all when not given. May be repeated.") var service: [String] = []
    @Flag(inversion: .prefixedNo, help: "Also recompute the log's chain of hashes.") var chain = true

    func run() async throws {
      var isClean = true
      // All are made from one log, so once is enough to look at it.
      var checksChain = chain
      try await Replay.each(service, options) { replay, bar, log in
        let report =
          if checksChain {
            try await replay.verify(
              chain: { from, through in try await log.defects(from: from, through: through) }, progress: { bar.show($0) })
          } else {
            try await replay.verify(progress: { bar.show($0) })
          }
        bar.finish()
        checksChain = false
        let findings = report.differences.map(\.description) + report.uniqueness.map(\.description) + report.chain.map(\.description)
        for finding in findings { print("\(report.database): \(finding)") }
        let rows = report.tables.reduce(0) { $0 + $1.rows }
        print(
          "\(report.database): \(findings.isEmpty ? "clean" : "\(findings.count) differences"), \(rows) rows in"
            + " \(report.tables.count) tables at position \(report.position)")
        if report.parkedEvents > 0 { print("\(report.database): \(report.parkedEvents) events are parked") }
        isClean = isClean && report.isClean
      }
      guard isClean else { throw ExitCode.failure }
    }
  }

  private static func each(
    _ services: [String], _ options: CommonOptions,
    _ body: (Projectors.Replay, ProgressBar, PostgresEventLog) async throws -> Void
  ) async throws {
    let settings = try await Settings(options)
    let migrator = try settings.migrator()
    let projections = try services.isEmpty ? Projection.all : services.map(Projection.named)
    try await Stores.use(settings) { stores in
      for projection in projections {
        let replay = Projectors.Replay(projection, log: stores.log, migrator: migrator, logger: settings.logger)
        try await body(replay, ProgressBar(), stores.log)
      }
    }
  }
}

extension PostgresEventLog {
  /// Positions checked by one statement.
  private static let verifiedAtOnce: Int64 = 20_000

  /// What is wrong with the chain of hashes; checked in steps, so that no statement runs for long.
  func defects(from first: Position, through last: Position) async throws -> [ChainFinding] {
    var found: [ChainFinding] = []
    for start in stride(from: first.rawValue, through: last.rawValue, by: Int(Self.verifiedAtOnce)) {
      let end = min(last.rawValue, start + Self.verifiedAtOnce - 1)
      for defect in try await verifyChain(from: Position(start), through: Position(end)) {
        let finding = ChainFinding(kind: defect.kind.rawValue, position: defect.position)
        // A commit on the border of two steps is seen by both.
        if !found.contains(finding) { found.append(finding) }
      }
    }
    return found
  }
}

extension ProgressBar {
  func show(_ progress: ReplayProgress) {
    show(
      "\(progress.database) \(progress.phase.rawValue)", Int(progress.position.rawValue), of: Int(progress.head.rawValue),
      note: "\(progress.rows) rows")
  }
}
