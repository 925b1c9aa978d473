import EventSourcing

/// What an event touches, by name, so that those which touch the same wait behind one that cannot be applied.
///
/// A lane is written or only leant on. Two events meet when one writes what the other writes or leans on; that both lean on the same row
/// is no reason to wait. In the stored form a lane that is leant on has `&` before it.
struct Lanes: Hashable {
  var written: Set<String> = []
  var leantOn: Set<String> = []

  /// The lanes of an event: its stream, the rows it changes, and the rows those point to.
  ///
  /// A change by predicate touches rows that nobody knows: it writes the row its column points to and meets every change by key, or, where
  /// the column points nowhere, the whole table.
  init(_ event: RecordedEvent, _ changes: RowChanges?) {
    written.insert("stream \(event.stream)")
    for change in changes?.changes ?? [] {
      switch change {
      case .insert(let table, let row):
        add(table, RowKey(of: row, in: table))
        for reference in table.references { leanOn(reference, row[table.index(of: reference.column)]) }
      case .update(let table, let key, let set):
        add(table, RowKey(key))
        leantOn.insert("\(table.lane) by key")
        for (column, value) in set {
          for reference in table.references where reference.column == table.columns[column].name { leanOn(reference, value) }
        }
      case .delete(let table, let key):
        add(table, RowKey(key))
        leantOn.insert("\(table.lane) by key")
      case .updateWhere(let table, let column, let value, _), .deleteWhere(let table, let column, let value):
        if table.keyIndexes == [column] {
          add(table, RowKey([value]))
          leantOn.insert("\(table.lane) by key")
        } else if let reference = table.references.first(where: { $0.column == table.columns[column].name }) {
          written.insert("\(reference.table) \(value.keyText)")
          written.insert("\(table.lane) by key")
        } else {
          written.insert("\(table.lane) as a whole")
        }
      }
    }
    leantOn.subtract(written)
  }

  /// Reads the stored form.
  init(stored: [String]) {
    for lane in stored {
      if lane.hasPrefix("&") { leantOn.insert(String(lane.dropFirst())) } else { written.insert(lane) }
    }
  }

  var stored: [String] { written.sorted() + leantOn.sorted().map { "&" + $0 } }

  private mutating func add(_ table: Table, _ key: RowKey) {
    written.insert("\(table.lane) \(key)")
    leantOn.insert("\(table.lane) as a whole")
  }

  private mutating func leanOn(_ reference: Table.Reference, _ value: SQLValue) {
    if value != .null { leantOn.insert("\(reference.table) \(value.keyText)") }
  }
}

extension Table {
  fileprivate var lane: String { name }
}

/// The lanes on which events wait.
struct BlockedLanes {
  private var written: [String: Int] = [:]
  private var leantOn: [String: Int] = [:]

  var isEmpty: Bool { written.isEmpty }

  func meets(_ lanes: Lanes) -> Bool {
    if isEmpty { return false }
    return lanes.written.contains { written[$0] != nil || leantOn[$0] != nil } || lanes.leantOn.contains { written[$0] != nil }
  }

  mutating func add(_ lanes: Lanes) {
    for lane in lanes.written { written[lane, default: 0] += 1 }
    for lane in lanes.leantOn { leantOn[lane, default: 0] += 1 }
  }
}
