import EventSourcing
import JSON
import Postgres

/// A list of a resource that can be paged, sorted and filtered, declared once: parameters, their description, and the SQL come from here.
///
/// Pages are found by keyset: rows after (sort values, id) in the order of the list, so nothing is met twice or missed when rows come and
/// go in between.
struct Listing: Sendable {
  /// A field that the list can be sorted by.
  struct Sort: Sendable {
    var name: String
    var sql: String
    var kind: Resource.Field.Kind
    var isNullable: Bool

    /// The type of the sort value, as SQL writes it.
    var type: String {
      switch kind {
      case .integer, .id: "bigint"
      case .decimal: "numeric"
      case .time: "timestamptz"
      case .text, .choice, .bool, .json, .constant: "text"
      }
    }
  }

  /// Begins the names of its statements.
  let name: String
  let resource: Resource
  /// Conditions that always hold; `$1`, … are the fixed parameters.
  let conditions: [String]
  /// Another condition that always holds, on the first fixed parameter; nil for none.
  let owner: Filter?
  /// How many parameters the conditions take.
  let fixedParameters: Int
  let sorts: [Sort]
  /// As a client would write it: `-created_at,name`.
  let defaultSort: String
  let filters: [Filter]
  let defaultLimit: Int64
  let rules: RepresentationRules
  let isScoped: Bool
  let variants = Variants<Compiled>()
  let estimates = RowEstimates()

  /// - Parameters:
  ///   - owner: a filter that is always set: its value is the one fixed parameter.
  ///   - filters: beside those of the resource.
  init(
    _ name: String, _ resource: Resource, of owner: Filter? = nil, where conditions: [String] = [], fixedParameters: Int = 0,
    defaultSort: String, filters: [Filter] = [], defaultLimit: Int64 = 20
  ) {
    self.name = name
    self.resource = resource
    self.owner = owner
    self.conditions = conditions + [resource.condition].compactMap(\.self)
    self.fixedParameters = owner == nil ? fixedParameters : 1
    isScoped = resource.isScoped || conditions.contains(where: ReadScope.concerns)
    self.defaultSort = defaultSort
    self.filters = resource.filters + filters
    self.defaultLimit = defaultLimit
    sorts = resource.fields.compactMap { field in
      field.sortSQL.map { Sort(name: field.name, sql: $0, kind: field.kind, isNullable: field.isNullable) }
    }
    rules = RepresentationRules(resource, embedding: [])
    precondition(order(defaultSort) != nil, "\(name) cannot be sorted by \(defaultSort)")
  }

  /// What a client asked of the list.
  struct Request: Sendable {
    /// As in `sort=`.
    var sortText: String
    var sorts: [(sort: Sort, isDescending: Bool)]
    var limit: Int64
    var cursor: Cursor?
    /// Rows to skip: the original's pages.
    var offset: Int64
    /// Indexes of the filters in use, with their values.
    var filters: [(index: Int, value: PostgresValue)]
    var countsExactly: Bool
    var asked: Representation

    var isBackward: Bool { cursor?.isBackward ?? false }
  }

  /// The fields of an order; nil when one is unknown or named twice.
  func order(_ text: String) -> [(sort: Sort, isDescending: Bool)]? {
    var order: [(sort: Sort, isDescending: Bool)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let isDescending = part.hasPrefix("-")
      let name = isDescending ? part.dropFirst() : part
      guard let sort = sorts.first(where: { $0.name == name }), !order.contains(where: { $0.sort.name == name }) else { return nil }
      order.append((sort, isDescending))
    }
    return order
  }

  /// A statement, and where its rows have what cursors are made of.
  struct Compiled: Sendable {
    let statement: PostgresStatement
    let shape: Shape
    let keyColumns: [Int]
    /// Whether it reads the rows of one website: then that comes as the last parameter.
    let isScoped: Bool
  }

  /// The statement for a request, and its parameters. Its rows: one more than asked for when there are more in the direction of travel,
  /// in that direction. The number in its head is the exact count.
  /// - Parameter website: whose rows are read; nil for the platform's.
  func statement(_ request: Request, fixed: [PostgresValue], of website: PostgresValue? = nil) -> (Compiled, [PostgresValue]) {
    precondition(fixed.count == fixedParameters, "\(name) takes \(fixedParameters) fixed parameters")
    var parameters = fixed
    for filter in request.filters { parameters.append(filter.value) }
    if let cursor = request.cursor {
      for case let key? in cursor.keys { parameters.append(.text(key)) }
      parameters.append(.int64(cursor.id))
    }
    if request.offset > 0 { parameters.append(.int64(request.offset)) }
    let scope = ReadScope(website, after: parameters.count)
    let key = variant(request) + (website == nil ? "" : "~")
    let compiled = variants.find(key) { isKept in compile(request, scope, name: isKept ? key : "") }
    if compiled.isScoped, let website { parameters.append(website) }
    return (compiled, parameters)
  }

