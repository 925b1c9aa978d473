public import FoundationEssentials

/// Makes the rows of a COPY in and sends them in chunks.
///
/// Binary rows: ``beginRow(columns:)``, then one `append` a column, whose type must be the column's exactly (an `Int64` for `bigint`
/// and nothing else: binary COPY converts nothing). Other forms: ``write(_:)`` with bytes that are rows already. The two are not
/// mixed.
public struct PostgresCopyWriter: ~Copyable {
  /// Bytes that are gathered before they are sent.
  static let chunkBytes = 256 * 1024

  private let link: Link
  private let request: Request
  private var buffer: [UInt8] = []
  private var isBinary = false
  private var missingColumns = 0
  private var encoder = ParameterEncoder()

  init(link: Link, request: Request) {
    self.link = link
    self.request = request
    buffer.reserveCapacity(Self.chunkBytes + 4096)
  }

  /// Sends bytes of rows in the form the COPY asked for; rows may be cut anywhere. Waits while the server does not keep up.
  public mutating func write(_ bytes: some Sequence<UInt8>) async throws(PostgresError) {
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.chunkBytes { try await send() }
  }

  /// Starts a binary row of so many columns; the row before must be complete. Waits while the server does not keep up.
  public mutating func beginRow(columns: Int) async throws(PostgresError) {
    precondition(missingColumns == 0, "a row lacks \(missingColumns) columns")
    precondition((1...1600).contains(columns), "a row has 1 to 1600 columns")
    if !isBinary {
      // Signature, flags, length of the header's extension (the manual's page on COPY, binary format).
      isBinary = true
      buffer.append(contentsOf: Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00])
      buffer.appendBigEndian(Int64(0))
    }
    if buffer.count >= Self.chunkBytes { try await send() }
    buffer.appendBigEndian(Int16(columns))
    missingColumns = columns
  }

  /// Null, for a column of any type.
  public mutating func appendNull() {
    column()
    buffer.appendBigEndian(Int32(-1))
  }

  /// `bigint`, or null
  public mutating func append(_ value: Int64?) { append(integer: value) }
  /// `integer`, or null
  public mutating func append(_ value: Int32?) { append(integer: value) }
  /// `smallint`, or null
  public mutating func append(_ value: Int16?) { append(integer: value) }

  /// `boolean`, or null
  public mutating func append(_ value: Bool?) {
    guard let value else { return appendNull() }
    column()
    buffer.appendBigEndian(Int32(1))
    buffer.append(value ? 1 : 0)
  }

  /// `double precision`, or null
  public mutating func append(_ value: Double?) { append(integer: value?.bitPattern) }

  /// `uuid`, or null
  public mutating func append(_ value: UUID?) {
    guard let value else { return appendNull() }
    column()
    buffer.appendBigEndian(Int32(16))
    buffer.append(value)
  }

  /// `text`, `varchar`, an enum, or null
  public mutating func append(text value: String?) {
    guard let value else { return appendNull() }
    column()
    buffer.appendSized { $0.append(contentsOf: value.utf8) }
  }

  /// `bytea`; or in UTF-8 a text or `json`; or null
  public mutating func append(bytes value: [UInt8]?) {
    guard let value else { return appendNull() }
    column()
    buffer.appendBigEndian(Int32(value.count))
    buffer.append(contentsOf: value)
  }

  /// As ``append(bytes:)`` from borrowed memory.
  public mutating func append(bytes value: UnsafeRawBufferPointer) {
    column()
    buffer.appendBigEndian(Int32(value.count))
    buffer.append(contentsOf: value)
  }

  /// `jsonb` from JSON text in UTF-8, or null
  public mutating func append(jsonb value: [UInt8]?) {
    guard let value else { return appendNull() }
    column()
    buffer.appendBigEndian(Int32(value.count + 1))
    buffer.append(1)
    buffer.append(contentsOf: value)
  }

  /// `timestamp with time zone` or without, in microseconds since 1970-01-01 00:00 UTC, or null
  public mutating func append(timestamp value: Int64?) throws(PostgresError) {
    guard let value else { return appendNull() }
    append(integer: try ParameterEncoder.postgresTime(value))
  }

  /// `date`, in days since 1970-01-01, or null
  public mutating func append(date value: Int32?) { append(integer: value.map { $0 &- postgresEpochDays }) }

  /// `numeric` from decimal notation such as `-12.50`, or null; anything else throws `.invalidParameter`
  public mutating func append(numeric value: String?) throws(PostgresError) {
    guard let value else { return appendNull() }
    guard let bytes = decimalBytes(value) else { throw PostgresError(.invalidParameter, "a numeric is written like -12.50") }
    append(bytes: bytes)
  }

  /// Any value, as a column of its own type: `json` for JSON, `text` for texts.
  public mutating func append(_ value: PostgresValue) throws(PostgresError) {
    switch value {
    case .null: appendNull()
    case .numericText(let text): try append(numeric: text)
    case .text(let text): append(text: text)
    case .textBytes(let bytes), .json(let bytes), .bytes(let bytes): append(bytes: bytes)
    default:
      try encoder.encode([value])
      column()
      buffer.appendBigEndian(encoder.lengths[0])
      encoder.appendBytes(to: &buffer)
    }
  }

  private mutating func append<T: FixedWidthInteger>(integer value: T?) {
    guard let value else { return appendNull() }
    column()
    buffer.appendBigEndian(Int32(MemoryLayout<T>.size))
    buffer.appendBigEndian(value)
  }

  private mutating func column() {
    precondition(missingColumns > 0, "more columns than the row was begun with")
    missingColumns -= 1
  }

  /// Sends the trailer and what is left.
  mutating func finish() async throws(PostgresError) {
    precondition(missingColumns == 0, "the last row lacks \(missingColumns) columns")
    if isBinary { buffer.appendBigEndian(Int16(-1)) }
    if !buffer.isEmpty { try await send() }
  }

  private mutating func send() async throws(PostgresError) {
    if Task.isCancelled { throw .cancelled }
    let bytes = buffer
    buffer = []
    buffer.reserveCapacity(Self.chunkBytes + 4096)
    let link = link
    let request = request
    let error: PostgresError? = await withUnsafeContinuation { continuation in
      link.thread.perform { link.copyWrite(bytes, request, continuation) }
    }
    if let error { throw error }
  }
}
