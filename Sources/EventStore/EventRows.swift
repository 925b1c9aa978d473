import EventSourcing
import Postgres

/// Events as rows of the view `event_store.log`.
enum EventRows {
  /// The columns that `read` takes, in its order.
  static let columns =
    "position, stream, version, event_id, type, schema_version, is_public, subject, payload, metadata, command_id, token, occurred_at, recorded_at"

  static func read(_ result: PostgresResult) throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    events.reserveCapacity(result.count)
    for row in result { events.append(try read(row)) }
    return events
  }

  private static func read(_ row: PostgresRow) throws -> RecordedEvent {
    RecordedEvent(
      position: Position(try row.int64(0)), stream: StreamName(rawValue: try row.string(1)), version: StreamVersion(try row.int64(2)),
      id: try row.uuid(3), type: try row.string(4), schemaVersion: Int(try row.int16(5)), isPublic: try row.bool(6),
      subject: try row.optionalString(7).map(SubjectID.init(_:)), payload: try row.bytes(8),
      context: try row.withBytes(9) { try CommandContext(metadata: $0) }, commandID: CommandID(try row.uuid(10)),
      token: DecisionToken(try row.uuid(11)), occurredAt: Timestamp(microseconds: try row.timestamp(12)),
      recordedAt: Timestamp(microseconds: try row.timestamp(13)))
  }
}