  /// The same for requests that differ only in values.
  private func variant(_ request: Request) -> String {
    var key = "\(name) \(request.limit) \(request.sortText)"
    for filter in request.filters { key += "+\(filters[filter.index].name)" }
    if let cursor = request.cursor {
      key += cursor.isBackward ? "<" : ">"
      for value in cursor.keys { key += value == nil ? "0" : "1" }
    }
    if request.offset > 0 { key += "@" }
    if request.countsExactly { key += "#" }
    return request.asked.isBare ? key : "\(key) \(request.asked.key)"
  }

  private func compile(_ request: Request, _ scope: ReadScope, name: String) -> Compiled {
    var count = fixedParameters
    func parameter() -> String {
      count += 1
      return "$\(count)"
    }
    var columns = Columns()
    _ = columns.index(of: resource.id)
    let shape = Selection(resource, request.asked).compile(into: &columns)
    let keyColumns = request.sorts.map { columns.index(of: $0.sort.sql) }
    let set = (owner.map { [($0, "$1")] } ?? []) + request.filters.map { (filters[$0.index], parameter()) }
    let walked = request.sorts.count == 1 ? set.firstIndex { $0.0.walk?.orders[request.sorts[0].sort.name] != nil } : nil
    let walk = walked.flatMap { set[$0].0.walk }
    var all = conditions
    for (place, (filter, value)) in set.enumerated() {
      all.append((place == walked ? walk!.sql : filter.sql).replacing("$?", with: value))
    }
    let travelled = keyset(request, walk)
    if let cursor = request.cursor {
      let values = cursor.keys.map { $0 == nil ? nil : parameter() }
      all.append(travelled.after(values, id: parameter()))
    }
    // The limit, a number from 1 to 100, is part of the text: with a parameter in its place PostgreSQL expects a tenth of the table, finds
    // a plan of its own for each request far cheaper, and so plans each one anew, which costs more than the page.
    let limit = request.limit + 1
    let offset = request.offset > 0 ? " offset \(parameter())" : ""
    let tables = resource.from + (walk.map { " join \($0.join)" } ?? "")
    var rows = "from \(tables)\(Self.clause(all)) order by \(travelled.order) limit \(limit)\(offset)"
    if let details = resource.details {
      rows = "from (select \(details.alias).* \(rows)) \(details.alias) \(details.joins) order by \(keyset(request).order)"
    }
    let counted = conditions + set.map { $0.0.sql.replacing("$?", with: $0.1) }
    let sql = ReadStatement.sql(
      columns, parked: ParkedSQL.ofTable(resource),
      number: request.countsExactly ? "(select count(*) from \(resource.from)\(Self.clause(counted)))" : "null::bigint", rows: rows)
    return Compiled(
      statement: PostgresStatement(name, scope.applied(to: sql)), shape: shape, keyColumns: keyColumns, isScoped: ReadScope.concerns(sql))
  }

  /// The order of a request's rows, in the direction of travel.
  private func keyset(_ request: Request, _ walk: Filter.Walk? = nil) -> Keyset {
    let shown = Keyset(
      keys: request.sorts.map {
        Keyset.Key(
          sql: walk?.orders[$0.sort.name] ?? $0.sort.sql, type: $0.sort.type, isNullable: $0.sort.isNullable, isDescending: $0.isDescending)
      }, id: walk?.id ?? resource.id)
    return request.isBackward ? shown.reversed : shown
  }

  /// The rows that a request counts, without its page: their SQL and parameters.
  func counted(
    _ request: Request, fixed: [PostgresValue], of website: PostgresValue? = nil
  ) -> (sql: String, parameters: [PostgresValue]) {
    var set = owner.map { [$0.sql.replacing("$?", with: "$1")] } ?? []
    set += request.filters.enumerated().map { offset, filter in
      filters[filter.index].sql.replacing("$?", with: "$\(fixedParameters + offset + 1)")
    }
    let sql = "select from \(resource.from)\(Self.clause(conditions + set))"
    let parameters = fixed + request.filters.map(\.value)
    let scoped = ReadScope(website, after: parameters.count).applied(to: sql)
    return (scoped, ReadScope.concerns(sql) ? parameters + [website].compactMap(\.self) : parameters)
  }

  private static func clause(_ conditions: [String]) -> String {
    conditions.isEmpty ? "" : " where " + conditions.joined(separator: " and ")
  }
}
