/// The type of a column, as far as writing and comparing it needs to know.
public enum ColumnType: Hashable, Sendable {
  case bigint, integer, smallint, boolean, text, timestamptz, jsonb
  /// Values are days since 1970-01-01.
  case date
  /// - Parameter scale: digits after the point; values are integers in units of the last one.
  case numeric(scale: Int)
}

/// A column of a projected table.
public struct Column: Hashable, Sendable {
  /// Where a column's value comes from when a new row brings none: from the row of another table of the same part that this one points to.
  ///
  /// Two tables cannot share an index. What a list sorts by therefore stands beside what it is filtered by: the new row takes it from
  /// the other one, and whoever changes it there changes it here, by `RowChanges.updateAll`.
  public struct Copy: Hashable, Sendable {
    /// The table and its column.
    public let table: String
    public let column: String
    /// The column of this table that holds the other's id.
    public let by: String

    public init(of column: String, in table: String, by: String) {
      self.table = table
      self.column = column
      self.by = by
    }
  }

  public let name: String
  public let type: ColumnType
  public let copy: Copy?

  public init(_ name: String, _ type: ColumnType, copy: Copy? = nil) {
    self.name = name
    self.type = type
    self.copy = copy
  }
}

/// Which of a generation's two schemas a table stands in.
public enum GenerationPart: String, Hashable, Sendable, CaseIterable {
  /// The tables that the domain names, and their extras.
  case live
  /// Copies of other services' facts.
  case copies
}

/// A projected table: what the runtime must know to write, rebuild and compare it. The schema itself is in `schema/`;
/// a test holds the two against each other.
public struct Table: Hashable, Sendable {
  /// Rows of another table that must be there first: the lanes of a row include the row it points to.
  public struct Reference: Hashable, Sendable {
    public let column: String
    public let table: String
  }

  /// What at most one row may have, where PostgreSQL keeps only a plain index: decided by claims or a stream, and checked by `Replay.verify`.
  public struct UniqueRule: Hashable, Sendable {
    public let name: String
    /// SQL over the table's columns.
    public let expression: String
    /// SQL that says which rows the rule is about; nil for all.
    public let condition: String?

    public init(_ name: String, _ expression: String, where condition: String? = nil) {
      self.name = name
      self.expression = expression
      self.condition = condition
    }
  }

  public let part: GenerationPart
  public let name: String
  public let columns: [Column]
  /// The columns of the primary key.
  public let key: [String]
  public let references: [Reference]
  public let uniqueRules: [UniqueRule]
  /// Indexes into `columns`, in the order of `key`.
  let keyIndexes: [Int]
  /// Whether new rows take values from other tables, which are then written first.
  let hasCopies: Bool

  /// - Parameters:
  ///   - references: foreign keys by column, each to the primary key of a table with one key column.
  ///   - unique: rules that the schema itself does not enforce.
  public init(
    _ name: String, part: GenerationPart = .live, key: [String] = ["id"], references: KeyValuePairs<String, String> = [:],
    unique: [UniqueRule] = [], _ columns: [Column]
  ) {
    self.part = part
    self.name = name
    self.key = key
    self.columns = columns
    uniqueRules = unique
    self.references = references.map { Reference(column: $0.key, table: $0.value) }
    keyIndexes = key.map { name in columns.firstIndex { $0.name == name }! }
    hasCopies = columns.contains { $0.copy != nil }
  }

  /// The place of a column in a row.
  func index(of column: String) -> Int {
    guard let index = columns.firstIndex(where: { $0.name == column }) else { preconditionFailure("\(name) has no column \(column)") }
    return index
  }

  public static func == (left: Table, right: Table) -> Bool { left.name == right.name && left.part == right.part }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(part)
  }
}
