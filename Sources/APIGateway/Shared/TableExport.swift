import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Rows of a table as a file, CSV or JSON, declared once.
struct TableExport: Sendable {
  /// Begins the name of the file: `contacts` makes `contacts_export_2026-11-26_101500.csv`.
  let name: String
  let from: String
  let id: String
  /// Which rows; its own parameters are numbered from `$2`.
  let condition: String
  /// What can be shown: SQL by the names of the columns, in their order.
  let columns: KeyValuePairs<String, String>
  /// What is shown when the client does not choose.
  let usual: [String]
  let side: @Sendable (GatewayServices) -> ReadSide

  init(
    _ name: String, from: String, id: String, where condition: String = "true", columns: KeyValuePairs<String, String>,
    usual: [String]? = nil, side: @escaping @Sendable (GatewayServices) -> ReadSide
  ) {
    self.name = name
    self.from = from
    self.id = id
    self.condition = condition
    self.columns = columns
    self.usual = usual ?? columns.map(\.key)
    self.side = side
  }

  enum Format: String, CaseIterable, Sendable {
    case csv, json
  }

  /// What a client asks of it.
  struct Request: Sendable {
    var format: Format
    var fields: [String]
  }

  func read(_ fields: inout InputReader) -> Request {
    let format = fields.query("format", .choice(Format.self)) ?? .csv
    return Request(format: format, fields: fields.query("fields", NameListField(names: columns.map(\.key))) ?? usual)
  }

  /// The body of an answer in JSON; in CSV the names are the heading.
  static let schema = Schema.object([
    "data": .array(Schema(["type": "object", "additionalProperties": ["type": ["string", "null"]]]))
  ])

  /// A route that answers all of it.
  func route(_ path: String, _ operation: String, _ summary: String, access: Access) -> Route {
    Route(
      .get, path, operation, summary, describing: InputReader.describe { _ = read(&$0) }, out: Self.schema, access: access, problems: []
    ) { call in
      let reader = try InputReader(path: call.pathValues, query: call.query, body: nil)
      return try await reply(InputReader.read(reader) { read(&$0) }, [], call)
    }.answering("text/csv")
  }

  /// The file. Rows are read by id in steps of 1,000, so that no statement runs long.
  /// - Parameter parameters: those of the condition.
  func reply(_ asked: Request, _ parameters: [PostgresValue] = [], _ call: Call) async throws -> Reply {
    let shown = asked.fields.map { field in "(\(columns.first { $0.key == field }!.value))::text" }
    let statement = PostgresStatement.unprepared(
      """
      select here.position, r.* from (select \(ReadSide.positionSQL) as position) here left join (
        select \(id), \(shown.enumerated().map { "\($0.element) as f\($0.offset)" }.joined(separator: ", "))
        from \(from) where \(id) > $1 and \(condition) order by \(id) limit 1000) r on true
      """)
    var rows: [[String?]] = []
    var last: Int64 = 0
    while true {
      let (result, _) = try await side(call.services).query(statement, [.int64(last)] + parameters, call)
      for row in result where !row.isNull(1) { rows.append(try asked.fields.indices.map { try row.optionalString(2 + $0) }) }
      guard result.count == 1_000 else { break }
      last = try result[999].int64(1)
    }
    var reply = asked.format == .csv ? Self.csv(asked.fields, rows) : Self.json(asked.fields, rows)
    let moment = Timestamp.now().rfc3339
    let stamp = "\(moment.prefix(10))_\(moment.dropFirst(11).prefix(8).filter { $0 != ":" })"
    reply.headers.append((.contentDisposition, "attachment; filename=\"\(name)_export_\(stamp).\(asked.format.rawValue)\""))
    return reply
  }

  private static func csv(_ fields: [String], _ rows: [[String?]]) -> Reply {
    var text = CSV.row(fields)
    for row in rows { text += CSV.row(row) }
    var reply = Reply(.bytes(Array(text.utf8)))
    reply.contentType = "text/csv; charset=utf-8"
    return reply
  }

  private static func json(_ fields: [String], _ rows: [[String?]]) -> Reply {
    let keys = fields.map { JSONKey($0) }
    return .json { json in
      json.array("data", rows) { json, row in
        for (key, value) in zip(keys, row) {
          json.key(key)
          if let value { json.element(value) } else { json.elementNull() }
        }
      }
    }
  }
}
