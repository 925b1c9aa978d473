import JSON

/// What answers show of one kind of row, declared once: the columns a statement selects, the JSON they become, the description of that JSON,
/// and what clients may choose, include, sort by and filter by all come from here.
///
///     static let product = Resource(
///       "product", schema: "Product", table: "products", from: "products p", id: "p.id", where: "p.deleted_at is null",
///       stream: .init(Product.category),
///       fields: [.id("id", "p.id"), .text("name", "p.name").sortable, .decimal("price_ht", "p.price_ht").sortable],
///       relations: [.one("brand", brand, on: "b.id = p.id_1")])
///
/// Each resource of a service has table aliases of its own, so that one can stand inside another.
struct Resource: Sendable {
  /// The stream that tells a row's history.
  struct Stream: Sendable {
    var category: String
    /// The part of the name after the category, as SQL over `from`; nil for the row's id.
    var key: String?
    /// Whether the row is the whole aggregate, so that the stream's version is its strong entity tag.
    var isAggregate: Bool

    init(_ category: String, key: String? = nil, isAggregate: Bool = true) {
      self.category = category
      self.key = key
      self.isAggregate = isAggregate
    }
  }

  /// As in `fields[product]`; lower snake case, unique within a service.
  let name: String
  /// Its name among the API description's schemas; nil where it stands inline.
  let schemaName: String?
  /// The projected table, as lanes of parked events name it.
  let table: String
  /// The tables its columns come from, as SQL.
  let from: String
  /// What is looked up for the rows that are shown, beside their own tables; nil for nothing.
  let details: Details?
  /// The row's id, a bigint.
  let id: String
  /// Which rows are there for readers; nil for all.
  let condition: String?
  let stream: Stream?
  let fields: [Field]
  let relations: [Relation]
  /// Conditions that clients may set.
  let filters: [Filter]

  init(
    _ name: String, schema schemaName: String? = nil, table: String, from: String, details: Details? = nil, id: String,
    where condition: String? = nil, stream: Stream? = nil, fields: [Field], relations: [Relation] = [], filters: [Filter] = []
  ) {
    let names = fields.map(\.name) + relations.map(\.name)
    precondition(Set(names).count == names.count, "\(name) names a field twice")
    self.name = name
    self.schemaName = schemaName
    self.table = table
    self.from = from
    self.details = details
    self.id = id
    self.condition = condition
    self.stream = stream
    self.fields = fields
    self.relations = relations
    self.filters = filters
  }

  /// Joins whose columns several fields use, looked up once for each row of a page and for no other: conditions and orders cannot use them.
  struct Details: Sendable {
    /// The alias of the resource's one table.
    var alias: String
    /// What stands behind that table, as SQL.
    var joins: String
  }

  /// The tables with the details.
  var detailedFrom: String { details.map { "\(from) \($0.joins)" } ?? from }

  /// A column of an answer.
  struct Field: Sendable {
    enum Kind: Sendable {
      case integer, id, decimal, text, bool, time
      /// A text of few values.
      case choice([String])
      /// JSON that stands in the row.
      case json(Schema)
      /// The same in every row.
      case constant(String)
    }

    let name: String
    let kind: Kind
    /// An expression over the resource's tables; empty for constants.
    let sql: String
    private(set) var isNullable = false
    /// What a list is ordered by when it is sorted by this field; nil when it cannot be.
    private(set) var sortSQL: String?

    static func id(_ name: String, _ sql: String) -> Field { Field(name: name, kind: .id, sql: sql) }
    static func integer(_ name: String, _ sql: String) -> Field { Field(name: name, kind: .integer, sql: sql) }
    static func decimal(_ name: String, _ sql: String) -> Field { Field(name: name, kind: .decimal, sql: sql) }
    static func text(_ name: String, _ sql: String) -> Field { Field(name: name, kind: .text, sql: sql) }
    static func bool(_ name: String, _ sql: String) -> Field { Field(name: name, kind: .bool, sql: sql) }
    static func time(_ name: String, _ sql: String) -> Field { Field(name: name, kind: .time, sql: sql) }
    static func choice(_ name: String, _ sql: String, _ values: [String]) -> Field { Field(name: name, kind: .choice(values), sql: sql) }
    static func json(_ name: String, _ sql: String, _ schema: Schema) -> Field { Field(name: name, kind: .json(schema), sql: sql) }
    static func constant(_ name: String, _ value: String) -> Field { Field(name: name, kind: .constant(value), sql: "") }

    /// The same, and the column may be null.
    var nullable: Field {
      var field = self
      field.isNullable = true
      return field
    }

    /// The same, and lists can be sorted by it.
    var sortable: Field { sortable(by: sql) }

    /// The same, and lists can be sorted by it, in the order of another expression of the same type.
    func sortable(by expression: String) -> Field {
      var field = self
      field.sortSQL = expression
      return field
    }
  }

  /// Rows of another resource that belong to one of this.
  struct Relation: Sendable {
    enum Count: Sendable { case one, many }

    let name: String
    let resource: Resource
    let count: Count
    /// What stands behind `from` in the subselect that finds them.
    let sql: String
    /// The fields that are shown when the client does not choose; nil for all.
    let shown: [String]?
    /// Whether it is shown without being asked for.
    let isEmbedded: Bool
    /// How many rows are typical, for the limit on what `include` may cost.
    let expected: Int

    /// At most one row; null where there is none.
    /// - Parameter condition: ties the resource's tables to those of the owner.
    static func one(
      _ name: String, _ resource: Resource, on condition: String, showing shown: [String]? = nil, embedded isEmbedded: Bool = false
    ) -> Relation {
      Relation(
        name: name, resource: resource, count: .one, sql: "\(resource.detailedFrom) where \(condition)", shown: shown,
        isEmbedded: isEmbedded,
        expected: 1)
    }

    /// Any number of rows, in a fixed order.
    /// - Parameter from: the tables, when it takes more than the resource's own.
    static func many(
      _ name: String, _ resource: Resource, from: String? = nil, on condition: String, order: String, showing shown: [String]? = nil,
      embedded isEmbedded: Bool = false, expected: Int = 10
    ) -> Relation {
      Relation(
        name: name, resource: resource, count: .many, sql: "\(from ?? resource.detailedFrom) where \(condition) order by \(order)",
        shown: shown,
        isEmbedded: isEmbedded, expected: expected)
    }
  }
}
