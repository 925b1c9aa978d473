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
    rules = RepresentationRules(resource, embedding: [])
    bare = Compiled(resource, condition, order, owner, Selection(resource), name: name)
  }

  /// The rows as `{"data":[…],"page":{…}}`; nil when their owner is not there.
  func reply(_ asked: Representation, _ parameters: [PostgresValue], from side: ReadSide, _ call: Call) async throws -> Reply? {
    let compiled =
      asked.isBare
      ? bare
      : variants.find(asked.key) { isKept in
        Compiled(resource, condition, order, owner, Selection(resource, asked), name: isKept ? "\(name) \(asked.key)" : "")
      }
    let (result, position) = try await side.query(compiled.statement, parameters, call)
    guard try result[0].headNumber != 0 else { return nil }
    let rows = result[0].isNull(ReadStatement.headColumns) ? result[0..<0] : result[...]
    var page = PageFacts(isParked: try result[0].isParked)
    page.total = Int64(rows.count)
    var reply = Reply(.buffer(try page.document(rows, compiled.shape)), position: position)
    reply.etag = ETag.weak(position, variant: asked.tagVariant)
    return reply
  }

  private struct Compiled: Sendable {
    let statement: PostgresStatement
    let shape: Shape

    init(_ resource: Resource, _ condition: String?, _ order: String, _ owner: String?, _ selection: Selection, name: String) {
      var columns = Columns()
      _ = columns.index(of: resource.id)
      shape = selection.compile(into: &columns)
      let conditions = [condition, resource.condition].compactMap(\.self)
      let clause = conditions.isEmpty ? "" : " where \(conditions.joined(separator: " and "))"
      statement = PostgresStatement(
        name,
        ReadStatement.sql(
          columns, parked: ParkedSQL.ofTable(resource),
          number: owner.map { "(case when \($0) then 1 else 0 end)::bigint" } ?? "null::bigint",
          rows: "from \(resource.from)\(clause) order by \(order)"))
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
