/// Columns with their values, written as a dictionary literal: `["id": .int(7), "name": "Blue"]`.
/// In the order of the table's columns it is fastest; any order is right.
public struct ColumnValues: ExpressibleByDictionaryLiteral, Sendable {
  private(set) var pairs: [(name: StaticString, value: SQLValue)]

  init(_ pairs: [(name: StaticString, value: SQLValue)]) {
    self.pairs = pairs
  }

  /// Adds columns behind those that are there.
  mutating func append(_ values: ColumnValues) { pairs += values.pairs }

  public init(dictionaryLiteral elements: (StaticString, SQLValue)...) {
    pairs = elements
  }
}

/// One change of a read table. Changes are pure facts: both interpreters turn the same changes into the same rows.
public enum RowChange: Sendable {
  /// A new row with a value for each column of the table. That its key is there already is an error.
  case insert(Table, row: [SQLValue])
  /// Sets some columns of the row with this key. That there is no such row is an error, not a no-op.
  case update(Table, key: [SQLValue], set: [(column: Int, value: SQLValue)])
  /// Removes the row with this key. That there is no such row is an error.
  case delete(Table, key: [SQLValue])
  /// Sets some columns of all rows with a value in a column; none is fine. For declared cascades (set null) and copies.
  case updateWhere(Table, column: Int, equals: SQLValue, set: [(column: Int, value: SQLValue)])
  /// Removes all rows with a value in a column; none is fine. For declared cascades.
  case deleteWhere(Table, column: Int, equals: SQLValue)
}

/// Collects what one event changes, in order.
public struct RowChanges: Sendable {
  public private(set) var changes: [RowChange] = []

  public init() {}

  /// Adds a row; columns that are left out are null.
  public mutating func insert(into table: Table, _ values: ColumnValues) {
    var row = [SQLValue](repeating: .null, count: table.columns.count)
    var hint = 0
    for (name, value) in values.pairs {
      let index = table.index(of: name, hint: hint)
      row[index] = value
      hint = index + 1
    }
    changes.append(.insert(table, row: row))
  }

  /// Changes the row with this key.
  public mutating func update(_ table: Table, _ key: SQLValue..., set values: ColumnValues) {
    changes.append(.update(table, key: key, set: resolve(values, in: table)))
  }

  /// Removes the row with this key.
  public mutating func delete(from table: Table, _ key: SQLValue...) {
    changes.append(.delete(table, key: key))
  }

  /// Changes all rows with a value in a column; none is fine.
  public mutating func updateAll(_ table: Table, where column: String, equals value: SQLValue, set values: ColumnValues) {
    changes.append(.updateWhere(table, column: table.index(of: column), equals: value, set: resolve(values, in: table)))
  }

  /// Removes all rows with a value in a column; none is fine.
  public mutating func deleteAll(from table: Table, where column: String, equals value: SQLValue) {
    changes.append(.deleteWhere(table, column: table.index(of: column), equals: value))
  }

  private func resolve(_ values: ColumnValues, in table: Table) -> [(column: Int, value: SQLValue)] {
    var hint = 0
    return values.pairs.map { name, value in
      let index = table.index(of: name, hint: hint)
      hint = index + 1
      return (index, value)
    }
  }
}

extension Table {
  /// The place of a column, looked for first where it stands when columns are named in order.
  fileprivate func index(of name: StaticString, hint: Int) -> Int {
    if hint < columns.count, columns[hint].name.isEqual(to: name) { return hint }
    guard let index = columns.firstIndex(where: { $0.name.isEqual(to: name) }) else {
      preconditionFailure("\(self.name) has no column \(name)")
    }
    return index
  }
}

extension String {
  /// Asked once for each value of each row, so byte by byte in place and not by way of a sequence.
  fileprivate func isEqual(to literal: StaticString) -> Bool {
    let count = literal.utf8CodeUnitCount
    guard utf8.count == count else { return false }
    let start = literal.utf8Start
    return utf8.withContiguousStorageIfAvailable { own in
      for index in 0..<count where own[index] != start[index] { return false }
      return true
    } ?? utf8.elementsEqual(UnsafeBufferPointer(start: start, count: count))
  }
}
