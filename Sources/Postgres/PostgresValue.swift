public import FoundationEssentials

/// A parameter of a statement.
///
/// Numbers, times, ids, bytes and arrays are sent in binary form with their type declared, so the server converts where SQL would (an
/// `int8` value for an `int4` column). Texts, JSON and null are sent without a declared type: the server takes the type from the
/// place they stand in, as it does for a quoted literal. Where that leaves it no way to tell (42P18), write `$1::text`.
public enum PostgresValue: Sendable {
  /// SQL null, of whatever type the place has.
  case null
  /// `boolean`
  case bool(Bool)
  /// `smallint`
  case int16(Int16)
  /// `integer`
  case int32(Int32)
  /// `bigint`
  case int64(Int64)
  /// `double precision`
  case double(Double)
  /// A text, or the text form of any type; U+0000 is refused with `.invalidParameter`.
  case text(String)
  /// As `text`, from UTF-8 bytes.
  case textBytes([UInt8])
  /// `bytea`
  case bytes([UInt8])
  /// `uuid`
  case uuid(UUID)
  /// `timestamp with time zone`, in microseconds since 1970-01-01 00:00 UTC.
  case timestamp(microsecondsSinceUnixEpoch: Int64)
  /// `date`, in days since 1970-01-01.
  case date(daysSinceUnixEpoch: Int32)
  /// `numeric`, in decimal notation such as `-12.50`.
  case numericText(String)
  /// JSON text in UTF-8, for `json` and `jsonb` alike.
  case json([UInt8])

  /// `boolean[]`
  case boolArray([Bool])
  /// `smallint[]`
  case int16Array([Int16])
  /// `integer[]`
  case int32Array([Int32])
  /// `bigint[]`
  case int64Array([Int64])
  /// `double precision[]`
  case doubleArray([Double])
  /// `text[]`
  case textArray([String])
  /// `text[]` from UTF-8 bytes
  case textBytesArray([[UInt8]])
  /// `bytea[]`
  case bytesArray([[UInt8]])
  /// `uuid[]`
  case uuidArray([UUID])
  /// `timestamp with time zone[]`, in microseconds since 1970-01-01 00:00 UTC.
  case timestampArray([Int64])
  /// `json[]`; cast to `jsonb[]` in SQL where that is wanted.
  case jsonArray([[UInt8]])

  /// `boolean[]` with nulls
  case optionalBoolArray([Bool?])
  /// `smallint[]` with nulls
  case optionalInt16Array([Int16?])
  /// `integer[]` with nulls
  case optionalInt32Array([Int32?])
  /// `bigint[]` with nulls
  case optionalInt64Array([Int64?])
  /// `double precision[]` with nulls
  case optionalDoubleArray([Double?])
  /// `text[]` with nulls
  case optionalTextArray([String?])
  /// `bytea[]` with nulls
  case optionalBytesArray([[UInt8]?])
  /// `uuid[]` with nulls
  case optionalUUIDArray([UUID?])
  /// `timestamp with time zone[]` with nulls, in microseconds since 1970-01-01 00:00 UTC.
  case optionalTimestampArray([Int64?])
  /// `json[]` with nulls (SQL nulls, not JSON's)
  case optionalJSONArray([[UInt8]?])
}

extension PostgresValue {
  /// A `boolean` or null.
  public static func optionalBool(_ value: Bool?) -> PostgresValue { value.map { .bool($0) } ?? .null }
  /// A `smallint` or null.
  public static func optionalInt16(_ value: Int16?) -> PostgresValue { value.map { .int16($0) } ?? .null }
  /// An `integer` or null.
  public static func optionalInt32(_ value: Int32?) -> PostgresValue { value.map { .int32($0) } ?? .null }
  /// A `bigint` or null.
  public static func optionalInt64(_ value: Int64?) -> PostgresValue { value.map { .int64($0) } ?? .null }
  /// A `double precision` or null.
  public static func optionalDouble(_ value: Double?) -> PostgresValue { value.map { .double($0) } ?? .null }
  /// A text or null.
  public static func optionalText(_ value: String?) -> PostgresValue { value.map { .text($0) } ?? .null }
  /// A `bytea` or null.
  public static func optionalBytes(_ value: [UInt8]?) -> PostgresValue { value.map { .bytes($0) } ?? .null }
  /// A `uuid` or null.
  public static func optionalUUID(_ value: UUID?) -> PostgresValue { value.map { .uuid($0) } ?? .null }
  /// A `timestamp with time zone` (microseconds since the Unix epoch) or null.
  public static func optionalTimestamp(_ value: Int64?) -> PostgresValue {
    value.map { .timestamp(microsecondsSinceUnixEpoch: $0) } ?? .null
  }
  /// JSON text or null.
  public static func optionalJSON(_ value: [UInt8]?) -> PostgresValue { value.map { .json($0) } ?? .null }
}

/// Type numbers of `pg_type`; fixed for built-in types
/// (<https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/catalog/pg_type.dat>).
enum TypeID {
  static let unspecified: UInt32 = 0
  static let bool: UInt32 = 16
  static let bytea: UInt32 = 17
  static let char: UInt32 = 18
  static let int8: UInt32 = 20
  static let int2: UInt32 = 21
  static let int4: UInt32 = 23
  static let text: UInt32 = 25
  static let oid: UInt32 = 26
  static let json: UInt32 = 114
  static let jsonArray: UInt32 = 199
  static let float4: UInt32 = 700
  static let float8: UInt32 = 701
  static let boolArray: UInt32 = 1000
  static let byteaArray: UInt32 = 1001
  static let int2Array: UInt32 = 1005
  static let int4Array: UInt32 = 1007
  static let textArray: UInt32 = 1009
  static let int8Array: UInt32 = 1016
  static let float8Array: UInt32 = 1022
  static let date: UInt32 = 1082
  static let timestamp: UInt32 = 1114
  static let timestamptz: UInt32 = 1184
  static let timestamptzArray: UInt32 = 1185
  static let numeric: UInt32 = 1700
  static let varchar: UInt32 = 1043
  static let record: UInt32 = 2249
  static let recordArray: UInt32 = 2287
  static let uuid: UInt32 = 2950
  static let uuidArray: UInt32 = 2951
  static let jsonb: UInt32 = 3802
}

/// PostgreSQL counts times from 2000-01-01 00:00 UTC.
let postgresEpochMicroseconds: Int64 = 946_684_800_000_000
let postgresEpochDays: Int32 = 10_957
