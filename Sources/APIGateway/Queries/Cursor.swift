import EventSourcing
import JSON

/// Where a page begins: the sort values and id of the row next to it, and the order they belong to.
struct Cursor: Sendable, Hashable {
  /// As in `sort=`.
  var sort: String
  /// Whether the page lies before the row.
  var isBackward: Bool
  /// One for each field of the order; nil for null.
  var keys: [String?]
  var id: Int64

  init(sort: String, isBackward: Bool, keys: [String?], id: Int64) {
    self.sort = sort
    self.isBackward = isBackward
    self.keys = keys
    self.id = id
  }

  /// Reads what `text` made; nil for anything else.
  init?(text: String) {
    guard text.utf8.count <= 4_096, let bytes = Base64URL.decode(text), let json = try? JSONValue(parsing: bytes),
      let sort = json["s"]?.stringValue, let isBackward = json["b"]?.boolValue, let values = json["k"]?.arrayValue,
      let id = json["i"]?.int64Value, values.allSatisfy({ $0.isNull || $0.stringValue != nil })
    else { return nil }
    self.init(sort: sort, isBackward: isBackward, keys: values.map(\.stringValue), id: id)
  }

  var text: String {
    Base64URL.encode(
      JSONWriter.object { json in
        json.field("s", sort)
        json.field("b", isBackward)
        json.field("k", JSONValue.array(keys.map { $0.map { .string($0) } ?? .null }))
        json.field("i", id)
      })
  }
}

/// A cursor as a query parameter.
struct CursorField: FieldType {
  var placeholder: Cursor { Cursor(sort: "", isBackward: false, keys: [], id: 0) }
  var schema: Schema { .text }

  func read(_ json: JSONValue) throws(FieldFault) -> Cursor {
    guard case .string(let text) = json, let cursor = Cursor(text: text) else { throw FieldFault(.invalidCursor) }
    return cursor
  }
}
