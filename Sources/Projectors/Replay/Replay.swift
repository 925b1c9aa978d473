public import EventSourcing
public import Logging
public import Migrations
import Postgres

/// Makes the rows of a read database anew from the log, beside those that readers see, and swaps or compares.
///
/// A rebuild fills a second generation while the projector goes on with the current one. The swap renames the schemas in one transaction
/// that holds the checkpoints of both, so that no batch can be written in between; a runner that comes later finds its epoch gone and opens the
/// new generation. The old one stays, frozen, until the next rebuild. One rebuild of a database runs at a time.
public struct Replay: Sendable {
  let projection: Projection
  let log: any EventLog
  let migrator: Migrator
  let limits: ReplayLimits
  let logger: Logger

  /// - Parameters:
  ///   - log: read as a role that may see what the projector sees.
  ///   - migrator: makes the second generation, and says how to reach the database as an administrator.
  public init(_ projection: Projection, log: any EventLog, migrator: Migrator, limits: ReplayLimits = ReplayLimits(), logger: Logger) {
    self.projection = projection
    self.log = log
    self.migrator = migrator
    self.limits = limits
    var logger = logger
    logger[metadataKey: "projector"] = .string(projection.database)
    self.logger = logger
  }

  /// Rebuilds all rows from the log and puts them in the place of the current ones.
  ///
  /// Readers and the projector go on meanwhile; the projector is held up for `ReplayReport.swapTime`. Data that PostgreSQL refuses is found by
  /// applying everything anew as the projector would, and parked.
  /// - Parameter progress: called now and then, from one task.
  /// - Throws: `MigrationError`, `ProjectorError`, and what log and server refuse. The current generation is untouched then.
  public func rebuild(progress: @escaping @Sendable (ReplayProgress) -> Void = { _ in }) async throws -> ReplayReport {
    try await withWork(progress) { work in
      try await migrator.dropPrevious(of: projection.database)
      try await work.fill(to: try await log.head())
      let tenure = try await work.openShadow()
      try await work.catchUp(tenure) { try await max(log.head(), work.currentPosition()) }
      let swapTime = try await work.swap(tenure)
      let parked = try await work.client.query(
        .unprepared("select count(*) from internal.parked_events where generation = $1"), [.int64(work.shadow.id)])
      work.report(.done)
      return ReplayReport(
        database: projection.database, position: tenure.checkpoint.position, events: work.state.events, rows: work.state.rows,
        elapsed: work.elapsed, swapTime: swapTime, wasCareful: work.state.isCareful, parkedEvents: Int(try parked[0].int64(0)))
    }
  }

  /// Rebuilds all rows beside the current ones and says where the two differ, whether rules of uniqueness hold, and whether the log itself is
  /// what was written. Changes nothing; the projector goes on, held up only while the rebuild draws level with it.
  /// - Parameters:
  ///   - chain: finds what is wrong with the log between two positions; nil leaves that out.
  /// - Throws: as `rebuild`.
  public func verify(
    chain: ((_ from: Position, _ through: Position) async throws -> [ChainFinding])? = nil,
    progress: @escaping @Sendable (ReplayProgress) -> Void = { _ in }
  ) async throws -> VerifyReport {
    try await withWork(progress) { work in
      try await work.fill(to: try await work.currentPosition())
      let tenure = try await work.openShadow()
      try await work.catchUp(tenure) { try await work.currentPosition() }
      var report = try await work.compare(tenure)
      if let chain, report.position > .start { report.chain = try await chain(Position(1), report.position) }
      work.report(.done)
      return report
    }
  }

  /// Runs `body` with an empty shadow generation and a lock that keeps other rebuilds of the database away; what is left of the shadow goes.
  private func withWork<R: Sendable>(
    _ progress: @escaping @Sendable (ReplayProgress) -> Void, _ body: (ReplayWork) async throws -> R
  ) async throws -> R {
    var configuration = migrator.configuration(projection.database, as: .owner)
    configuration.exclusiveConnections = limits.parallelTables + 4
    configuration.connections = 1
    let client = PostgresClient(configuration, logger: logger)
    let result: R
    do {
      result = try await client.withConnection { lock in
        let locked = try await lock.query(.unprepared("select pg_try_advisory_lock($1)"), [.int64(Self.lockKey)])
        guard try locked[0].bool(0) else {
          throw ProjectorError.rebuildFailed(database: projection.database, reason: "another rebuild is under way")
        }
        let shadow = try await migrator.createShadow(of: projection.database)
        let work = ReplayWork(self, client: client, shadow: shadow, progress: progress)
        let result: R
        do {
          result = try await body(work)
        } catch {
          try? await migrator.dropShadow(of: projection.database)
          throw error
        }
        try await migrator.dropShadow(of: projection.database)
        return result
      }
    } catch {
      await client.close()
      throw error
    }
    await client.close()
    return result
  }

  /// Any number that no other program is likely to lock; one database has one lock.
  private static let lockKey: Int64 = 0x7265_706C_6179
}
