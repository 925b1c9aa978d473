import EventSourcing
import JSON
import NIOCore
import Postgres

/// A read of one row of a resource, declared once.
struct RowQuery: Sendable {
  /// Begins the names of its statements.
  let name: String
  let resource: Resource
  /// Which row, as SQL with parameters.
  let condition: String
  /// Relations that are shown here without being asked for, beside those that always are.
  let embedding: [String]
  let rules: RepresentationRules
  private let identifier: String?
  private let isScoped: Bool
  private let bare: Compiled
  private let variants = Variants<Compiled>()

  /// - Parameters:
  ///   - condition: finds at most one row. With `isByID` its `$1` is the row's id, so that events of a row that is not there yet are
  ///     known to wait.
  init(_ name: String, _ resource: Resource, where condition: String, isByID: Bool = true, embedding: [String] = []) {
    self.name = name
    self.resource = resource
    self.condition = condition
    self.embedding = embedding
    identifier = isByID ? "$1" : nil
    isScoped = resource.isScoped || ReadScope.concerns(condition)
    rules = RepresentationRules(resource, embedding: embedding)
    bare = Compiled(resource, condition, identifier: identifier, Selection(resource, embedding: embedding), .platform, name: name)
  }

  /// The row as `{"data":{…}}` with its entity tag; nil when there is none.
  /// - Throws: `projection-parked` when events of the row wait.
  func reply(
    _ asked: Representation, _ parameters: [PostgresValue], from side: ReadSide, _ call: Call
  ) async throws -> Reply? {
    let website = call.website(for: isScoped)
    let compiled = compiled(asked, ReadScope(website, after: parameters.count))
    let all = compiled.isScoped ? parameters + [website].compactMap(\.self) : parameters
    let (result, position) = try await side.query(compiled.statement, all, call)
    let row = result[0]
    if try row.isParked { throw Problem(.projectionParked, members: [("position", .int(position.rawValue))]) }
    guard !row.isNull(ReadStatement.headColumns) else { return nil }
    var json = JSONWriter(capacity: 1_024)
    json.beginObject()
    json.key(JSONKey.data)
    try compiled.shape.write(row, from: ReadStatement.headColumns, to: &json)
    json.endObject()
    var reply = Reply(.buffer(ByteBuffer(bytes: json.bytes)), position: position)
    reply.etag = try await tag(asked, row, compiled, position, call)
    return reply
  }

  /// Strong for whoever may change the row under `If-Match`, and only of the bare representation; else weak.
  private func tag(
    _ asked: Representation, _ row: PostgresRow, _ compiled: Compiled, _ position: Position, _ call: Call
  ) async throws -> String {
    if asked.isBare, call.caller?.isStaff == true, let stream = resource.stream, stream.isAggregate {
      let column = ReadStatement.headColumns + compiled.streamColumn
      let key = stream.key == nil ? String(try row.int64(column)) : try row.string(column)
      let name = StreamName(category: stream.category, id: key)
      if let version = try await call.services.log.version(of: name, at: position) { return ETag.strong(version) }
    }
    return ETag.weak(position, variant: asked.tagVariant)
  }

  private func compiled(_ asked: Representation, _ scope: ReadScope) -> Compiled {
    var key = asked.key
    if case .website = scope { key += "~" } else if asked.isBare { return bare }
    return variants.find(key) { isKept in
      let selection = Selection(resource, embedding: embedding, asked)
      return Compiled(resource, condition, identifier: identifier, selection, scope, name: isKept ? "\(name) \(key)" : "")
    }
  }

  private struct Compiled: Sendable {
    let statement: PostgresStatement
    let shape: Shape
    /// Whether it reads the rows of one website: then that comes as the last parameter.
    let isScoped: Bool
    /// Where the key of the row's stream stands.
    let streamColumn: Int

    init(_ resource: Resource, _ condition: String, identifier: String?, _ selection: Selection, _ scope: ReadScope, name: String) {
      var columns = Columns()
      let id = columns.index(of: resource.id)
      let streamKey = columns.index(of: resource.stream?.key ?? resource.id)
      shape = selection.compile(into: &columns)
      streamColumn = streamKey
      let isStreamOfID = streamKey == id
      let parked = ParkedSQL.ofRow(
        resource, id: identifier ?? "r.c\(id)", streamKey: isStreamOfID ? identifier ?? "r.c\(id)" : "r.c\(streamKey)")
      let conditions = [condition, resource.condition].compactMap(\.self).joined(separator: " and ")
      let sql = ReadStatement.sql(columns, parked: parked, rows: "from \(resource.detailedFrom) where \(conditions)")
      isScoped = ReadScope.concerns(sql)
      statement = PostgresStatement(name, scope.applied(to: sql))
    }
  }
}

extension JSONKey {
  static let data = JSONKey("data")
  static let page = JSONKey("page")
}

extension Representation {
  /// Tells entity tags of different choices apart; empty for the bare representation.
  var tagVariant: String {
    guard !isBare else { return "" }
    // FNV-1a: short, and the same in every process.
    let hash = key.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return "-" + String(hash, radix: 36)
  }
}
