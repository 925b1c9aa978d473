import EventSourcing
import Postgres

/// The time between opening a checkpoint and losing it: applies events, in order, and parks what cannot be applied.
///
/// Used by one task.
final class ProjectorTenure {
  let projection: Projection
  let filter: EventFilter
  let log: any EventLog
  let client: PostgresClient
  let limits: ProjectorLimits
  private let writer: GenerationWriter
  private(set) var checkpoint: Checkpoint
  private(set) var blocked = BlockedLanes()
  /// Events that changed rows.
  private(set) var appliedCount = 0

  private init(
    _ projection: Projection, log: any EventLog, client: PostgresClient, schemaPrefix: String, checkpoint: Checkpoint,
    limits: ProjectorLimits
  ) {
    self.projection = projection
    filter = projection.filter
    self.log = log
    self.client = client
    self.checkpoint = checkpoint
    self.limits = limits
    writer = GenerationWriter(client: client, schemaPrefix: schemaPrefix)
  }

  /// Takes the checkpoint over from whoever held it.
  /// - Parameters:
  ///   - state: the generation: `current` or `shadow`.
  ///   - leaseEpoch: of the holding of the lease; a later one shuts this one out.
  /// - Throws: `ProjectorError.superseded`, `ProjectorError.noGeneration`.
  static func open(
    _ projection: Projection, log: any EventLog, client: PostgresClient, state: String = "current", schemaPrefix: String = "",
    leaseEpoch: Int64, limits: ProjectorLimits
  ) async throws -> ProjectorTenure {
    let name = projection.database
    _ = try await client.query(CheckpointStatements.create, [.text(name), .text(state)])
    let opened = try await client.query(CheckpointStatements.open, [.text(name), .text(state), .int64(leaseEpoch)])
    guard let row = opened.first else {
      let generations = try await client.query(
        PostgresStatement("generation by state", "select id from internal.generations where state = $1"), [.text(state)])
      throw generations.isEmpty ? ProjectorError.noGeneration(database: name) : ProjectorError.superseded(database: name)
    }
    let checkpoint = Checkpoint(
      generation: try row.int64(0), name: name, position: Position(try row.int64(1)), epoch: try row.int64(2))
    let tenure = ProjectorTenure(
      projection, log: log, client: client, schemaPrefix: schemaPrefix, checkpoint: checkpoint, limits: limits)
    for parked in try await tenure.parkedRows() { tenure.blocked.add(parked.lanes) }
    return tenure
  }

  /// Applies a page of the log and moves the checkpoint to its end.
  /// - Throws: `ProjectorError.superseded` when another has taken over, and what has nothing to do with the events. What had been
  ///   written before stays, with its checkpoint.
  func apply(_ page: LogPage) async throws {
    let items = try await prepare(page.events)
    try await write(items[...], to: page.position)
  }

  /// Moves the checkpoint over events that change nothing.
  func moveCheckpoint(to position: Position) async throws {
    try await write([], to: position)
  }

  // MARK: Applying

  /// An event with what it changes, or why that cannot be said.
  private struct Item {
    let event: RecordedEvent
    let changes: Result<RowChanges, any Error>

    var lanes: Lanes { Lanes(event, try? changes.get()) }
  }

  private func prepare(_ events: [RecordedEvent]) async throws -> [Item] {
    let subjects = Set(events.compactMap(\.subject))
    let keys = subjects.isEmpty ? [:] : try await log.subjectKeys(subjects, create: false)
    return events.map { event in Item(event: event, changes: Result { try projection.changes(for: event, keys: keys) }) }
  }

  private func write(_ items: ArraySlice<Item>, to end: Position) async throws {
    do {
      try await writeAtOnce(items, to: end)
    } catch {
      switch FailureKind(error) {
      case .superseded: throw ProjectorError.superseded(database: projection.database)
      case .other: throw error
      case .data: break
      }
      guard let item = items.first else { throw error }
      if items.count == 1 {
        try await park(item, because: error, to: end)
      } else {
        let middle = items.index(items.startIndex, offsetBy: items.count / 2)
        try await write(items[..<middle], to: items[middle - 1].event.position)
        try await write(items[middle...], to: end)
      }
    }
  }

