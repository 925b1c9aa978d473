import EventSourcing
import JSON
import Postgres

/// One statement that answers a whole request: the position it is true at, whether events of its rows wait, and the rows, all at one
/// snapshot.
///
/// It always returns a row: where nothing was found, that row is null but for its head.
enum ReadStatement {
  /// Columns before those of the rows: position, parked, and a number whose meaning the statement gives.
  static let headColumns = 3

  /// - Parameters:
  ///   - parked: whether events wait, as SQL over `here.generation` and the rows as `r`.
  ///   - number: a bigint over `here.generation` and parameters.
  ///   - rows: what stands behind the columns: from `from` to the end.
  static func sql(_ columns: Columns, parked: String, number: String = "null::bigint", rows: String) -> String {
    let selected = columns.expressions.enumerated().map { "\($0.element) as c\($0.offset)" }.joined(separator: ", ")
    return """
      select here.position, \(parked), here.number, r.*
      from (
        select coalesce(c.position, 0) as position, g.id as generation, \(number) as number
        from internal.generations g left join internal.checkpoints c on c.generation = g.id where g.state = 'current'
      ) here left join (select \(selected) \(rows)) r on true
      """
  }
}

/// Whether events wait that would have changed what is read. Normally nothing waits, and the question costs next to nothing.
enum ParkedSQL {
  /// Of one row: on its own lane, on its stream's, or on one of all rows of its table.
  /// - Parameters:
  ///   - id: the row's id as SQL.
  ///   - stream: the part of its stream's name after the category; nil when the row has no stream or its name cannot be told.
  static func ofRow(_ resource: Resource, id: String, streamKey: String?) -> String {
    var lanes = ["'\(resource.table) ' || \(id)", "'\(resource.table) as a whole'", "'\(resource.table) by key'"]
    if let stream = resource.stream, let streamKey { lanes.append("'stream \(stream.category)-' || \(streamKey)") }
    return """
      exists (select from internal.parked_events e where e.generation = here.generation and e.lanes && array[\(lanes.joined(separator: ", "))])
      """
  }

  /// Of any row of a table.
  static func ofTable(_ resource: Resource) -> String {
    let stream = resource.stream.map { " or lane ^@ 'stream \($0.category)-'" } ?? ""
    return """
      exists (
        select from internal.parked_events e
        where e.generation = here.generation and exists (select from unnest(e.lanes) lane where lane ^@ '\(resource.table) '\(stream)))
      """
  }
}

extension PostgresRow {
  /// The head of a read statement's row.
  var isParked: Bool { get throws(PostgresError) { try bool(1) } }
  /// The number of the head; what it means is the statement's.
  var headNumber: Int64? { get throws(PostgresError) { try optionalInt64(2) } }
}
