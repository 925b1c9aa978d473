import EventSourcing
import Logging
import Migrations
import Postgres

/// One rebuild under way. Used by one task.
final class ReplayWork {
  let replay: Replay
  let client: PostgresClient
  private(set) var shadow: ShadowGeneration
  private(set) var state: ReplayProgress
  private let progress: @Sendable (ReplayProgress) -> Void
  private let begun = ContinuousClock.now
  private var reported = ContinuousClock.now

  init(_ replay: Replay, client: PostgresClient, shadow: ShadowGeneration, progress: @escaping @Sendable (ReplayProgress) -> Void) {
    self.replay = replay
    self.client = client
    self.shadow = shadow
    self.progress = progress
    state = ReplayProgress(
      database: replay.projection.database, phase: .loading, position: .start, head: .start, events: 0, rows: 0, elapsed: .zero,
      isCareful: false)
  }

  var elapsed: Duration { ContinuousClock.now - begun }

  func report(_ phase: ReplayProgress.Phase) {
    state.phase = phase
    state.elapsed = elapsed
    reported = .now
    progress(state)
  }

  /// Where the current generation stands; the start when nothing was ever projected.
  func currentPosition() async throws -> Position {
    let row = try await client.query(Self.current, [.text(replay.projection.database)]).first
    return Position(try row?.int64(1) ?? 0)
  }

  // MARK: Filling

  /// Fills the shadow up to a position and puts its indexes on. Data that is refused leads to a second, careful try.
  func fill(to end: Position) async throws {
    state.head = end
    report(.loading)
    do {
      try await fillFast(to: end)
    } catch  where FailureKind(error) == .data {
      replay.logger.warning("the data was refused, applying event by event", metadata: ["error": "\(error)"])
      shadow = try await replay.migrator.createShadow(of: replay.projection.database)
      state.isCareful = true
      state.position = .start
      (state.events, state.rows) = (0, 0)
    }
  }

  private func fillFast(to end: Position) async throws {
    let schemas = GenerationPart.allCases.map { shadow.schemaPrefix + $0.rawValue }
    let indexes = try await client.withConnection { try await ShadowIndexes.takeOff(schemas: schemas, $0) }
    let loader = ShadowLoader(
      replay.projection, log: replay.log, client: client, schemaPrefix: shadow.schemaPrefix, limits: replay.limits
    ) { position, events, rows in
      self.state.position = position
      (self.state.events, self.state.rows) = (events, rows)
      if ContinuousClock.now - self.reported > .milliseconds(200) { self.report(.loading) }
    }
    try await loader.load(to: end)
    report(.indexing)
    let writer = WindowWriter(client: client, schemaPrefix: shadow.schemaPrefix, limits: replay.limits)
    try await writer.fillCopies(replay.projection.tables)
    try await writer.dropHelpers(replay.projection.tables)
    try await indexes.putBack(client, limits: replay.limits)
    _ = try await client.query(
      Self.setCheckpoint, [.int64(shadow.id), .text(replay.projection.database), .int64(end.rawValue)])
  }

  /// Opens the shadow's checkpoint, from where it is projected like the current one.
  func openShadow() async throws -> ProjectorTenure {
    var limits = ProjectorLimits()
    limits.batchEvents = replay.limits.pageEvents
    return try await ProjectorTenure.open(
      replay.projection, log: replay.log, client: client, state: "shadow", schemaPrefix: shadow.schemaPrefix, leaseEpoch: 0, limits: limits)
  }

  /// Projects until the shadow is near a goal that moves on.
  func catchUp(_ tenure: ProjectorTenure, to goal: () async throws -> Position) async throws {
    report(.catchingUp)
    while true {
      state.head = try await goal()
      guard state.head.rawValue - tenure.checkpoint.position.rawValue > replay.limits.swapDistanceEvents else { return }
      try await advance(tenure, to: state.head)
    }
  }

