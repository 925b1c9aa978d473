import EventSourcing
import JSON

/// Where a page begins: the sort value and id of the row next to it, and the order they belong to.
struct Cursor: Sendable, Hashable {
  var sort: String
  /// Whether the page lies before the row.
  var isBackward: Bool
  var key: String
  var id: Int64

  init(sort: String, isBackward: Bool, key: String, id: Int64) {
    self.sort = sort
    self.isBackward = isBackward
    self.key = key
    self.id = id
  }

  /// Reads what `text` made; nil for anything else.
  init?(text: String) {
    guard text.utf8.count <= 2_048, let bytes = Base64URL.decode(text),
      let cursor = try? JSONObjectReader.parse(
        bytes, strict: true,
        { json in
          Cursor(sort: try json.string("s"), isBackward: try json.bool("b"), key: try json.string("k"), id: try json.int64("i"))
        })
    else { return nil }
    self = cursor
  }

  var text: String {
    Base64URL.encode(
      JSONWriter.object { json in
        json.field("s", sort)
        json.field("b", isBackward)
        json.field("k", key)
        json.field("i", id)
      })
  }
}

/// A cursor as a query parameter.
struct CursorField: FieldType {
  var placeholder: Cursor { Cursor(sort: "", isBackward: false, key: "", id: 0) }
  var schema: Schema { .text }

  func read(_ json: JSONValue) throws(FieldFault) -> Cursor {
    guard case .string(let text) = json, let cursor = Cursor(text: text) else { throw FieldFault(.invalidCursor) }
    return cursor
  }
}
