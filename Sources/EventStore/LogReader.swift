import EventSourcing
import Postgres

/// Reads pages of the log, and tells the watch how far it was seen to reach.
struct LogReader: Sendable {
  let client: PostgresClient
  let watch: HeadWatch

  func page(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage {
    // A filter that matches little must not make one statement walk the whole log, hence the window.
    let window = Int64(max(limit, filter == .all ? limit : 20_000))
    let end = position.rawValue + window
    let read: PostgresCall
    if filter == .all {
      read = PostgresCall(Statements.readLog, [.int64(position.rawValue), .int64(end), .int64(Int64(limit))])
    } else {
      read = PostgresCall(
        Statements.readLogFiltered,
        [
          .int64(position.rawValue), .int64(end), .int64(Int64(limit)), filter.categories.map { .textArray($0) } ?? .null,
          filter.types.map { .textArray($0) } ?? .null,
        ])
    }
    // In this order: whatever was committed when the head was read is visible to the second statement.
    let results = try await client.queryAll([PostgresCall(Statements.head), read])
    let head = Position(try results[0][0].int64(0))
    watch.advance(to: head)
    let events = try EventRows.read(results[1])
    let seen = events.last?.position ?? position
    return LogPage(events: events, position: events.count == limit ? seen : max(seen, min(head, Position(end))))
  }

  func head() async throws -> Position {
    let head = Position(try await client.query(Statements.head)[0].int64(0))
    watch.advance(to: head)
    return head
  }
}