  /// Projects exactly up to a position that the log has reached.
  func advance(_ tenure: ProjectorTenure, to end: Position) async throws {
    while tenure.checkpoint.position < end {
      let page = try await ShadowLoader.read(
        replay.log, after: tenure.checkpoint.position, to: end, filter: tenure.filter, limit: replay.limits.pageEvents)
      try await tenure.apply(page)
      state.position = page.position
      if ContinuousClock.now - reported > .milliseconds(200) { report(.catchingUp) }
    }
  }

  // MARK: Swapping

  /// Puts the shadow in the place of the current generation.
  /// - Returns: how long the projector was held up.
  func swap(_ tenure: ProjectorTenure) async throws -> Duration {
    report(.swapping)
    return try await withCurrentHeld(tenure) { connection, current in
      let held = try await connection.query(
        Self.holdShadow,
        [
          .int64(tenure.checkpoint.generation), .text(tenure.checkpoint.name), .int64(tenure.checkpoint.position.rawValue),
          .int64(tenure.checkpoint.epoch),
        ])
      guard held.count == 1 else { throw ProjectorError.superseded(database: tenure.checkpoint.name) }
      try await connection.executeScript(Self.renaming(shadow.schemaPrefix))
      // Above the old epoch, so that whoever holds that one finds it gone, and may open the new generation under the same lease.
      _ = try await connection.query(Self.raiseEpoch, [.text(tenure.checkpoint.name), .int64(current.epoch + 1)])
    }
  }

  /// Runs `body` while the current generation's checkpoint is locked and the shadow stands level with it, or beyond.
  func withCurrentHeld(
    _ tenure: ProjectorTenure, _ body: (PostgresConnection, _ current: (position: Position, epoch: Int64)) async throws -> Void
  ) async throws -> Duration {
    let name = replay.projection.database
    _ = try await client.query(CheckpointStatements.create, [.text(name), .text("current")])
    var heldSince = ContinuousClock.now
    try await client.withTransaction { connection in
      guard let row = try await connection.query(Self.holdCurrent, [.text(name)]).first else {
        throw ProjectorError.noGeneration(database: name)
      }
      heldSince = .now
      let current = (position: Position(try row.int64(1)), epoch: try row.int64(2))
      try await advance(tenure, to: current.position)
      try await body(connection, current)
    }
    return ContinuousClock.now - heldSince
  }

  private static func renaming(_ prefix: String) -> String {
    GenerationPart.allCases.map { part in
      """
      alter schema "\(part.rawValue)" rename to "\(Migrator.previousPrefix)\(part.rawValue)";
      alter schema "\(prefix)\(part.rawValue)" rename to "\(part.rawValue)";
      """
    }.joined(separator: "\n") + """

      update internal.generations set state = 'previous', changed_at = now() where state = 'current';
      update internal.generations set state = 'current', changed_at = now() where state = 'shadow';
      """
  }

  /// $1 name text.
  private static let current = PostgresStatement(
    "replay current",
    """
    select c.generation, c.position, c.epoch from internal.checkpoints c
    join internal.generations g on g.id = c.generation and g.state = 'current' where c.name = $1
    """)

  /// As `current`, and nobody moves it until the transaction ends.
  private static let holdCurrent = PostgresStatement("replay hold current", current.sql + " for update of c")

  /// $1 generation bigint, $2 name text, $3 position bigint, $4 epoch bigint.
  private static let holdShadow = PostgresStatement(
    "replay hold shadow",
    "select from internal.checkpoints where generation = $1 and name = $2 and position = $3 and epoch = $4 for update")

  /// $1 name text, $2 epoch bigint.
  private static let raiseEpoch = PostgresStatement(
    "replay raise epoch",
    """
    update internal.checkpoints c set epoch = $2 from internal.generations g
    where g.id = c.generation and g.state in ('current', 'previous') and c.name = $1
    """)

  /// $1 generation bigint, $2 name text, $3 position bigint.
  private static let setCheckpoint = PostgresStatement(
    "replay set checkpoint", "insert into internal.checkpoints (generation, name, position) values ($1, $2, $3)")
}
