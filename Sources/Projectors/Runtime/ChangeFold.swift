/// Folds the changes of many events into as few row changes as have the same effect, table by table.
///
/// Foreign keys are deferred and nothing cascades, so the order of tables counts only where one takes values from another: it comes last.
final class ChangeFold {
  private var folds: [Table: TableFold] = [:]
  private var order: [TableFold] = []
  /// The table of the last change: the next is often of the same one.
  private var latest: TableFold?
  /// Whether a table is empty, so that all its rows will be known here.
  private let isComplete: (Table) -> Bool

  init(isComplete: @escaping (Table) -> Bool = { _ in false }) {
    self.isComplete = isComplete
  }

  /// Roughly what the pending changes take in memory.
  var byteCount: Int { order.reduce(0) { $0 + $1.byteCount } }

  var isEmpty: Bool { order.isEmpty }

  /// - Throws: `ProjectorError` when a change cannot follow on those before it; the fold is of no use then.
  func add(_ changes: RowChanges) throws(ProjectorError) {
    for change in changes.changes {
      switch change {
      case .insert(let table, let row): try fold(table).insert(row)
      case .update(let table, let key, let set): try fold(table).update(RowKey(key), set)
      case .delete(let table, let key): try fold(table).delete(RowKey(key))
      case .updateWhere(let table, let column, let value, let set): try fold(table).update(where: column, equals: value, set)
      case .deleteWhere(let table, let column, let value): try fold(table).delete(where: column, equals: value)
      }
    }
  }

  /// All pending changes by table, in the order they may be written in; the fold is empty afterwards.
  func take() -> [(table: Table, stages: [FoldedStage])] {
    defer {
      folds = [:]
      order = []
      latest = nil
    }
    return (order.filter { !$0.table.hasCopies } + order.filter(\.table.hasCopies)).map { ($0.table, $0.takeStages()) }
  }

  private func fold(_ table: Table) -> TableFold {
    if let latest, latest.table == table { return latest }
    let fold = folds[table] ?? TableFold(table, isComplete: isComplete(table))
    latest = fold
    if folds.updateValue(fold, forKey: table) == nil { order.append(fold) }
    return fold
  }
}
