/// What is pending for one row.
enum PendingRow: Sendable {
  /// Nothing any more.
  case none
  /// The row is new.
  case insert([SQLValue])
  /// The row was there, went, and came anew: all columns are set.
  case replace([SQLValue])
  /// Some columns change, in ascending order of column. Not `required`: that there is no such row is fine.
  case update([ColumnChange], required: Bool)
  case delete(required: Bool)
}

/// A column of a table, by its place, and its new value.
typealias ColumnChange = (column: Int, value: SQLValue)

/// A change of all rows with a value in a column.
enum PredicateChange: Sendable {
  case update(column: Int, equals: SQLValue, set: [ColumnChange])
  case delete(column: Int, equals: SQLValue)
}

/// Changes of one table that may be written together: first those by predicate, in order, then at most one for each key.
struct FoldedStage: Sendable {
  var predicates: [PredicateChange] = []
  var rows: [(key: RowKey, change: PendingRow)] = []
}

/// Where the rows are that have some value in a column.
private struct Lookup {
  let column: Int
  var places: [SQLValue: Set<Int>] = [:]

  mutating func add(_ place: Int, of row: [SQLValue]) { places[row[column], default: []].insert(place) }
  mutating func remove(_ place: Int, of row: [SQLValue]) { places[row[column]]?.remove(place) }
}

/// Folds the changes of one table, in order, into as few as have the same effect.
///
/// Each key ends with one change. A change by predicate is applied at once to the rows that are pending in full; for those in the
/// database it goes before the keyed changes of its stage, which is right while they are all inserts. Otherwise the stage ends there.
final class TableFold {
  let table: Table
  /// The table holds nothing but what is pending here, so every row is known and no predicate needs the database.
  private let isComplete: Bool
  private var closed: [FoldedStage] = []
  private var open = FoldedStage()
  private var places: [RowKey: Int] = [:]
  /// Pending rows that are not plain inserts.
  private var othersCount = 0
  /// For columns that were asked for by predicate: the places of rows pending in full, by value.
  private var lookups: [Lookup] = []
  /// Roughly what the pending rows take.
  private(set) var byteCount = 0

  init(_ table: Table, isComplete: Bool) {
    self.table = table
    self.isComplete = isComplete
  }

  /// All pending changes, in stages to be written one after the other.
  func takeStages() -> [FoldedStage] {
    closeStage()
    defer {
      closed = []
      byteCount = 0
    }
    return closed
  }

  func insert(_ row: [SQLValue]) throws(ProjectorError) {
    let key = RowKey(of: row, in: table)
    if let place = places[key] {
      switch open.rows[place].change {
      case .delete(required: true):
        set(place, .replace(row))
        return
      case .delete(required: false):
        closeStage()
      case .update(_, required: false):
        // It changed nothing, or the row would be there.
        set(place, .insert(row))
        return
      default:
        throw .duplicateRow(table: table.name, key: key.description)
      }
    }
    add(key, .insert(row))
  }

  func update(_ key: RowKey, _ changes: [ColumnChange], required: Bool = true) throws(ProjectorError) {
    guard let place = places[key] else {
      if isComplete {
        if required { throw .missingRow(table: table.name, key: key.description) }
      } else {
        add(key, .update(changes.sorted { $0.column < $1.column }, required: required))
      }
      return
    }
    switch open.rows[place].change {
    case .insert, .replace:
      change(place, changes)
    case .update(let earlier, let wasRequired):
      set(place, .update(merged(earlier, changes), required: required || wasRequired))
    case .delete, .none:
      if required { throw .missingRow(table: table.name, key: key.description) }
    }
  }

  func delete(_ key: RowKey, required: Bool = true) throws(ProjectorError) {
    guard let place = places[key] else {
      if isComplete {
        if required { throw .missingRow(table: table.name, key: key.description) }
      } else {
        add(key, .delete(required: required))
      }
      return
    }
    switch open.rows[place].change {
    case .insert:
      set(place, .none)
      places[key] = nil
    case .replace:
      set(place, .delete(required: true))
    case .update(_, let wasRequired):
      set(place, .delete(required: required || wasRequired))
    case .delete, .none:
      if required { throw .missingRow(table: table.name, key: key.description) }
    }
  }

  func update(where column: Int, equals value: SQLValue, _ changes: [ColumnChange]) throws(ProjectorError) {
    if isKey(column) {
      try update(RowKey([value]), changes, required: false)
      return
    }
    for place in matches(column, value) { change(place, changes) }
    add(.update(column: column, equals: value, set: changes))
  }

