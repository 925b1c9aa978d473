import EventSourcing
import HTTPTypes
import JSON
import NIOCore
import Postgres

/// The parameters of a list, read from a query.
extension Listing {
  /// Deepest row that the original's page numbers reach.
  static let maximumOffset: Int64 = 10_000

  func read(_ fields: inout InputReader) -> Request {
    let limit = fields.query("limit", .integer(min: 1, max: 100))
    let perPage = fields.query("per_page", .integer(min: 1, max: 100), isDeprecated: true)
    let page = fields.query("page", .integer(min: 1, max: Self.maximumOffset), isDeprecated: true)
    let cursor = fields.query("cursor", CursorField())
    let count = fields.query("count", .choice(Count.self))
    let sort = fields.query("sort", SortField(names: sorts.map(\.name)))
    let sortBy = fields.query("sort_by", SortField(names: sorts.map(\.name), isPlain: true), isDeprecated: true)
    let sortOrder = fields.query("sort_order", .choice(SortOrder.self), isDeprecated: true)
    var values: [(index: Int, value: PostgresValue)] = []
    for (index, filter) in filters.enumerated() {
      let type = FilterField(filter: filter)
      var value = fields.query("filter[\(filter.name)]", type)
      if let alias = filter.alias { value = fields.query(alias, type, isDeprecated: true) ?? value }
      if let value { values.append((index, value)) }
    }
    let original = sortBy.map { (sortOrder == .asc ? "" : "-") + $0 }
    let text = sort ?? original ?? cursor?.sort ?? defaultSort
    let isDescending = text.hasPrefix("-")
    let chosen = sorts.first { $0.name == (isDescending ? String(text.dropFirst()) : text) }
    if let cursor, cursor.sort != text || chosen == nil { fields.fault("?cursor", .invalidCursor) }
    let size = limit ?? perPage ?? defaultLimit
    let offset = ((page ?? 1) - 1) * size
    if offset > Self.maximumOffset { fields.fault("?page", .tooLarge, limit: "page × per_page ≤ \(Self.maximumOffset)") }
    if page != nil, cursor != nil { fields.fault("?page", .valueNotAllowed, limit: "page or cursor") }
    return Request(
      sort: chosen ?? sorts[0], isDescending: isDescending, limit: size, cursor: cursor, offset: offset, filters: values,
      countsExactly: count == .exact)
  }

  private enum Count: String, CaseIterable, Sendable { case exact }
  private enum SortOrder: String, CaseIterable, Sendable { case asc, desc }
}

/// One column of a list, a minus in front for descending.
private struct SortField: FieldType {
  let names: [String]
  /// Without the minus.
  var isPlain = false

  var placeholder: String { names[0] }
  var schema: Schema { .choice(isPlain ? names : names.flatMap { [$0, "-\($0)"] }) }

  func read(_ json: JSONValue) throws(FieldFault) -> String {
    guard case .string(let text) = json, names.contains(!isPlain && text.hasPrefix("-") ? String(text.dropFirst()) : text) else {
      throw FieldFault(.valueNotAllowed, limit: names.joined(separator: ", "))
    }
    return text
  }
}

private struct FilterField: FieldType {
  let filter: Listing.Filter

  var placeholder: PostgresValue { .null }
  var schema: Schema { filter.schema }

  func read(_ json: JSONValue) throws(FieldFault) -> PostgresValue {
    guard case .string(let text) = json else { throw FieldFault(.wrongType) }
    do {
      return try filter.read(text)
    } catch {
      throw error as? FieldFault ?? FieldFault(.invalidFormat)
    }
  }
}

extension Route {
  /// A paged list.
  static func list<Scope: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in scope: Scope.Type, out element: Schema, access: Access,
    from side: @escaping @Sendable (GatewayServices) -> ReadSide, _ listing: Listing, problems: [ProblemCode] = [],
    parameters: @escaping @Sendable (Scope, Call) throws -> [PostgresValue]
  ) -> Route {
    var route = Route(
      .get, path, operation, summary, describing: ListInput<Scope>.describe(listing), out: element.asPage,
      access: access, problems: [.invalidCursor] + problems
    ) { call in
      let reader = try InputReader(path: call.pathValues, query: call.query, body: nil)
      let input = try ListInput<Scope>.read(listing, reader)
      let (statement, values) = listing.statement(input.request, fixed: try parameters(input.scope, call))
      let result: PostgresResult
      let position: Position
      do {
        (result, position) = try await side(call.services).query(statement, values, call)
      } catch let error as PostgresError where input.request.cursor != nil && error.sqlState?.classCode == "22" {
        // Data exception: the key is not of the column's type, so the cursor was not made here.
        throw Problem(.invalidCursor)
      }
      return try Page(result[0], input.request).reply(call, position: position)
    }
    route.isQuery = true
    return route
  }
}

/// A listing's parameters together with those of its scope.
private struct ListInput<Scope: RouteInput>: Sendable {
  var scope: Scope
  var request: Listing.Request

  static func describe(_ listing: Listing) -> InputDescription {
    InputReader.describe { fields in
      _ = Scope(&fields)
      _ = listing.read(&fields)
    }
  }

  static func read(_ listing: Listing, _ reader: InputReader) throws -> ListInput {
    try InputReader.read(reader) { fields in
      ListInput(scope: Scope(&fields), request: listing.read(&fields))
    }
  }
}

/// One page as it came from the database.
private struct Page {
  let row: PostgresRow
  let request: Listing.Request
  let next: String?
  let previous: String?
  let total: Int64?

  init(_ row: PostgresRow, _ request: Listing.Request) throws {
    self.row = row
    self.request = request
    let hasMore = try row.bool(2)
    let isBackward = request.cursor?.isBackward ?? false
    func cursor(_ column: Int, isBackward: Bool) throws -> String? {
      guard let key = try row.optionalString(column) else { return nil }
      return Cursor(sort: request.sortText, isBackward: isBackward, key: key, id: try row.int64(column + 1)).text
    }
    // Going backward, the page that one came from lies ahead; going forward, there is one behind unless this is the first.
    next = hasMore || isBackward ? try cursor(5, isBackward: false) : nil
    previous =
      isBackward
      ? (hasMore ? try cursor(3, isBackward: true) : nil)
      : (request.cursor != nil || request.offset > 0 ? try cursor(3, isBackward: true) : nil)
    total = try row.optionalInt64(7)
  }

  func reply(_ call: Call, position: Position) throws -> Reply {
    let page = JSONWriter.object { json in
      json.field("next", next)
      json.field("prev", previous)
      json.field("has_more", next != nil)
      if let total { json.field("total", total) }
    }
    var reply = Reply(.buffer(try row.jsonData(1, after: ",\"page\":\(String(decoding: page, as: UTF8.self))}")), position: position)
    reply.etag = ETag.weak(position)
    var links = [link(call, cursor: nil, "first")]
    if let next { links.append(link(call, cursor: next, "next")) }
    if let previous { links.append(link(call, cursor: previous, "prev")) }
    reply.headers.append((.link, links.joined(separator: ", ")))
    return reply
  }

  /// A link of RFC 8288 to another page of the same list.
  private func link(_ call: Call, cursor: String?, _ relation: String) -> String {
    var pairs = call.query.filter { $0.name != "cursor" && $0.name != "page" }
    if let cursor { pairs.append(("cursor", cursor)) }
    let query = pairs.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
    return "<\(call.path)\(query.isEmpty ? "" : "?" + query)>; rel=\"\(relation)\""
  }
}
