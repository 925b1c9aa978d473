import Postgres

/// Turns folded changes of one table into statements over sets of rows.
struct TableWriter {
  let table: Table
  /// The table with its schema, in quotes.
  let name: String
  private let schema: String
  private let copiesLater: Bool

  /// - Parameters:
  ///   - schemaPrefix: of the generation: empty for the current one.
  ///   - copiesLater: new rows do not take values from other tables yet; `fillCopies` does that for all at once.
  init(_ table: Table, schemaPrefix: String, copiesLater: Bool = false) {
    self.table = table
    self.copiesLater = copiesLater
    schema = "\"\(schemaPrefix)\(table.part.rawValue)\""
    name = "\(schema).\"\(table.name)\""
  }

  /// The statements of a stage, in order.
  /// - Throws: `ProjectorError.wrongValue`.
  func calls(for stage: FoldedStage) throws(ProjectorError) -> [PostgresCall] {
    var calls: [PostgresCall] = []
    try add(stage.predicates, to: &calls)

    var inserts: [[SQLValue]] = []
    var deletes: [Bool: [RowKey]] = [:]
    var updates: [UpdateShape: (keys: [RowKey], sets: [[SQLValue]])] = [:]
    var shapes: [UpdateShape] = []
    func addUpdate(_ key: RowKey, _ columns: [Int], _ values: [SQLValue], required: Bool) {
      let shape = UpdateShape(columns: columns, required: required)
      if updates[shape] == nil { shapes.append(shape) }
      updates[shape, default: ([], [])].keys.append(key)
      updates[shape]!.sets.append(values)
    }
    for (key, change) in stage.rows {
      switch change {
      case .none: break
      case .insert(let row): inserts.append(row)
      case .delete(let required): deletes[required, default: []].append(key)
      case .update(let changes, let required): addUpdate(key, changes.map(\.column), changes.map(\.value), required: required)
      case .replace(let row):
        let columns = row.indices.filter { !table.keyIndexes.contains($0) }
        addUpdate(key, columns, columns.map { row[$0] }, required: true)
      }
    }
    for required in [true, false] {
      if let keys = deletes[required] { calls.append(try delete(keys, required: required)) }
    }
    for shape in shapes { calls.append(try update(shape, updates[shape]!.keys, updates[shape]!.sets)) }
    if !inserts.isEmpty { calls.append(try insert(inserts)) }
    return calls
  }

  /// Which columns an update sets, and whether each of its rows must be there.
  private struct UpdateShape: Hashable {
    let columns: [Int]
    let required: Bool

    var name: String { columns.map(String.init).joined(separator: ",") + (required ? "" : "?") }
  }

  private func insert(_ rows: [[SQLValue]]) throws(ProjectorError) -> PostgresCall {
    let columns = table.columns
    let statement = PostgresStatement(
      "insert \(name)",
      """
      insert into \(name) (\(columns.map { quoted($0.name) }.joined(separator: ", ")))
      select \(columns.indices.map { value(of: columns[$0], "v.c\($0)", among: columns) }.joined(separator: ", "))
      from unnest(\(arrays(columns, from: 1))) as v(\(aliases("c", columns.count)))
      """)
    var parameters: [PostgresValue] = []
    for (index, column) in columns.enumerated() {
      parameters.append(try column.parameter(rows.lazy.map { $0[index] }, table: table))
    }
    return PostgresCall(statement, parameters)
  }

  private func update(_ shape: UpdateShape, _ keys: [RowKey], _ sets: [[SQLValue]]) throws(ProjectorError) -> PostgresCall {
    let columns = shape.columns.map { table.columns[$0] }
    let assignments = columns.indices.map { "\(quoted(columns[$0].name)) = \(value(of: columns[$0], "v.c\($0)", among: columns))" }
    let changed = """
      update \(name) t set \(assignments.joined(separator: ", "))
      from unnest(\(arrays(keyColumns + columns, from: 1))) as v(\(aliases("k", keyColumns.count)), \(aliases("c", columns.count)))
      where \(keyCondition)
      """
    var parameters = try keyParameters(keys)
    for (index, column) in columns.enumerated() {
      parameters.append(try column.parameter(sets.lazy.map { $0[index] }, table: table))
    }
    return checked("update \(shape.name) \(name)", changed, count: shape.required ? keys.count : nil, parameters)
  }

  private func delete(_ keys: [RowKey], required: Bool) throws(ProjectorError) -> PostgresCall {
    let removed =
      "delete from \(name) t using unnest(\(arrays(keyColumns, from: 1))) as v(\(aliases("k", keyColumns.count))) where \(keyCondition)"
    return checked("delete\(required ? "" : "?") \(name)", removed, count: required ? keys.count : nil, try keyParameters(keys))
  }

