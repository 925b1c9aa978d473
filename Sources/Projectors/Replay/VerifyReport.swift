public import EventSourcing

/// A place where the log is not what was written.
public struct ChainFinding: Hashable, Sendable, CustomStringConvertible {
  /// In the words of the log: `event`, `missing`, `commit`.
  public let kind: String
  public let position: Position

  public init(kind: String, position: Position) {
    self.kind = kind
    self.position = position
  }

  public var description: String { "log: \(kind) at position \(position)" }
}

/// A row that is not what the log says.
public struct RowDifference: Hashable, Sendable, CustomStringConvertible {
  public enum Kind: Hashable, Sendable {
    /// These columns are not what the log says; sorted.
    case altered(columns: [String])
    /// The log says there is such a row.
    case missing
    /// The log knows of no such row.
    case superfluous
  }

  public let table: String
  /// The values of the primary key, joined by commas.
  public let key: String
  public let kind: Kind

  public var description: String {
    switch kind {
    case .altered(let columns): "\(table) \(key): altered: \(columns.joined(separator: ", "))"
    case .missing: "\(table) \(key): missing"
    case .superfluous: "\(table) \(key): superfluous"
    }
  }
}

/// Rows that break a rule which no constraint keeps.
public struct UniquenessViolation: Hashable, Sendable, CustomStringConvertible {
  public let table: String
  public let rule: String
  /// The primary keys of the rows that share a value, sorted.
  public let keys: [String]

  public var description: String { "\(table): \(rule): shared by \(keys.joined(separator: " and "))" }
}

/// What a verification found.
public struct VerifyReport: Sendable, Hashable {
  /// A table, and what it was found to hold.
  public struct TableDigest: Sendable, Hashable {
    public let table: String
    public let rows: Int64
    /// The sum of a 64-bit hash of each row's text: the same rows give the same digest in any order.
    public let digest: String
  }

  public var database: String
  /// Rows and log were compared as they were here.
  public var position: Position
  public var tables: [TableDigest] = []
  public var differences: [RowDifference] = []
  public var uniqueness: [UniquenessViolation] = []
  public var chain: [ChainFinding] = []
  /// Events that wait in the current generation: their rows differ for a reason that is known.
  public var parkedEvents = 0

  /// Whether nothing is wrong.
  public var isClean: Bool { differences.isEmpty && uniqueness.isEmpty && chain.isEmpty }
}
