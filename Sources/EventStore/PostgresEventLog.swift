public import EventSourcing
public import Logging
public import Postgres

/// The log in PostgreSQL.
///
/// Appends of one process share group commits; several processes may append to one log. Reads go through the views and functions
/// of the schema `event_store`, which show a role its own categories and the public events of all others.
public final class PostgresEventLog: EventLog, Sendable {
  let client: PostgresClient
  private let committer: GroupCommitter
  private let appendClient: PostgresClient
  let keys: (any SubjectKeyStore)?
  let watch: HeadWatch
  private let reader: LogReader
  private let tail: LogTail
  let logger: Logger

  /// - Parameters:
  ///   - configuration: the event store's database and a role that may use it. Appends take one connection of their own, turns another
  ///     while there are any, reads the configured number.
  ///   - keys: where subjects' keys are; nil for a process that neither writes nor reads personal data (it reads as forgotten).
  public convenience init(_ configuration: PostgresConfiguration, keys: (any SubjectKeyStore)? = nil, logger: Logger) {
    self.init(configuration, keys: keys, tail: LogTail.Limits(), logger: logger)
  }

  /// - Parameter tail: how much of the log's end is kept in memory.
  init(_ configuration: PostgresConfiguration, keys: (any SubjectKeyStore)?, tail limits: LogTail.Limits, logger: Logger) {
    var configuration = configuration
    // A plan made for a log of a few events was seen to be kept until it was one of many thousands.
    configuration.prefersIndexes = true
    client = PostgresClient(configuration, logger: logger)
    var appending = configuration
    appending.connections = 1
    appending.statementTimeout = appending.statementTimeout ?? .seconds(5)
    appendClient = PostgresClient(appending, logger: logger)
    let watch = HeadWatch()
    committer = GroupCommitter(client: appendClient, limits: .init(), logger: logger) { watch.advance(to: $0) }
    self.keys = keys
    self.watch = watch
    reader = LogReader(client: client, watch: watch)
    tail = LogTail(reader, limits: limits, logger: logger)
    self.logger = logger
  }

  /// Answers every append that was handed over, then closes the connections.
  public func close() async {
    await tail.close()
    await committer.close()
    await appendClient.close()
    await client.close()
  }

  public func submit(_ append: Append, completion: @escaping @Sendable (Result<AppendResult, AppendError>) -> Void) {
    committer.submit(PendingAppend(append, completion))
  }

  public func takeTurn(
    reading tails: [StreamTail], limit: Int, decide: @escaping @Sendable ([StreamName: [RecordedEvent]]) -> Void
  ) async throws(AppendError) {
    try await committer.takeTurn(reading: tails, limit: limit, decide: decide)
  }

  public func readStream(_ stream: StreamName, after version: StreamVersion, limit: Int) async throws -> [RecordedEvent] {
    try EventRows.read(
      await client.query(Statements.readStream, [.text(stream.rawValue), .int64(version.rawValue), .int64(Int64(limit))]))
  }

  public func readLog(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage {
    try await reader.page(after: position, filter: filter, limit: limit)
  }

  public func readTail(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage {
    if let page = tail.page(after: position, filter: filter, limit: limit) { return page }
    return try await reader.page(after: position, filter: filter, limit: limit)
  }

  public func waitForEvents(after position: Position, matching filter: EventFilter, timeout: Duration) async {
    await tail.wait(after: position, matching: filter, timeout: timeout)
  }

  public func head() async throws -> Position { try await reader.head() }

  public func snapshot(of stream: StreamName, fingerprint: String) async throws -> Snapshot? {
    let result = try await client.query(Statements.loadSnapshot, [.text(stream.rawValue), .text(fingerprint)])
    guard let row = result.first else { return nil }
    return Snapshot(
      fingerprint: fingerprint, version: StreamVersion(try row.int64(0)), token: DecisionToken(try row.uuid(1)), state: try row.bytes(2))
  }

  public func saveSnapshot(_ snapshot: Snapshot, of stream: StreamName) async throws {
    _ = try await client.query(
      Statements.saveSnapshot,
      [
        .text(stream.rawValue), .text(snapshot.fingerprint), .int64(snapshot.version.rawValue), .uuid(snapshot.token.uuid),
        .bytes(snapshot.state),
      ])
  }

  public func claimOwner(_ key: String) async throws -> StreamName? {
    try await client.query(Statements.claimOwner, [.text(key)])[0].optionalString(0).map(StreamName.init(rawValue:))
  }

  public func nextIDs(_ kind: String, count: Int) async throws -> Int64 {
    try await client.query(Statements.nextIDs, [.text(kind), .int32(Int32(count))])[0].int64(0)
  }

  public func dueTimers(limit: Int) async throws -> [DueTimer] {
    try await client.query(Statements.dueTimers, [.int32(Int32(limit))]).map { row in
      DueTimer(
        name: try row.string(0), dueAt: Timestamp(microseconds: try row.timestamp(1)), payload: try row.bytes(2),
        setting: Position(try row.int64(3)))
    }
  }

  public func subjectKeys(_ subjects: Set<SubjectID>, create: Bool) async throws -> [SubjectID: SubjectKey] {
    guard !subjects.isEmpty, let keys else { return [:] }
    return try await keys.keys(of: subjects, create: create)
  }

  /// What is wrong with the chain of hashes between two positions, both included; empty when nothing is.
  public func verifyChain(from: Position, through: Position) async throws -> [ChainDefect] {
    try await client.query(Statements.verify, [.int64(from.rawValue), .int64(through.rawValue)]).map { row in
      ChainDefect(kind: ChainDefect.Kind(rawValue: try row.string(0)) ?? .commit, position: Position(try row.int64(1)))
    }
  }
}

/// A place where the log is not what was written.
public struct ChainDefect: Hashable, Sendable {
  public enum Kind: String, Hashable, Sendable {
    /// The hash does not follow from its predecessor and the events, or positions do not join.
    case commit
    /// The event is not there.
    case missing
    /// The event is not what was written.
    case event
  }

  public let kind: Kind
  public let position: Position
}