  /// Has the statement fail, with a division by zero, when it does not meet all rows it names: they are all sent in one go, and by the
  /// time an answer is read here it would be too late.
  private func checked(_ label: String, _ sql: String, count: Int?, _ parameters: [PostgresValue]) -> PostgresCall {
    guard let count else { return PostgresCall(PostgresStatement(label, sql), parameters) }
    let statement = PostgresStatement(
      label,
      "with met as (\(sql) returning 1) select 1 / (case when count(*) = $\(parameters.count + 1)::bigint then 1 else 0 end) from met")
    return PostgresCall(statement, parameters + [.int64(Int64(count))])
  }

  // MARK: Predicates

  private func add(_ predicates: [PredicateChange], to calls: inout [PostgresCall]) throws(ProjectorError) {
    var rest = predicates[...]
    while let first = rest.first {
      switch first {
      case .delete(let column, _):
        // Neighbours that look at the same column are one statement.
        var values: [SQLValue] = []
        while case .delete(column, let value)? = rest.first {
          values.append(value)
          rest.removeFirst()
        }
        let statement = PostgresStatement(
          "delete where \(column) \(name)", "delete from \(name) t where \(quoted(table.columns[column].name)) in (\(element(column, 1)))")
        calls.append(PostgresCall(statement, [try table.columns[column].parameter(values, table: table)]))
      case .update(let column, let value, let set):
        rest.removeFirst()
        let set = set.sorted { $0.column < $1.column }
        let assignments = set.enumerated().map { index, change in
          "\(quoted(table.columns[change.column].name)) = (\(element(change.column, index + 2)))"
        }
        let statement = PostgresStatement(
          "update \(set.map { String($0.column) }.joined(separator: ",")) where \(column) \(name)",
          "update \(name) t set \(assignments.joined(separator: ", ")) where \(quoted(table.columns[column].name)) in (\(element(column, 1)))"
        )
        var parameters = [try table.columns[column].parameter([value], table: table)]
        for change in set { parameters.append(try table.columns[change.column].parameter([change.value], table: table)) }
        calls.append(PostgresCall(statement, parameters))
      }
    }
  }

  /// The elements of an array parameter as a column's values.
  private func element(_ column: Int, _ parameter: Int) -> String {
    "select \(table.columns[column].expression("e")) from unnest($\(parameter)::\(table.columns[column].arrayType)) e"
  }

  // MARK: Copies

  /// The value of a column in a statement that sets `columns` from `v`: what it brings, or else what the row it points to has.
  private func value(of column: Column, _ brought: String, among columns: [Column]) -> String {
    let own = column.expression(brought)
    guard !copiesLater, let copy = column.copy, let by = columns.firstIndex(where: { $0.name == copy.by }) else { return own }
    let source = "\(schema).\(quoted(copy.table)) s where s.id = \(columns[by].expression("v.c\(by)"))"
    return "coalesce(\(own), (select s.\(quoted(copy.column)) from \(source)))"
  }

  /// Has the rows that were written with `copiesLater` take their values, as the rows that they point to have them now.
  var fillCopies: [PostgresStatement] {
    table.columns.compactMap { column in
      guard let copy = column.copy else { return nil }
      return .unprepared(
        """
        update \(name) t set \(quoted(column.name)) = s.\(quoted(copy.column)) from \(schema).\(quoted(copy.table)) s
        where s.id = t.\(quoted(copy.by)) and t.\(quoted(column.name)) is null
        """)
    }
  }

  // MARK: Pieces

  private var keyColumns: [Column] { table.keyIndexes.map { table.columns[$0] } }

  private var keyCondition: String {
    keyColumns.indices.map { "t.\(quoted(keyColumns[$0].name)) = \(keyColumns[$0].expression("v.k\($0)"))" }.joined(separator: " and ")
  }

  private func keyParameters(_ keys: [RowKey]) throws(ProjectorError) -> [PostgresValue] {
    var parameters: [PostgresValue] = []
    for (index, column) in keyColumns.enumerated() {
      parameters.append(try column.parameter(keys.lazy.map { $0[index] }, table: table))
    }
    return parameters
  }

  private func arrays(_ columns: [Column], from first: Int) -> String {
    columns.enumerated().map { "$\(first + $0)::\($1.arrayType)" }.joined(separator: ", ")
  }

  private func aliases(_ letter: String, _ count: Int) -> String {
    (0..<count).map { "\(letter)\($0)" }.joined(separator: ", ")
  }

  private func quoted(_ name: String) -> String { "\"\(name)\"" }
}
