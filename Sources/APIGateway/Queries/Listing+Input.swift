import JSON
import Postgres

/// The parameters of a list, read from a query.
extension Listing {
  /// Deepest row that the original's page numbers reach.
  static let maximumOffset: Int64 = 10_000

  /// What a request without parameters asks.
  var plainRequest: Request {
    Request(
      sortText: defaultSort, sorts: order(defaultSort)!, limit: defaultLimit, cursor: nil, offset: 0, filters: [], countsExactly: false,
      asked: Representation())
  }

  func read(_ fields: inout InputReader) -> Request {
    let limit = fields.query("limit", .integer(min: 1, max: 100))
    let perPage = fields.query("per_page", .integer(min: 1, max: 100), isDeprecated: true)
    let page = fields.query("page", .integer(min: 1, max: Self.maximumOffset), isDeprecated: true)
    let cursor = fields.query("cursor", CursorField())
    let count = fields.query("count", .choice(Count.self))
    let names = sorts.map(\.name)
    let sort = fields.query("sort", NameListField(names: names.flatMap { [$0, "-\($0)"] }))?.joined(separator: ",")
    let sortBy = fields.query("sort_by", SortField(names: names), isDeprecated: true)
    let ordered = fields.query("sort_order", .choice(SortOrder.self), isDeprecated: true)
    let sortOrder = fields.query("sort_direction", .choice(SortOrder.self), isDeprecated: true) ?? ordered
    var values: [(index: Int, value: PostgresValue)] = []
    for (index, filter) in filters.enumerated() {
      var value = fields.query(filter.parameter, filter)
      if let alias = filter.alias { value = fields.query(alias, filter, isDeprecated: true) ?? value }
      if let value { values.append((index, value)) }
    }
    let original = sortBy.map { (sortOrder == .asc ? "" : "-") + $0 }
    let text = sort ?? original ?? cursor?.sort ?? defaultSort
    let order = order(text)
    if let cursor {
      if cursor.sort != text || cursor.keys.count != order?.count { fields.fault("?cursor", .invalidCursor) }
    } else if order == nil {
      fields.fault("?sort", .valueNotAllowed, limit: "each field once")
    }
    let size = limit ?? perPage ?? defaultLimit
    let offset = ((page ?? 1) - 1) * size
    if offset > Self.maximumOffset { fields.fault("?page", .tooLarge, limit: "page × per_page ≤ \(Self.maximumOffset)") }
    if page != nil, cursor != nil { fields.fault("?page", .valueNotAllowed, limit: "page or cursor") }
    return Request(
      sortText: text, sorts: order ?? [(sorts[0], false)], limit: size, cursor: cursor, offset: offset, filters: values,
      countsExactly: count == .exact, asked: rules.read(&fields, rows: size))
  }

  private enum Count: String, CaseIterable, Sendable { case exact }
  private enum SortOrder: String, CaseIterable, Sendable { case asc, desc }
}

/// One field of a list, as the original named its order.
private struct SortField: FieldType {
  let names: [String]

  var placeholder: String { names[0] }
  var schema: Schema { .choice(names) }

  func read(_ json: JSONValue) throws(FieldFault) -> String {
    guard case .string(let text) = json, names.contains(text) else {
      throw FieldFault(.valueNotAllowed, limit: names.joined(separator: ", "))
    }
    return text
  }
}
