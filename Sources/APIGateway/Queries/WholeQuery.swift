import JSON
import NIOCore
import Postgres

/// A short list that is always shown whole, declared once.
struct WholeQuery: Sendable {
  let name: String
  let resource: Resource
  let rules: RepresentationRules
  private let condition: String?
  private let order: String
  private let owner: String?
  private let isScoped: Bool
  private let bare: Compiled
  private let variants = Variants<Compiled>()

  /// - Parameters:
  ///   - condition: beside the resource's own; may use parameters.
  ///   - order: of the rows.
  ///   - owner: a condition that must hold for the list to be there at all, such as `exists (…)`.
  init(_ name: String, _ resource: Resource, where condition: String? = nil, order: String, ifThereIs owner: String? = nil) {
    self.name = name
    self.resource = resource
    self.condition = condition
    self.order = order
    self.owner = owner
    isScoped = resource.isScoped || [condition, owner].compactMap(\.self).contains(where: ReadScope.concerns)
    rules = RepresentationRules(resource, embedding: [])
    bare = Compiled(resource, condition, order, owner, Selection(resource), .platform, name: name)
  }

  /// The rows as `{"data":[…],"page":{…}}`; nil when their owner is not there.
  func reply(_ asked: Representation, _ parameters: [PostgresValue], from side: ReadSide, _ call: Call) async throws -> Reply? {
    let website = call.website(for: isScoped)
    let compiled = compiled(asked, ReadScope(website, after: parameters.count))
    let all = compiled.isScoped ? parameters + [website].compactMap(\.self) : parameters
    let (result, position) = try await side.query(compiled.statement, all, call)
    guard try result[0].headNumber != 0 else { return nil }
    let rows = result[0].isNull(ReadStatement.headColumns) ? result[0..<0] : result[...]
    var page = PageFacts(isParked: try result[0].isParked)
    page.total = Int64(rows.count)
    var reply = Reply(.buffer(try page.document(rows, compiled.shape)), position: position)
    reply.etag = ETag.weak(position, variant: asked.tagVariant)
    return reply
  }

  private func compiled(_ asked: Representation, _ scope: ReadScope) -> Compiled {
    var key = asked.key
    if case .website = scope { key += "~" } else if asked.isBare { return bare }
    return variants.find(key) { isKept in
      Compiled(resource, condition, order, owner, Selection(resource, asked), scope, name: isKept ? "\(name) \(key)" : "")
    }
  }

  private struct Compiled: Sendable {
    let statement: PostgresStatement
    let shape: Shape
    /// Whether it reads the rows of one website: then that comes as the last parameter.
    let isScoped: Bool

    init(
      _ resource: Resource, _ condition: String?, _ order: String, _ owner: String?, _ selection: Selection, _ scope: ReadScope,
      name: String
    ) {
      var columns = Columns()
      _ = columns.index(of: resource.id)
      shape = selection.compile(into: &columns)
      let conditions = [condition, resource.condition].compactMap(\.self)
      let clause = conditions.isEmpty ? "" : " where \(conditions.joined(separator: " and "))"
      let sql = ReadStatement.sql(
        columns, parked: ParkedSQL.ofTable(resource),
        number: owner.map { "(case when \($0) then 1 else 0 end)::bigint" } ?? "null::bigint",
        rows: "from \(resource.detailedFrom)\(clause) order by \(order)")
      isScoped = ReadScope.concerns(sql)
      statement = PostgresStatement(name, scope.applied(to: sql))
    }
  }
}

/// What `page` says of a list.
struct PageFacts: Sendable {
  var next: String?
  var previous: String?
  /// Whether events of the list's table wait, so that rows may be missing or older than the position says.
  var isParked: Bool
  /// Exactly how many rows there are on all pages, where that is known.
  var total: Int64?
  var estimate: Int64?

  init(isParked: Bool) {
    self.isParked = isParked
  }

  static let schema = Schema.object(
    "Page",
    [
      "next": .text.nullable, "prev": .text.nullable, "has_more": .boolean, "parked": .boolean, "total": .integer.optional,
      "total_estimate": .integer.optional,
    ])

  /// `{"data":[…],"page":{…}}`.
  func document(_ rows: some Collection<PostgresRow>, _ shape: Shape) throws -> ByteBuffer {
    var json = JSONWriter(capacity: 256 + 512 * rows.count)
    json.beginObject()
    json.key(.data)
    json.beginArray()
    for row in rows { try shape.write(row, from: ReadStatement.headColumns, to: &json) }
    json.endArray()
    json.object("page") { json in
      json.field("next", next)
      json.field("prev", previous)
      json.field("has_more", next != nil)
      json.field("parked", isParked)
      if let total { json.field("total", total) }
      if let estimate { json.field("total_estimate", estimate) }
    }
    json.endObject()
    return ByteBuffer(bytes: json.bytes)
  }
}
