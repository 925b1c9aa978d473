import EventSourcing
import Postgres

/// How the values of a column travel: as an array parameter, and back from it in SQL.
extension Column {
  /// The type of the array parameter.
  var arrayType: String {
    switch type {
    case .bigint, .integer, .smallint, .numeric, .date: "bigint[]"
    case .boolean: "boolean[]"
    case .text: "text[]"
    case .timestamptz: "timestamptz[]"
    case .jsonb: "json[]"
    }
  }

  /// The column's own value, made from an element of the array.
  func expression(_ element: String) -> String {
    switch type {
    case .bigint, .text, .boolean, .timestamptz: element
    case .integer: "\(element)::integer"
    case .smallint: "\(element)::smallint"
    case .jsonb: "\(element)::jsonb"
    case .date: "(date '1970-01-01' + \(element)::integer)"
    case .numeric(let scale): "(\(element) * \(Self.unit(scale)))"
    }
  }

  /// One unit of the last place, as an exact numeric.
  private static func unit(_ scale: Int) -> String {
    scale == 0 ? "1::numeric" : "0." + String(repeating: "0", count: scale - 1) + "1"
  }

  /// The array parameter of some values.
  /// - Throws: `ProjectorError.wrongValue`.
  func parameter(_ values: some Collection<SQLValue>, table: Table) throws(ProjectorError) -> PostgresValue {
    switch type {
    case .bigint, .integer, .smallint, .numeric, .date: .optionalInt64Array(try map(values, table) { $0.number })
    case .boolean: .optionalBoolArray(try map(values, table) { if case .bool(let value) = $0 { value } else { nil } })
    case .text: .optionalTextArray(try map(values, table) { if case .text(let value) = $0 { value } else { nil } })
    case .timestamptz:
      .optionalTimestampArray(try map(values, table) { if case .timestamp(let value) = $0 { value.rawValue } else { nil } })
    case .jsonb: .optionalJSONArray(try map(values, table) { if case .json(let value) = $0 { value } else { nil } })
    }
  }

  private func map<T>(
    _ values: some Collection<SQLValue>, _ table: Table, _ convert: (SQLValue) -> T?
  ) throws(ProjectorError) -> [T?] {
    var result: [T?] = []
    result.reserveCapacity(values.count)
    for value in values {
      if value == .null {
        result.append(nil)
      } else if let converted = convert(value) {
        result.append(converted)
      } else {
        throw .wrongValue(table: table.name, column: name)
      }
    }
    return result
  }
}

extension SQLValue {
  /// The integer in it, of whatever meaning.
  var number: Int64? {
    switch self {
    case .int(let value), .decimal(let value): value
    default: nil
    }
  }
}
