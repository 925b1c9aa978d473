import EventSourcing
import JSON
import Postgres

/// How the values of one row become a JSON object: what a selection was compiled to, beside the columns of its statement.
///
/// Values of the outermost row are found by column; those of a relation's rows stand in the order of the members.
final class Shape: Sendable {
  enum Value: Sendable {
    case integer, decimal, text, bool, time, json
    case constant([UInt8])
    case one(Shape)
    case many(Shape)
  }

  struct Member: Sendable {
    let key: JSONKey
    let value: Value
    /// Index into the statement's columns; unused for constants.
    let column: Int
  }

  private let members: [Member]

  init(_ members: [Member]) {
    self.members = members
  }

  /// Writes the object of a statement's row, whose columns for it begin at `first`.
  func write(_ row: PostgresRow, from first: Int, to json: inout JSONWriter) throws {
    try row.withCells { cells in
      json.beginObject()
      for member in members {
        json.key(member.key)
        if case .constant(let text) = member.value {
          json.elementRaw(text)
        } else {
          try write(cells[first + member.column], member.value, &json)
        }
      }
      json.endObject()
    }
  }

  /// Writes the object of a row inside another one.
  private func write(_ record: PostgresRecordReader, to json: inout JSONWriter) throws(PostgresError) {
    var record = record
    json.beginObject()
    for member in members {
      json.key(member.key)
      if case .constant(let text) = member.value { json.elementRaw(text) } else { try write(record.next(), member.value, &json) }
    }
    json.endObject()
  }

  private func write(_ cell: PostgresCell?, _ value: Value, _ json: inout JSONWriter) throws(PostgresError) {
    guard let cell else { return json.elementNull() }
    switch value {
    case .integer: json.element(try cell.int64())
    case .decimal: try json.elementQuoted { bytes throws(PostgresError) in try cell.appendDecimal(to: &bytes) }
    case .text: json.element(utf8: try cell.text())
    case .bool: json.element(try cell.bool())
    case .time:
      let time = Timestamp(microseconds: try cell.timestamp())
      json.elementQuoted { time.appendRFC3339(to: &$0) }
    case .json: json.elementRaw(try cell.json())
    case .constant(let text): json.elementRaw(text)
    case .one(let shape): try shape.write(cell.record(), to: &json)
    case .many(let shape):
      var elements = try cell.records()
      json.beginArray()
      while let element = try elements.next() { try shape.write(element.record(), to: &json) }
      json.endArray()
    }
  }
}
