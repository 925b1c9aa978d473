import Aggregates
import EventSourcing

extension EventHandler {
  /// How the three events of a kind of reference row fill its table.
  ///
  /// The columns `id`, `created_at` and `updated_at` are written where the table has them. A removed row goes, or, where the table has a
  /// column `deleted_at`, stays with the time it was deleted. What no command does to the kind changes no row.
  /// - Parameters:
  ///   - columns: the row's own columns, all of them.
  ///   - onRemoval: what else goes or changes with a removed row: the declared cascades.
  static func reference<Kind: ReferenceAggregate>(
    _ kind: Kind.Type, _ table: Table, columns: @escaping @Sendable (Kind.Row) -> ColumnValues,
    onRemoval: @escaping @Sendable (Kind.ID, EventFacts, inout RowChanges) -> Void = { _, _, _ in }
  ) -> [EventHandler] {
    let names = Set(table.columns.map(\.name))
    let (isDated, keepsRemoved) = (names.contains("updated_at"), names.contains("deleted_at"))
    return [
      .on(ReferenceAdded<Kind>.self) { event, facts, rows in
        var values = ColumnValues([("id", .id(event.id))] + columns(event.row).pairs)
        if isDated { values.append(["created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt)]) }
        rows.insert(into: table, values)
      },
      kind is any EditableReference.Type
        ? .on(ReferenceChanged<Kind>.self) { event, facts, rows in
          var values = columns(event.row)
          if isDated { values.append(["updated_at": .timestamp(facts.occurredAt)]) }
          rows.update(table, .id(event.id), set: values)
        } : .ignoring(ReferenceChanged<Kind>.self),
      kind is any RemovableReference.Type
        ? .on(ReferenceRemoved<Kind>.self) { event, facts, rows in
          onRemoval(event.id, facts, &rows)
          guard keepsRemoved else { return rows.delete(from: table, .id(event.id)) }
          var values: ColumnValues = ["deleted_at": .timestamp(facts.occurredAt)]
          if isDated { values.append(["updated_at": .timestamp(facts.occurredAt)]) }
          rows.update(table, .id(event.id), set: values)
        } : .ignoring(ReferenceRemoved<Kind>.self),
    ]
  }
}
