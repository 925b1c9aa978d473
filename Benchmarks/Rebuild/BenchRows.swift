import EventSourcing
import Foundation
import Migrations
import Projectors

/// A read database that is only measured: one table, one row an event of 300 bytes.
enum BenchRows {
  static let database = "bench_rows"

  static let table = Projectors.Table(
    "bench_orders",
    [
      Column("id", .bigint), Column("order_id", .bigint), Column("user_id", .bigint), Column("currency", .text),
      Column("total", .numeric(scale: 2)), Column("line_count", .integer), Column("note", .text), Column("created_at", .timestamptz),
    ])

  /// A row's id is its event's position: the measured events are all alike otherwise.
  static let projection = Projection(
    database: database, ownCategories: ["bench"], tables: [table],
    handlers: [
      .on(BenchOrderPlaced.self) { event, facts, rows in
        rows.insert(
          into: table,
          [
            "id": .int(facts.position.rawValue), "order_id": .int(event.orderID), "user_id": .int(event.userID),
            "currency": .text(event.currency), "total": .decimal(event.totalCents), "line_count": .int(Int64(event.lines.count)),
            "note": .text(event.note), "created_at": .timestamp(facts.occurredAt),
          ])
      }
    ])

  /// Without the schema's name, as migrations of a generation are written.
  static let tableSQL = """
    create table bench_orders (
      id bigint primary key, order_id bigint not null, user_id bigint not null, currency varchar(3) not null,
      total numeric(10,2) not null, line_count integer not null, note text not null, created_at timestamptz);
    create index bench_orders_user_id_index on bench_orders (user_id);
    """

  /// The same rows by one statement of SQL, and the same keys and indexes after it: what PostgreSQL alone needs for them.
  static let foldSQL = """
    create table bench_orders as
      select position as id, (payload->>'order_id')::bigint as order_id, (payload->>'user_id')::bigint as user_id,
        (payload->>'currency')::varchar(3) as currency, ((payload->>'total_cents')::bigint * 0.01)::numeric(10,2) as total,
        json_array_length(payload->'lines') as line_count, payload->>'note' as note, occurred_at as created_at
      from event_store.log where type = 'BenchOrderPlaced' order by position;
    alter table bench_orders add primary key (id);
    create index bench_orders_user_id_index on bench_orders (user_id);
    analyze bench_orders;
    """

  /// Writes a folder like `schema/` with the event store and this database, whose bookkeeping is that of a real service.
  static func writeSchema(to folder: URL, from schema: URL) throws {
    let files = FileManager.default
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    try files.copyItem(at: schema.appending(path: "event_store"), to: folder.appending(path: "event_store"))
    for part in ["live", "copies"] {
      let place = folder.appending(path: "\(database)/generation/\(part)")
      try files.createDirectory(at: place, withIntermediateDirectories: true)
      let text = "-- migrate:up\n" + (part == "live" ? tableSQL : "select;")
      try Data(text.utf8).write(to: place.appending(path: "1_rows.sql"))
    }
    try files.copyItem(at: schema.appending(path: "shared"), to: folder.appending(path: "shared"))
  }
}
