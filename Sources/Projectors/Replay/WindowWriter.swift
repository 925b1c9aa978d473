import EventSourcing
import Postgres

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
    let tableWriter = TableWriter(table, schemaPrefix: schemaPrefix, copiesLater: true)
    var count = 0
    if !stage.predicates.isEmpty {
      for column in Set(stage.predicates.map(\.column)).sorted() {
        try await index([column], of: table, tableWriter.name, connection)
      }
      for call in try tableWriter.calls(for: FoldedStage(predicates: stage.predicates)) {
        count += try await connection.query(call.statement, call.parameters).affectedRows
      }
    }
    // Rows that were written by an earlier window change by statements over sets.
    if stage.rows.contains(where: \.change.needsKey) { try await index(table.keyIndexes, of: table, tableWriter.name, connection) }
    var others = FoldedStage()
    func flush() async throws {
      for call in try tableWriter.calls(for: others) { _ = try await connection.query(call.statement, call.parameters) }
      count += others.rows.count
      others = FoldedStage()
    }
    for row in stage.rows where row.change.needsKey {
      others.rows.append(row)
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

  /// Keys and indexes are off, and without one a change of rows that are there walks the whole table.
  private func index(_ columns: [Int], of table: Table, _ name: String, _ connection: PostgresConnection) async throws {
    let list = columns.map { "\"\(table.columns[$0].name)\"" }.joined(separator: ", ")
    try await connection.executeScript("create index if not exists \"\(Self.indexName(table, columns))\" on \(name) (\(list))")
  }

  private static func indexName(_ table: Table, _ columns: [Int]) -> String {
    "rebuild_\(table.name)_\(columns.map(String.init).joined(separator: "_"))"
  }

  /// Has rows take what they copy from rows of other tables, when all are there.
  func fillCopies(_ tables: [Table]) async throws {
    for statement in tables.flatMap({ TableWriter($0, schemaPrefix: schemaPrefix).fillCopies }) { _ = try await client.query(statement) }
  }

  /// Drops the indexes that were made on the way.
  func dropHelpers(_ tables: [Table]) async throws {
    var script = ""
    for table in tables {
      for columns in table.columns.indices.map({ [$0] }) + [table.keyIndexes] {
        script += "drop index if exists \"\(schemaPrefix)\(table.part.rawValue)\".\"\(Self.indexName(table, columns))\";"
      }
    }
    try await client.executeScript(script)
  }
}

extension PendingRow {
  /// Whether it changes a row that is there.
  fileprivate var needsKey: Bool {
    switch self {
    case .none, .insert: false
    case .replace, .update, .delete: true
    }
  }
}

extension PredicateChange {
  fileprivate var column: Int {
    switch self {
    case .update(let column, _, _), .delete(let column, _): column
    }
  }
}
