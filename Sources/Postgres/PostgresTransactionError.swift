/// Why a transaction did not commit, when it is not simply that its body threw.
///
/// `withTransaction` rethrows what the body threw when the rollback went well. This type appears when `BEGIN` or `COMMIT` failed, or when
/// the rollback failed too; the failures stay apart because they mean different things to whoever decides about another try.
public struct PostgresTransactionError: Error, CustomStringConvertible {
  /// `BEGIN` failed: nothing was done.
  public var beginError: PostgresError?
  /// The body threw this, and then the rollback failed.
  public var bodyError: (any Error)?
  /// `ROLLBACK` failed; the connection was discarded, so the server rolls back by itself.
  public var rollbackError: PostgresError?
  /// `COMMIT` failed. With `.server` nothing was stored; with `.connectionLost` the outcome is unknown.
  public var commitError: PostgresError?

  /// The PostgreSQL failure that decided: of `BEGIN`, of the body, of `COMMIT`, else of the rollback.
  public var postgresError: PostgresError? {
    beginError ?? (bodyError as? PostgresError) ?? commitError ?? rollbackError
  }

  /// Whether the whole transaction may be tried again; see ``PostgresError/isTransient``.
  public var isTransient: Bool { postgresError?.isTransient ?? false }

  /// The failures by phase; no SQL, no values of this module's (the body's error describes itself).
  public var description: String {
    var parts: [String] = []
    if let beginError { parts.append("begin: \(beginError)") }
    if let bodyError { parts.append("body: \(bodyError)") }
    if let rollbackError { parts.append("rollback: \(rollbackError)") }
    if let commitError { parts.append("commit: \(commitError)") }
    return "PostgresTransactionError(\(parts.joined(separator: "; ")))"
  }
}