  private func writeAtOnce(_ items: ArraySlice<Item>, to end: Position) async throws {
    let fold = ChangeFold()
    var nowBlocked = blocked
    var parking: [PostgresCall] = []
    var applied = 0
    for item in items {
      if !nowBlocked.isEmpty {
        let lanes = item.lanes
        if nowBlocked.meets(lanes) {
          parking.append(parkingCall(item.event, lanes, error: nil))
          nowBlocked.add(lanes)
          continue
        }
      }
      switch item.changes {
      case .success(let changes):
        try fold.add(changes)
        applied += 1
      case .failure(let error):
        parking.append(parkingCall(item.event, item.lanes, error: error))
        nowBlocked.add(item.lanes)
      }
    }
    try await writer.write(fold, &checkpoint, to: end, extra: parking)
    blocked = nowBlocked
    appliedCount += applied
  }

  private func park(_ item: Item, because error: any Error, to end: Position) async throws {
    let lanes = item.lanes
    try await writer.write(ChangeFold(), &checkpoint, to: end, extra: [parkingCall(item.event, lanes, error: error)])
    blocked.add(lanes)
  }

  private func parkingCall(_ event: RecordedEvent, _ lanes: Lanes, error: (any Error)?) -> PostgresCall {
    PostgresCall(
      ParkedEvents.insert,
      [
        .int64(checkpoint.generation), .text(checkpoint.name), .int64(event.position.rawValue), .text(event.stream.rawValue),
        .text(event.type), .textArray(lanes.stored), error.map { .text(Self.words(of: $0)) } ?? .null,
        .int64(limits.parkedBackoff.lowerBound.microseconds),
      ])
  }

  /// For operators: what failed and where, without the values that PostgreSQL's own words may hold.
  private static func words(of error: any Error) -> String {
    guard let failure = PostgresError.underlying(error) else { return String(describing: error) }
    if failure.sqlState == .divisionByZero { return "a row that it changes is not there (\(failure.statementName ?? ""))" }
    return String(describing: failure)
  }

  // MARK: Parked events

  private struct ParkedRow {
    let position: Position
    let lanes: Lanes
    let isDue: Bool
  }

  private func parkedRows() async throws -> [ParkedRow] {
    try await client.query(ParkedEvents.load, [.int64(checkpoint.generation), .text(checkpoint.name)]).map { row in
      ParkedRow(position: Position(try row.int64(0)), lanes: Lanes(stored: try row.stringArray(1)), isDue: try row.bool(2))
    }
  }

  /// Tries what is due again, oldest first; whatever meets the lanes of one that still waits goes on waiting.
  func retryParked() async throws {
    var still = BlockedLanes()
    for row in try await parkedRows() {
      if still.meets(row.lanes) || !row.isDue {
        still.add(row.lanes)
      } else if try await !retry(row.position) {
        still.add(row.lanes)
      }
    }
    blocked = still
  }

  private func retry(_ position: Position) async throws -> Bool {
    let page = try await log.readLog(after: Position(position.rawValue - 1), filter: filter, limit: 1)
    let place: [PostgresValue] = [.int64(checkpoint.generation), .text(checkpoint.name), .int64(position.rawValue)]
    do {
      let fold = ChangeFold()
      if let event = page.events.first, event.position == position {
        try fold.add(try await prepare([event])[0].changes.get())
      }
      try await writer.write(fold, &checkpoint, to: checkpoint.position, extra: [PostgresCall(ParkedEvents.remove, place)])
      return true
    } catch {
      switch FailureKind(error) {
      case .superseded: throw ProjectorError.superseded(database: projection.database)
      case .other: throw error
      case .data: break
      }
      let pauses = [limits.parkedBackoff.lowerBound, limits.parkedBackoff.upperBound].map { PostgresValue.int64($0.microseconds) }
      _ = try await client.query(ParkedEvents.failed, place + [.text(Self.words(of: error))] + pauses)
      return false
    }
  }
}

extension Duration {
  var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}
