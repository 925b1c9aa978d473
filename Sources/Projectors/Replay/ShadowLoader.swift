import EventSourcing
import Postgres

/// Fills an empty generation from the log: folds in memory, window by window, and writes new rows by COPY.
///
/// While a window is written the next one is filled, and while one page is folded the next one is read.
final class ShadowLoader {
  private let projection: Projection
  private let log: any EventLog
  private let writer: WindowWriter
  private let limits: ReplayLimits
  private let report: (Position, _ events: Int, _ rows: Int) -> Void
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
  }

  /// Loads everything up to a position, which the log has reached.
  /// - Throws: what the data, the log or the server refuse; the generation is of no use then.
  func load(to end: Position) async throws {
    let (log, filter, limit) = (log, projection.filter, limits.pageEvents)
    try await withThrowingTaskGroup(of: Int.self) { writing in
      var fold = makeFold()
      var page = try await Self.read(log, after: .start, to: end, filter: filter, limit: limit)
      while true {
        let position = page.position
        async let next = Self.read(log, after: position, to: end, filter: filter, limit: limit)
        for changes in try await Self.changes(of: page.events, projection, log) { try fold.add(changes) }
        eventCount += page.events.count
        if fold.byteCount >= limits.windowBytes {
          if let rows = try await writing.next() { rowCount += rows }
          write(fold, in: &writing)
          fold = makeFold()
        }
        report(position, eventCount, rowCount)
        if position >= end { break }
        page = try await next
      }
      while let rows = try await writing.next() { rowCount += rows }
      write(fold, in: &writing)
      while let rows = try await writing.next() { rowCount += rows }
      report(end, eventCount, rowCount)
    }
  }

  private func makeFold() -> ChangeFold {
    let written = written
    return ChangeFold { !written.contains($0) }
  }

  private func write(_ fold: ChangeFold, in group: inout ThrowingTaskGroup<Int, any Error>) {
    let window = fold.take()
    written.formUnion(window.map(\.table))
    let writer = writer
    group.addTask { try await writer.write(window) }
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

  /// What each event changes, worked out on two cores.
  private static func changes(
    of events: [RecordedEvent], _ projection: Projection, _ log: any EventLog
  ) async throws -> [RowChanges] {
    let subjects = Set(events.compactMap(\.subject))
    let keys = subjects.isEmpty ? [:] : try await log.subjectKeys(subjects, create: false)
    let middle = events.count / 2
    async let first = decode(events[..<middle], projection, keys)
    async let second = decode(events[middle...], projection, keys)
    return try await first + second
  }

  @concurrent
  private static func decode(
    _ events: ArraySlice<RecordedEvent>, _ projection: Projection, _ keys: [SubjectID: SubjectKey]
  ) async throws -> [RowChanges] {
    try events.map { try projection.changes(for: $0, keys: keys) }
  }
}

/// Writes windows of folded changes, each table on a connection of its own.
struct WindowWriter: Sendable {
  let client: PostgresClient
  let schemaPrefix: String
  let limits: ReplayLimits

  /// - Returns: how many rows were sent.
  func write(_ window: [(table: Table, stages: [FoldedStage])]) async throws -> Int {
    try await withThrowingTaskGroup(of: Int.self) { group in
      var rows = 0
      // Big tables first, so that none is begun last.
      let order = window.sorted { size($0.stages) > size($1.stages) }
      for (number, work) in order.enumerated() {
        if number >= limits.parallelTables { rows += try await group.next()! }
        group.addTask { try await write(work.table, work.stages) }
      }
      for try await count in group { rows += count }
      return rows
    }
  }

  private func size(_ stages: [FoldedStage]) -> Int { stages.reduce(0) { $0 + $1.rows.count } }

  private func write(_ table: Table, _ stages: [FoldedStage]) async throws -> Int {
    try await client.withConnection { connection in
      try await connection.executeScript("set synchronous_commit = off")
      var rows = 0
      for stage in stages { rows += try await write(stage, of: table, connection) }
      return rows
    }
  }

  private func write(_ stage: FoldedStage, of table: Table, _ connection: PostgresConnection) async throws -> Int {
    let tableWriter = TableWriter(table, schemaPrefix: schemaPrefix)
    var count = 0
    if !stage.predicates.isEmpty {
      try await index(stage.predicates, of: table, tableWriter.name, connection)
      for call in try tableWriter.calls(for: FoldedStage(predicates: stage.predicates)) {
        count += try await connection.query(call.statement, call.parameters).affectedRows
      }
    }
    // Rows that were written by an earlier window change by statements over sets.
    var others = FoldedStage()
    func flush() async throws {
      for call in try tableWriter.calls(for: others) { _ = try await connection.query(call.statement, call.parameters) }
      count += others.rows.count
      others = FoldedStage()
    }
    for row in stage.rows {
      switch row.change {
      case .none, .insert: continue
      default: others.rows.append(row)
      }
      if others.rows.count >= limits.statementRows { try await flush() }
    }
    if !others.rows.isEmpty { try await flush() }
    return try await count + copy(stage, of: table, tableWriter.name, connection)
  }

  private func copy(_ stage: FoldedStage, of table: Table, _ name: String, _ connection: PostgresConnection) async throws -> Int {
    let columns = table.columns
    guard stage.rows.contains(where: { if case .insert = $0.change { true } else { false } }) else { return 0 }
    let list = columns.map { "\"\($0.name)\"" }.joined(separator: ", ")
    return try await connection.copyIn(into: "copy \(name) (\(list)) from stdin (format binary)") { rows in
      for (_, change) in stage.rows {
        guard case .insert(let row) = change else { continue }
        try await rows.beginRow(columns: columns.count)
        for index in columns.indices { try rows.append(row[index], columns[index], table) }
      }
    }
  }

  /// Secondary indexes are off, and a predicate without one walks the whole table each time.
  private func index(_ predicates: [PredicateChange], of table: Table, _ name: String, _ connection: PostgresConnection) async throws {
    let columns = Set(
      predicates.map { predicate in
        switch predicate {
        case .update(let column, _, _), .delete(let column, _): column
        }
      })
    for column in columns.sorted() {
      try await connection.executeScript(
        "create index if not exists \"\(Self.indexName(table, column))\" on \(name) (\"\(table.columns[column].name)\")")
    }
  }

  private static func indexName(_ table: Table, _ column: Int) -> String { "rebuild_\(table.name)_\(column)" }

  /// Drops the indexes that were made on the way.
  func dropHelpers(_ tables: [Table]) async throws {
    var script = ""
    for table in tables {
      for column in table.columns.indices {
        script += "drop index if exists \"\(schemaPrefix)\(table.part.rawValue)\".\"\(Self.indexName(table, column))\";"
      }
    }
    try await client.executeScript(script)
  }
}
