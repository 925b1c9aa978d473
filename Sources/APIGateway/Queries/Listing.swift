import EventSourcing
import JSON
import Postgres

/// The type of a sort key, as SQL writes it, and how it travels in a cursor.
enum SortType: String, Sendable {
  case time = "timestamptz"
  case text = "text"
  case number = "numeric"
  case integer = "bigint"
}

/// A list that can be paged, sorted and filtered, declared once: parameters, their description, and the SQL come from here.
///
/// Pages are found by keyset: rows after (sort value, id) in the order of the list, so nothing is met twice or missed when rows come
/// and go in between. Statements differ by sort, direction and the filters in use, so each has a plan that fits; their number is bounded
/// by the declaration.
struct Listing: Sendable {
  struct Sort: Sendable {
    var name: String
    /// An expression over the tables of `from`, never null.
    var sql: String
    var type: SortType

    init(_ name: String, _ sql: String, _ type: SortType) {
      self.name = name
      self.sql = sql
      self.type = type
    }
  }

  struct Filter: Sendable {
    var name: String
    /// The original's name for it, if it had another.
    var alias: String?
    /// A condition with `$?` in the place of the value.
    var sql: String
    var schema: Schema
    var read: @Sendable (String) throws -> PostgresValue

    /// - Parameter value: turns what was read into a parameter.
    init<T: FieldType>(
      _ name: String, alias: String? = nil, _ type: T, _ sql: String, _ value: @escaping @Sendable (T.Value) -> PostgresValue
    ) {
      self.name = name
      self.alias = alias
      self.sql = sql
      schema = type.schema
      read = { text in value(try type.read(text: text)) }
    }
  }

  /// Begins the names of its statements.
  var name: String
  /// One row as JSON.
  var item: String
  /// The row's id, a bigint.
  var id: String
  var from: String
  /// Conditions that always hold; `$1`, … are the fixed parameters.
  var conditions: [String]
  /// How many parameters the conditions take.
  var fixedParameters: Int
  var sorts: [Sort]
  /// As a client would write it: `-created_at`.
  var defaultSort: String
  var filters: [Filter]
  var defaultLimit: Int64

  init(
    _ name: String, item: String, id: String, from: String, where conditions: [String] = [], fixedParameters: Int = 0, sorts: [Sort],
    defaultSort: String, filters: [Filter] = [], defaultLimit: Int64 = 20
  ) {
    self.name = name
    self.item = item
    self.id = id
    self.from = from
    self.conditions = conditions
    self.fixedParameters = fixedParameters
    self.sorts = sorts
    self.defaultSort = defaultSort
    self.filters = filters
    self.defaultLimit = defaultLimit
  }

  /// What a client asked of the list.
  struct Request: Sendable {
    var sort: Sort
    var isDescending: Bool
    var limit: Int64
    var cursor: Cursor?
    /// Rows to skip: the original's pages.
    var offset: Int64
    /// Indexes of the filters in use, with their values.
    var filters: [(index: Int, value: PostgresValue)]
    var countsExactly: Bool

    var sortText: String { (isDescending ? "-" : "") + sort.name }
  }

  /// The statement for a request, and its parameters after the fixed ones.
  ///
  /// Its one row: position, the items as a JSON array, whether there are more in the direction of travel, key and id of the first
  /// and of the last item, the exact count (null when not asked for).
  func statement(_ request: Request, fixed: [PostgresValue]) -> (PostgresStatement, [PostgresValue]) {
    precondition(fixed.count == fixedParameters, "\(name) takes \(fixedParameters) fixed parameters")
    var parameters = fixed
    func bind(_ value: PostgresValue) -> String {
      parameters.append(value)
      return "$\(parameters.count)"
    }
    var statementName = "\(name).\(request.sortText)"
    var all = conditions
    for (index, value) in request.filters {
      statementName += "+\(filters[index].name)"
      all.append(filters[index].sql.replacing("$?", with: bind(value)))
    }
    let counted = all
    let isBackward = request.cursor?.isBackward ?? false
    let isDescending = request.isDescending != isBackward
    let (sort, type) = (request.sort.sql, request.sort.type.rawValue)
    if let cursor = request.cursor {
      statementName += isBackward ? "<" : ">"
      all.append("(\(sort), \(id)) \(isDescending ? "<" : ">") (\(bind(.text(cursor.key)))::\(type), \(bind(.int64(cursor.id))))")
    }
    let limit = bind(.int64(request.limit))
    var offset = ""
    if request.offset > 0 {
      statementName += "@"
      offset = " offset \(bind(.int64(request.offset)))"
    }
    if request.countsExactly { statementName += "#" }
    let direction = isDescending ? "desc" : "asc"
    func clause(_ conditions: [String]) -> String { conditions.isEmpty ? "" : " where " + conditions.joined(separator: " and ") }
    // Named windows over the page: its order for the client, and who is first and last.
    let shown = request.isDescending ? "desc" : "asc"
    let sql = """
      with found as materialized (
        select \(sort) as key, \(id) as id, \(item) as item
        from \(from)\(clause(all))
        order by \(sort) \(direction), \(id) \(direction)
        limit \(limit) + 1\(offset)
      ), page as materialized (
        select * from found order by key \(direction), id \(direction) limit \(limit)
      )
      select \(ReadSide.positionSQL),
        coalesce((select '[' || string_agg(item::text, ',' order by key \(shown), id \(shown)) || ']' from page), '[]'),
        (select count(*) from found) > \(limit),
        (select \(Self.keyText(request.sort.type)) from page order by key \(shown), id \(shown) limit 1),
        (select id from page order by key \(shown), id \(shown) limit 1),
        (select \(Self.keyText(request.sort.type)) from page order by key \(request.isDescending ? "asc" : "desc"), id \(request.isDescending ? "asc" : "desc") limit 1),
        (select id from page order by key \(request.isDescending ? "asc" : "desc"), id \(request.isDescending ? "asc" : "desc") limit 1),
        \(request.countsExactly ? "(select count(*) from \(from)\(clause(counted)))" : "null::bigint")
      """
    return (PostgresStatement(statementName, sql), parameters)
  }

  /// Times by RFC 3339: the text must not depend on the session.
  private static func keyText(_ type: SortType) -> String {
    type == .time ? "internal.rfc3339(key)" : "key::text"
  }
}
