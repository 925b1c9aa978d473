import EventSourcing
import FoundationEssentials

/// Reads events from what `COPY (select <EventRows.columns> …) TO STDOUT (FORMAT binary)` sends, in pieces of whole rows.
///
/// The form is that of <https://www.postgresql.org/docs/15/sql-copy.html#id-1.9.3.55.9.4>: a header, then for each row the number of its
/// fields and each field after its length, then -1. Some 2 microseconds an event less than rows of a result: no lookup of a type and
/// no call into libpq a field.
struct BulkEventReader {
  private static let headerBytes = 19
  private static let fieldCount: Int16 = 14

  private var isPastHeader = false
  private var isPastEnd = false
  /// Types come again and again: one text each, instead of one an event.
  private var types = TextTable()

  /// The events in a piece; it must hold whole rows.
  /// - Throws: `EventLogFormatError`.
  mutating func read(_ piece: [UInt8]) throws -> [RecordedEvent] {
    try piece.withUnsafeBytes { bytes in
      var cursor = FieldCursor(bytes: bytes, offset: 0)
      if !isPastHeader {
        cursor.offset = Self.headerBytes
        isPastHeader = true
      }
      var events: [RecordedEvent] = []
      // An event of the shop has some 500 bytes in this form.
      events.reserveCapacity(bytes.count / 384)
      while cursor.offset < bytes.count {
        let fields = try cursor.integer(Int16.self)
        if fields == -1 {
          isPastEnd = true
          break
        }
        guard fields == Self.fieldCount else { throw EventLogFormatError("a row of \(fields) fields") }
        events.append(try event(&cursor))
      }
      return events
    }
  }

  private mutating func event(_ cursor: inout FieldCursor) throws -> RecordedEvent {
    // In the order of `EventRows.columns`.
    let position = Position(try cursor.field(Int64.self))
    let stream = StreamName(rawValue: try cursor.text())
    let version = StreamVersion(try cursor.field(Int64.self))
    let id = try cursor.uuid()
    let type = types.text(try cursor.field())
    let schemaVersion = Int(try cursor.field(Int16.self))
    let isPublic = try cursor.field(UInt8.self) != 0
    let subject = try cursor.optionalText().map(SubjectID.init(_:))
    let payload = [UInt8](try cursor.field())
    let context = try CommandContext(metadata: try cursor.field())
    let commandID = CommandID(try cursor.uuid())
    let token = DecisionToken(try cursor.uuid())
    let occurredAt = try cursor.timestamp()
    return RecordedEvent(
      position: position, stream: stream, version: version, id: id, type: type, schemaVersion: schemaVersion, isPublic: isPublic,
      subject: subject, payload: payload, context: context, commandID: commandID, token: token, occurredAt: occurredAt,
      recordedAt: try cursor.timestamp())
  }
}

/// The server sent something else than events.
struct EventLogFormatError: Error, CustomStringConvertible {
  let description: String

  init(_ what: String) {
    description = "the log's binary form is not as expected: \(what)"
  }
}

/// Goes through the fields of rows in PostgreSQL's binary form.
private struct FieldCursor {
  let bytes: UnsafeRawBufferPointer
  var offset: Int

  @inline(__always)
  mutating func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    let end = offset + MemoryLayout<T>.size
    guard end <= bytes.count else { throw EventLogFormatError("a row ends early") }
    defer { offset = end }
    return T(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: T.self))
  }

  @inline(__always)
  mutating func field<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
    guard try integer(Int32.self) == Int32(MemoryLayout<T>.size) else { throw EventLogFormatError("a number of another width") }
    return try integer(type)
  }

  /// The bytes of a field that is not null.
  @inline(__always)
  mutating func field() throws -> UnsafeRawBufferPointer {
    guard let field = try optionalField() else { throw EventLogFormatError("a null") }
    return field
  }

  @inline(__always)
  mutating func optionalField() throws -> UnsafeRawBufferPointer? {
    let length = Int(try integer(Int32.self))
    if length < 0 { return nil }
    guard length <= bytes.count - offset else { throw EventLogFormatError("a row ends early") }
    defer { offset += length }
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + length)])
  }

  @inline(__always)
  mutating func text() throws -> String { String(decoding: try field(), as: UTF8.self) }

  @inline(__always)
  mutating func optionalText() throws -> String? { try optionalField().map { String(decoding: $0, as: UTF8.self) } }

  @inline(__always)
  mutating func uuid() throws -> UUID {
    let field = try field()
    guard field.count == 16 else { throw EventLogFormatError("a uuid of \(field.count) bytes") }
    return UUID(uuid: field.loadUnaligned(as: uuid_t.self))
  }

  /// Counted from 2000 there, from 1970 here.
  @inline(__always)
  mutating func timestamp() throws -> Timestamp {
    let (microseconds, overflow) = try field(Int64.self).addingReportingOverflow(946_684_800_000_000)
    guard !overflow else { throw EventLogFormatError("an infinite time") }
    return Timestamp(microseconds: microseconds)
  }
}

/// Gives equal bytes the same text, so that it is made once. Bounded, since a log could hold any number of them.
private struct TextTable {
  private static let capacity = 1_024
  private var slots = [(bytes: [UInt8], text: String)?](repeating: nil, count: capacity)

  mutating func text(_ bytes: UnsafeRawBufferPointer) -> String {
    // FNV-1a over the bytes; a collision only costs a text made anew.
    var hash: UInt32 = 2_166_136_261
    for byte in bytes { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let slot = Int(hash ^ hash >> 16) & (Self.capacity - 1)
    if let known = slots[slot], known.bytes.count == bytes.count, known.bytes.elementsEqual(bytes) { return known.text }
    let text = String(decoding: bytes, as: UTF8.self)
    slots[slot] = (Array(bytes), text)
    return text
  }
}
