import EventSourcing
import HTTPTypes
import NIOCore
import Postgres

extension Route {
  /// A paged list.
  static func list<Scope: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in scope: Scope.Type, access: Access,
    from side: @escaping @Sendable (GatewayServices) -> ReadSide, _ listing: Listing,
    parameters: @escaping @Sendable (Scope, Call) async throws -> [PostgresValue]
  ) -> Route {
    .list(path, operation, summary, in: scope, access: access, from: side, choosing: listing) { scope, call in
      (listing, try await parameters(scope, call))
    }
  }

  /// A paged list that shows different rows to different callers.
  /// - Parameters:
  ///   - listing: one of those that may be chosen; they differ in their conditions alone.
  ///   - choose: the list for a caller, with its parameters.
  static func list<Scope: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in scope: Scope.Type, access: Access,
    from side: @escaping @Sendable (GatewayServices) -> ReadSide, choosing listing: Listing,
    choose: @escaping @Sendable (Scope, Call) async throws -> (Listing, [PostgresValue])
  ) -> Route {
    let description = InputReader.describe { fields in
      _ = Scope(&fields)
      _ = listing.read(&fields)
    }
    let plain = listing.plainRequest
    var route = Route(
      .get, path, operation, summary, describing: description, out: listing.resource.schema().asPage, access: access,
      problems: [.invalidCursor]
    ) { call in
      let reader = try InputReader(path: call.pathValues, query: call.query, body: nil)
      let (scope, request) =
        call.query.isEmpty
        ? (try InputReader.read(Scope.self, reader), plain)
        : try InputReader.read(reader) { fields in (Scope(&fields), listing.read(&fields)) }
      let (chosen, parameters) = try await choose(scope, call)
      return try await chosen.reply(request, fixed: parameters, from: side(call.services), call)
    }
    route.isQuery = true
    return route
  }
}

extension Listing {
  fileprivate func reply(_ request: Request, fixed: [PostgresValue], from side: ReadSide, _ call: Call) async throws -> Reply {
    let website = call.website(for: isScoped)
    let (compiled, parameters) = statement(request, fixed: fixed, of: website)
    let result: PostgresResult
    let position: Position
    do {
      (result, position) = try await side.query(compiled.statement, parameters, call)
    } catch let error as PostgresError where request.cursor != nil && error.sqlState?.classCode == "22" {
      // Data exception: a key is not of its column's type, so the cursor was not made here.
      throw Problem(.invalidCursor)
    }
    var page = try ListPage(result, request, compiled)
    if page.facts.total == nil { page.facts.estimate = try await estimate(page, request, fixed, website, side) }
    var reply = Reply(.buffer(try page.document(compiled.shape)), position: position)
    reply.etag = ETag.weak(position, variant: request.asked.tagVariant)
    reply.headers.append((.link, page.links(call)))
    return reply
  }

  /// About how many rows there are on all pages; never fewer than were seen.
  private func estimate(
    _ page: ListPage, _ request: Request, _ fixed: [PostgresValue], _ website: PostgresValue?, _ side: ReadSide
  ) async throws -> Int64 {
    // The last page counts itself.
    if request.cursor == nil, page.facts.next == nil, !page.rows.isEmpty || request.offset == 0 { return request.offset + page.seen }
    let (sql, parameters) = counted(request, fixed: fixed, of: website)
    return max(try await estimates.rows(of: sql, parameters, from: side), request.offset + page.seen + (page.facts.next == nil ? 0 : 1))
  }
}

/// One page as it came from the database.
private struct ListPage {
  /// In the order of the list.
  let rows: [PostgresRow]
  var facts: PageFacts

  var seen: Int64 { Int64(rows.count) }

  init(_ result: PostgresResult, _ request: Listing.Request, _ compiled: Listing.Compiled) throws {
    let isEmpty = result[0].isNull(ReadStatement.headColumns)
    let hasMore = !isEmpty && result.count > Int(request.limit)
    let found = isEmpty ? [] : Array(result.prefix(Int(request.limit)))
    let rows = request.isBackward ? found.reversed() : found
    self.rows = rows
    func cursor(_ row: PostgresRow?, isBackward: Bool) throws -> String? {
      guard let row else { return nil }
      let keys = try zip(request.sorts, compiled.keyColumns).map { item, column in
        try row.keyText(ReadStatement.headColumns + column, item.sort.kind)
      }
      return Cursor(sort: request.sortText, isBackward: isBackward, keys: keys, id: try row.int64(ReadStatement.headColumns)).text
    }
    facts = PageFacts(isParked: try result[0].isParked)
    // Going backward, the page that one came from lies ahead; going forward, there is one behind unless this is the first.
    facts.next = hasMore || request.isBackward ? try cursor(rows.last, isBackward: false) : nil
    let isFirst = request.isBackward ? !hasMore : request.cursor == nil && request.offset == 0
    facts.previous = isFirst ? nil : try cursor(rows.first, isBackward: true)
    facts.total = try result[0].headNumber
  }

  func document(_ shape: Shape) throws -> ByteBuffer { try facts.document(rows, shape) }

  /// Links of RFC 8288 to other pages of the same list.
  func links(_ call: Call) -> String {
    var links = [Self.link(call, cursor: nil, "first")]
    if let next = facts.next { links.append(Self.link(call, cursor: next, "next")) }
    if let previous = facts.previous { links.append(Self.link(call, cursor: previous, "prev")) }
    return links.joined(separator: ", ")
  }

  private static func link(_ call: Call, cursor: String?, _ relation: String) -> String {
    var pairs = call.query.filter { $0.name != "cursor" && $0.name != "page" }
    if let cursor { pairs.append(("cursor", cursor)) }
    let query = pairs.map { "\(PercentCoding.encode($0.name))=\(PercentCoding.encode($0.value))" }.joined(separator: "&")
    return "<\(call.path)\(query.isEmpty ? "" : "?" + query)>; rel=\"\(relation)\""
  }
}

extension PostgresRow {
  /// A sort value as PostgreSQL reads it back, exactly; nil for null.
  fileprivate func keyText(_ column: Int, _ kind: Resource.Field.Kind) throws -> String? {
    switch kind {
    case .integer, .id: try optionalInt64(column).map { String($0) }
    case .time: try optionalTimestamp(column).map { Timestamp(microseconds: $0).rfc3339 }
    case .decimal, .text, .choice, .bool, .json, .constant: try optionalString(column)
    }
  }
}
