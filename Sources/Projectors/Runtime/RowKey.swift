import EventSourcing

/// The primary key of a row.
enum RowKey: Hashable, Sendable {
  /// One column with a number, as almost everywhere.
  case number(Int64)
  case other([SQLValue])

  init(_ values: [SQLValue]) {
    if values.count == 1, case .int(let number) = values[0] { self = .number(number) } else { self = .other(values) }
  }

  init(of row: [SQLValue], in table: Table) {
    if table.keyIndexes.count == 1, case .int(let number) = row[table.keyIndexes[0]] {
      self = .number(number)
    } else {
      self = .other(table.keyIndexes.map { row[$0] })
    }
  }

  /// The value of one of the key's columns, counted from 0.
  subscript(column: Int) -> SQLValue {
    switch self {
    case .number(let number): .int(number)
    case .other(let values): values[column]
    }
  }
}

extension RowKey: CustomStringConvertible {
  /// `42`, or `1,2` for a key of several columns.
  var description: String {
    switch self {
    case .number(let number): String(number)
    case .other(let values): values.map(\.keyText).joined(separator: ",")
    }
  }
}

extension SQLValue {
  /// The value as part of a lane's or row's name.
  var keyText: String {
    switch self {
    case .null: "null"
    case .int(let value), .decimal(let value): String(value)
    case .bool(let value): String(value)
    case .text(let value): value
    case .timestamp(let value): value.rfc3339
    case .json(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }
}
