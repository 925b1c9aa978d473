/// Which statements one connection has prepared, under which names, and for which parameter types.
///
/// A name can stand for several preparations: a null says nothing of its type, so the first call's types need not fit the next one's.
/// Null fits all.
struct PreparedStatements {
  struct Variant {
    let types: [UInt32]
    let name: String
  }

  /// More type combinations than this of one statement are run unprepared.
  static let maximumVariants = 8

  private struct Entry {
    let sql: String
    var variants: [Variant] = []
    /// Why the preparation failed last; explains the failures of those that were sent meanwhile and relied on it.
    var failure: PostgresError?
  }

  enum Plan {
    case use(String)
    case prepare(String)
    case unprepared
    case refuse(PostgresError)
  }

  private var entries: [String: Entry] = [:]
  private var serial = 0

  /// How to send a statement. `prepare` counts as done from now on, since it goes out first.
  mutating func plan(_ statement: PostgresStatement, types: [UInt32], nulls: (Int) -> Bool) -> Plan {
    if statement.name.isEmpty { return .unprepared }
    if let entry = entries[statement.name] {
      guard entry.sql == statement.sql else {
        let message = "the statement's name was used with other SQL on this connection"
        return .refuse(PostgresError(.invalidParameter, message, sqlState: nil, statement: statement))
      }
      for variant in entry.variants where fits(variant, types, nulls) { return .use(variant.name) }
      if entry.variants.count >= Self.maximumVariants { return .unprepared }
    }
    // The number keeps a name from meeting its own past after a failure. PostgreSQL cuts names at 63 bytes, so it comes first.
    serial += 1
    let name = "s\(serial) \(statement.name)"
    entries[statement.name]?.failure = nil
    entries[statement.name, default: Entry(sql: statement.sql)].variants.append(Variant(types: types, name: name))
    return .prepare(name)
  }

  /// Preparation failed, so the next use tries again.
  mutating func preparationFailed(_ statement: PostgresStatement, _ error: PostgresError) {
    entries[statement.name]?.variants.removeAll()
    entries[statement.name]?.failure = error
  }

  /// The statement is gone on the server, or its plan is of no more use.
  mutating func forget(_ statement: PostgresStatement) { entries[statement.name] = nil }

  /// Why a statement that should be there is not.
  func failure(_ statement: PostgresStatement) -> PostgresError? { entries[statement.name]?.failure }

  private func fits(_ variant: Variant, _ types: [UInt32], _ nulls: (Int) -> Bool) -> Bool {
    guard variant.types.count == types.count else { return false }
    for index in types.indices where variant.types[index] != types[index] && !nulls(index) { return false }
    return true
  }
}
