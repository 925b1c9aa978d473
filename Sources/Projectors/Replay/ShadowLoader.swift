import EventSourcing
import Postgres

/// Fills an empty generation from the log: folds in memory, window by window, and writes new rows by COPY.
///
/// All at once: the log is read, what came before is decoded by several tasks, folded in order by one, and the window before is written.
final class ShadowLoader {
  /// Batches that are being decoded while one is folded; each holds some hundred events and their changes.
  private static let batchesAhead = 4

  private let projection: Projection
  private let log: any EventLog
  private let writer: WindowWriter
  private let limits: ReplayLimits
  private let report: (Position, _ events: Int, _ rows: Int) -> Void
  private var fold: ChangeFold
  /// Tables that hold rows outside the window being filled.
  private var written: Set<Table> = []
  private(set) var eventCount = 0
  private(set) var rowCount = 0

  init(
    _ projection: Projection, log: any EventLog, client: PostgresClient, schemaPrefix: String, limits: ReplayLimits,
    report: @escaping (Position, Int, Int) -> Void
  ) {
    self.projection = projection
    self.log = log
    writer = WindowWriter(client: client, schemaPrefix: schemaPrefix, limits: limits)
    self.limits = limits
    self.report = report
    fold = ChangeFold { _ in true }
  }

  /// Loads everything up to a position, which the log has reached.
  /// - Throws: what the data, the log or the server refuse; the generation is of no use then.
  func load(to end: Position) async throws {
    let head = try await log.head()
    guard head >= end else { throw ProjectorError.logTooShort(wanted: end, end: head) }
    try await withThrowingTaskGroup(of: Int.self) { writing in
      try await withThrowingTaskGroup(of: DecodedBatch.self) { decoding in
        var pipeline = Pipeline()
        try await log.readBulk(after: .start, through: end, filter: projection.filter) { events in
          for start in stride(from: 0, to: events.count, by: limits.pageEvents) {
            let batch = events[start..<min(events.count, start + limits.pageEvents)]
            let (projection, log, number) = (projection, log, pipeline.begin())
            decoding.addTask { try await Self.decode(batch, number, projection, log) }
            while pipeline.ahead > Self.batchesAhead, let decoded = try await decoding.next() {
              for batch in pipeline.finish(decoded) { try await add(batch, &writing) }
            }
          }
        }
        while let decoded = try await decoding.next() {
          for batch in pipeline.finish(decoded) { try await add(batch, &writing) }
        }
      }
      while let rows = try await writing.next() { rowCount += rows }
      write(in: &writing)
      while let rows = try await writing.next() { rowCount += rows }
      report(end, eventCount, rowCount)
    }
  }

  private func add(_ batch: DecodedBatch, _ writing: inout ThrowingTaskGroup<Int, any Error>) async throws {
    for changes in batch.changes { try fold.add(changes) }
    eventCount += batch.changes.count
    if fold.byteCount >= limits.windowBytes {
      // One window at a time is written, so that rows of a table follow each other as in the log.
      if let rows = try await writing.next() { rowCount += rows }
      write(in: &writing)
    }
    report(batch.end, eventCount, rowCount)
  }

  private func write(in group: inout ThrowingTaskGroup<Int, any Error>) {
    let window = fold.take()
    written.formUnion(window.map(\.table))
    let (writer, written) = (writer, written)
    fold = ChangeFold { !written.contains($0) }
    group.addTask { try await writer.write(window) }
  }

  /// What each event of a batch changes.
  private struct DecodedBatch: Sendable {
    let number: Int
    let end: Position
    let changes: [RowChanges]
  }

  /// Puts batches back in order that are decoded side by side.
  private struct Pipeline {
    private var begun = 0
    private var finished = 0
    private var waiting: [Int: DecodedBatch] = [:]

    /// Batches that were begun and not given back yet.
    var ahead: Int { begun - finished }

    mutating func begin() -> Int {
      defer { begun += 1 }
      return begun
    }

    /// - Returns: the batches whose turn it is now.
    mutating func finish(_ batch: DecodedBatch) -> [DecodedBatch] {
      waiting[batch.number] = batch
      var ready: [DecodedBatch] = []
      while let next = waiting.removeValue(forKey: finished) {
        ready.append(next)
        finished += 1
      }
      return ready
    }
  }

  @concurrent
  private static func decode(
    _ events: ArraySlice<RecordedEvent>, _ number: Int, _ projection: Projection, _ log: any EventLog
  ) async throws -> DecodedBatch {
    let subjects = Set(events.compactMap(\.subject))
    let keys = subjects.isEmpty ? [:] : try await log.subjectKeys(subjects, create: false)
    return DecodedBatch(
      number: number, end: events.last!.position, changes: try events.map { try projection.changes(for: $0, keys: keys) })
  }

  /// A page that ends at `end` at the latest.
  static func read(
    _ log: any EventLog, after position: Position, to end: Position, filter: EventFilter, limit: Int
  ) async throws -> LogPage {
    guard position < end else { return LogPage(events: [], position: position) }
    var page = try await log.readLog(after: position, filter: filter, limit: limit)
    if page.position == position { throw ProjectorError.logTooShort(wanted: end, end: position) }
    if page.position > end {
      page.events.removeAll { $0.position > end }
      page.position = end
    }
    return page
  }
}