  func delete(where column: Int, equals value: SQLValue) throws(ProjectorError) {
    if isKey(column) {
      try delete(RowKey([value]), required: false)
      return
    }
    for place in matches(column, value) {
      if case .insert = open.rows[place].change {
        places[open.rows[place].key] = nil
        set(place, .none)
      } else {
        set(place, .delete(required: true))
      }
    }
    add(.delete(column: column, equals: value))
  }

  // MARK: Stages

  private func isKey(_ column: Int) -> Bool { table.keyIndexes == [column] }

  private func add(_ predicate: PredicateChange) {
    if isComplete { return }
    if othersCount > 0 { closeStage() }
    open.predicates.append(predicate)
  }

  private func closeStage() {
    if !open.predicates.isEmpty || !open.rows.isEmpty { closed.append(open) }
    open = FoldedStage()
    places = [:]
    othersCount = 0
    lookups = []
  }

  // MARK: Rows

  private func add(_ key: RowKey, _ change: PendingRow) {
    places[key] = open.rows.count
    open.rows.append((key, .none))
    byteCount += 96
    set(open.rows.count - 1, change)
  }

  /// Puts another change in the place of a row.
  private func set(_ place: Int, _ change: PendingRow) {
    let old = open.rows[place].change
    othersCount += (change.isOther ? 1 : 0) - (old.isOther ? 1 : 0)
    byteCount += change.byteCount
    // By index: whoever walks the lookups themselves holds a second reference to them, and each change copies one whole.
    for index in lookups.indices {
      if let row = old.row { lookups[index].remove(place, of: row) }
      if let row = change.row { lookups[index].add(place, of: row) }
    }
    open.rows[place].change = change
  }

  /// Sets columns of a row that is pending in full.
  private func change(_ place: Int, _ changes: [ColumnChange]) {
    let wasInsert: Bool
    var row: [SQLValue]
    switch open.rows[place].change {
    case .insert(let values): (wasInsert, row) = (true, values)
    case .replace(let values): (wasInsert, row) = (false, values)
    default: return
    }
    for index in lookups.indices {
      guard let change = changes.first(where: { $0.column == lookups[index].column }) else { continue }
      lookups[index].remove(place, of: row)
      lookups[index].places[change.value, default: []].insert(place)
    }
    // The place gives its row up meanwhile, so that the array is changed and not copied.
    open.rows[place].change = .none
    for change in changes { row[change.column] = change.value }
    open.rows[place].change = wasInsert ? .insert(row) : .replace(row)
  }

  private func matches(_ column: Int, _ value: SQLValue) -> [Int] {
    let index = lookups.firstIndex { $0.column == column } ?? lookups.count
    if index == lookups.count {
      var lookup = Lookup(column: column)
      for (place, entry) in open.rows.enumerated() {
        if let row = entry.change.row { lookup.add(place, of: row) }
      }
      lookups.append(lookup)
    }
    // SQL's null equals nothing.
    return value == .null ? [] : lookups[index].places[value].map { $0.sorted() } ?? []
  }

  private func merged(_ first: [ColumnChange], _ second: [ColumnChange]) -> [ColumnChange] {
    var all = first
    for change in second {
      if let index = all.firstIndex(where: { $0.column == change.column }) {
        all[index].value = change.value
      } else {
        all.insert(change, at: all.firstIndex { $0.column > change.column } ?? all.count)
      }
    }
    return all
  }
}

extension PendingRow {
  /// All its columns, when they are known.
  var row: [SQLValue]? {
    switch self {
    case .insert(let row), .replace(let row): row
    case .none, .update, .delete: nil
    }
  }

  fileprivate var isOther: Bool {
    switch self {
    case .none, .insert: false
    case .replace, .update, .delete: true
    }
  }

  fileprivate var byteCount: Int {
    switch self {
    case .none, .delete: 0
    case .insert(let row), .replace(let row): row.reduce(32) { $0 + $1.byteCount }
    case .update(let changes, _): changes.reduce(32) { $0 + 8 + $1.value.byteCount }
    }
  }
}

extension SQLValue {
  /// Roughly what the value takes in memory.
  fileprivate var byteCount: Int {
    switch self {
    case .text(let text): text.utf8.count > 15 ? 56 + text.utf8.count : 24
    case .json(let bytes): 56 + bytes.count
    default: 24
    }
  }
}
