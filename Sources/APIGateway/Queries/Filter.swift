import JSON
import Postgres

/// A condition that a client may set on a list.
struct Filter: Sendable {
  /// As in `filter[name]`; `price_ht][gte` for an operator.
  let name: String
  /// The name of its query parameter.
  let parameter: String
  /// The original's name for it, if it had another.
  let alias: String?
  /// A condition with `$?` in the place of the value.
  let sql: String
  let schema: Schema
  /// Another way to the same rows; nil for none.
  private(set) var walk: Walk?
  private let parse: @Sendable (String) throws(FieldFault) -> PostgresValue

  /// - Parameter value: turns what was read into a parameter.
  init<T: FieldType>(
    _ name: String, alias: String? = nil, _ type: T, _ sql: String, _ value: @escaping @Sendable (T.Value) -> PostgresValue
  ) {
    self.name = name
    parameter = "filter[\(name)]"
    self.alias = alias
    self.sql = sql
    schema = type.schema
    parse = { text throws(FieldFault) in value(try type.read(text: text)) }
  }

  /// A table that ties rows to the values of a filter, and keeps them in the order of some fields: a list that is sorted by one of these
  /// follows its index, as far as the page goes.
  struct Walk: Sendable {
    /// What is joined, at most one row for each of the list's: `product_categories l on l.product_id = p.id`.
    var join: String
    /// The condition, with `$?` in the place of the value.
    var sql: String
    /// The column that equals the row's id.
    var id: String
    /// Columns by the field that they equal.
    var orders: [String: String]
  }

  /// The same, with another way to its rows.
  func walking(_ walk: Walk) -> Filter {
    var filter = self
    filter.walk = walk
    return filter
  }

  /// A row id that a column must equal.
  static func id(_ name: String, _ column: String) -> Filter {
    Filter(name, alias: name, .integer(min: 1), "\(column) = $?") { .int64($0) }
  }

  /// Rows in whose text another one stands, whatever its case and accents.
  static func search(_ expression: String) -> Filter {
    Filter("search", alias: "search", .text(100), "internal.fold(\(expression)) like internal.fold($?)") {
      .text("%\(literalPattern($0))%")
    }
  }

  /// Rows found by a name, spelled almost like that or begun, whatever its case and accents; and by whatever else a condition says.
  /// - Parameters:
  ///   - name: the text that is looked in, as it is indexed.
  ///   - others: conditions with `$?` in the place of the text.
  static func staffSearch(_ name: String, or others: String...) -> Filter {
    let conditions = ["internal.fold(\(name)) %> internal.fold($?)"] + others
    return Filter("search", alias: "search", .text(100), "(\(conditions.joined(separator: " or ")))") { .text($0) }
  }

  /// A LIKE pattern for a text as it stands.
  static func literalPattern(_ text: String) -> String {
    text.reduce(into: "") { pattern, character in
      if character == "%" || character == "_" || character == "\\" { pattern.append("\\") }
      pattern.append(character)
    }
  }
}

extension Filter: FieldType {
  var placeholder: PostgresValue { .null }

  func read(_ json: JSONValue) throws(FieldFault) -> PostgresValue {
    guard case .string(let text) = json else { throw FieldFault(.wrongType) }
    return try parse(text)
  }
}
