import Aggregates
import EventSourcing

extension EventHandler {
  /// How the four events of a kind of tree fill its table: `id`, `name`, `id_1` for the parent, and the times.
  ///
  /// A removed row goes, or, where the table has a column `deleted_at`, stays with the time it was deleted.
  /// - Parameter onRemoval: what else goes or changes with a removed row: the declared cascades.
  static func tree<Kind: TreeAggregate>(
    _ kind: Kind.Type, _ table: Table, onRemoval: @escaping @Sendable (Kind.ID, EventFacts, inout RowChanges) -> Void
  ) -> [EventHandler] {
    let keepsRemoved = table.columns.contains { $0.name == "deleted_at" }
    return [
      .on(TreeNodeAdded<Kind>.self) { event, facts, rows in
        rows.insert(
          into: table,
          [
            "id": .id(event.id), "name": .text(event.name), "id_1": .id(event.parentID), "created_at": .timestamp(facts.occurredAt),
            "updated_at": .timestamp(facts.occurredAt),
          ])
      },
      .on(TreeNodeRenamed<Kind>.self) { event, facts, rows in
        rows.update(table, .id(event.id), set: ["name": .text(event.name), "updated_at": .timestamp(facts.occurredAt)])
      },
      .on(TreeNodeMoved<Kind>.self) { event, facts, rows in
        rows.update(table, .id(event.id), set: ["id_1": .id(event.parentID), "updated_at": .timestamp(facts.occurredAt)])
      },
      .on(TreeNodeRemoved<Kind>.self) { event, facts, rows in
        onRemoval(event.id, facts, &rows)
        guard keepsRemoved else { return rows.delete(from: table, .id(event.id)) }
        rows.update(
          table, .id(event.id), set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
      },
    ]
  }
}
