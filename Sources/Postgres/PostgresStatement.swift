/// A piece of SQL with a name, prepared once on each connection that meets it.
///
/// Values never belong into `sql`; they travel as `$1`, `$2`, … beside it. A statement with an empty name is parsed at every use;
/// make it with ``unprepared(_:)`` for SQL that is run once, since every name stays prepared for the connection's life.
public struct PostgresStatement: Sendable, Hashable, CustomStringConvertible {
  /// What logs and errors call it; unique for its SQL within a client.
  public let name: String
  /// One SQL statement with numbered parameters.
  public let sql: String

  /// Names a statement.
  public init(_ name: String, _ sql: String) {
    self.name = name
    self.sql = sql
  }

  /// A statement without a name: parsed at each use, nothing kept on the server.
  public static func unprepared(_ sql: String) -> PostgresStatement { PostgresStatement("", sql) }

  /// Hashes the name only; SQL can be long, and names are unique in a sane program.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// The name.
  public var description: String { name.isEmpty ? "unprepared statement" : name }
}

/// A statement together with its values, for the calls that take several.
public struct PostgresCall: Sendable {
  /// What to run.
  public var statement: PostgresStatement
  /// Values of `$1`, `$2`, …
  public var parameters: [PostgresValue]

  /// Joins a statement and its values.
  public init(_ statement: PostgresStatement, _ parameters: [PostgresValue] = []) {
    self.statement = statement
    self.parameters = parameters
  }
}
