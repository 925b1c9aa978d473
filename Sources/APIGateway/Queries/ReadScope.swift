import Aggregates
import EventSourcing
import Postgres

/// Whose rows a statement reads: those of one website, or those of the platform itself.
///
/// A condition says so in one place, `ReadScope.own("p.website_id")`, wherever it stands. Each such statement exists twice: for the platform,
/// where the column is null, and for a website, which comes as one more parameter behind all others. So the platform's statements have
/// no parameter more, and no route has to think of it.
enum ReadScope: Sendable {
  case platform
  /// - Parameter number: of the parameter that holds the website's id.
  case website(parameter: Int)

  /// A condition, marked until the statement is made: the rows are the caller's website's.
  static func own(_ column: String) -> String { "\(begin)\(column)\(end)" }

  /// Whether an SQL text depends on whose rows are read.
  static func concerns(_ sql: String) -> Bool { sql.contains(begin) }

  /// Characters that no statement has.
  private static let begin: Character = "⟦"
  private static let end: Character = "⟧"

  /// The scope of a statement with so many parameters of its own.
  init(_ website: PostgresValue?, after parameters: Int) {
    self = website == nil ? .platform : .website(parameter: parameters + 1)
  }

  /// The text with every marked condition spelt out.
  func applied(to sql: String) -> String {
    guard Self.concerns(sql) else { return sql }
    return switch self {
    case .platform: sql.replacing("\(Self.begin)", with: "(").replacing("\(Self.end)", with: " is null)")
    case .website(let number): sql.replacing("\(Self.begin)", with: "(").replacing("\(Self.end)", with: " = $\(number)::bigint)")
    }
  }
}

/// A statement of two forms: one for the platform, one for a website.
struct ScopedStatement: Sendable {
  fileprivate let platform: PostgresStatement
  fileprivate let website: PostgresStatement

  /// - Parameters:
  ///   - parameters: how many it has of its own.
  ///   - sql: with a marked condition.
  init(_ name: String, parameters: Int, _ sql: String) {
    platform = PostgresStatement(name, ReadScope.platform.applied(to: sql))
    website = PostgresStatement("\(name) ~", ReadScope.website(parameter: parameters + 1).applied(to: sql))
  }
}

extension ReadSide {
  /// As `query` of a plain statement, on the rows of the website that is asked.
  func query(_ statement: ScopedStatement, _ parameters: [PostgresValue], _ call: Call) async throws -> (PostgresResult, Position) {
    guard let website = call.website(for: true) else { return try await query(statement.platform, parameters, call) }
    return try await query(statement.website, parameters + [website], call)
  }
}

extension Resource {
  /// Whether rows, or which of them there are, differ from website to website.
  var isScoped: Bool { ([from, condition].compactMap(\.self) + fields.map(\.sql)).contains(where: ReadScope.concerns) }
}

extension Call {
  /// The website that a query reads, as a parameter; nil on the platform and for what is everybody's.
  func website(for isScoped: Bool) -> PostgresValue? {
    isScoped ? websiteID.map { .int64($0.rawValue) } : nil
  }
}
