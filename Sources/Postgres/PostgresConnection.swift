import CLibPQ
import Synchronization

/// A connection lent to one borrower by `withConnection` or `withTransaction`.
///
/// `query` may be called from several tasks of the borrower at once: the requests are pipelined in the order they come, each with its own
/// answer. Scripts and COPY go alone, in the same order.
public final class PostgresConnection: Sendable {
  let link: Link
  private let hasEnded = Atomic<Bool>(false)
  /// Whether the session may hold something of the borrower's when it is returned.
  let mustReset = Atomic<Bool>(false)

  init(_ link: Link) { self.link = link }

  /// Runs one prepared statement; see ``PostgresClient/query(_:_:)``. Outside a transaction it is one of its own.
  public func query(_ statement: PostgresStatement, _ parameters: [PostgresValue] = []) async throws(PostgresError) -> PostgresResult {
    let request = Request(PostgresCall(statement, parameters))
    try check()
    try await request.run(on: link)
    return request.result!
  }

  /// Runs several statements in one round trip; outside a transaction they are one. See ``PostgresClient/queryAll(_:)``.
  public func queryAll(_ calls: [PostgresCall]) async throws(PostgresError) -> [PostgresResult] {
    guard let first = calls.first else { return [] }
    let request = Request(first, others: Array(calls.dropFirst()))
    try check()
    try await request.run(on: link)
    return [request.result!] + request.otherResults
  }

  /// Runs a script; see ``PostgresClient/executeScript(_:)``.
  public func executeScript(_ unsafeSQL: String) async throws(PostgresError) {
    try check()
    mustReset.store(true, ordering: .relaxed)
    try await Request(script: unsafeSQL).run(on: link)
  }

  /// Runs `body` in a transaction on this connection; see ``PostgresClient/withTransaction(isolation:readOnly:_:)``. Not nested.
  public func withTransaction<R: Sendable>(
    isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false, _ body: (PostgresConnection) async throws -> R
  ) async throws -> R {
    try check()
    let begin = Request(PostgresCall(Self.begin(isolation, readOnly)))
    do throws(PostgresError) {
      try await begin.run(on: link)
    } catch {
      // A cancel request may have come after BEGIN had worked.
      if error.kind == .cancelled { try? await rollback() }
      throw PostgresTransactionError(beginError: error)
    }
    let result: R
    do {
      result = try await body(self)
    } catch {
      do throws(PostgresError) {
        try await rollback()
      } catch let rollbackError {
        mustReset.store(true, ordering: .relaxed)
        throw PostgresTransactionError(bodyError: error, rollbackError: rollbackError)
      }
      throw error
    }
    let commit = Request(PostgresCall(Self.commit))
    do throws(PostgresError) {
      try await commit.run(on: link, isCancellable: false)
    } catch {
      mustReset.store(true, ordering: .relaxed)
      throw PostgresTransactionError(commitError: error)
    }
    // A transaction in which a statement failed answers COMMIT with a rollback and no error.
    if commit.result?.commandTag == "ROLLBACK" {
      throw PostgresTransactionError(
        commitError: PostgresError(
          .server(.inFailedSQLTransaction), "the transaction was rolled back: a statement in it had failed", statementName: "commit"))
    }
    return result
  }

  /// Runs a transaction in two round trips; see ``PostgresClient/transact(_:then:)``. Not nested.
  func transact(_ first: [PostgresCall], then next: ([PostgresResult]) throws -> [PostgresCall]) async throws -> [PostgresResult] {
    do {
      let opening = Request(PostgresCall(Self.begin(.readCommitted, false)), others: first)
      try await opening.run(on: link)
      let closing = Request(calls: try next(opening.otherResults) + [PostgresCall(Self.commit)])
      try await closing.run(on: link, isCancellable: false)
      return closing.results.dropLast()
    } catch {
      // Even where BEGIN did not work: outside a transaction ROLLBACK only warns.
      do throws(PostgresError) {
        try await rollback()
      } catch {
        // The session has ended, or is ended when it is given back: the server rolls back by itself.
        mustReset.store(true, ordering: .relaxed)
      }
      throw error
    }
  }

  /// Asks the server to stop what runs now; what runs then fails with `.cancelled`, or finishes if it is faster.
  public func cancel() { link.thread.perform { self.link.cancelRunning() } }

  // MARK: For the client

  func check() throws(PostgresError) {
    if hasEnded.load(ordering: .relaxed) { throw .closed("the connection was returned already") }
  }

  func end() { hasEnded.store(true, ordering: .relaxed) }

  private func rollback() async throws(PostgresError) {
    try await Request(PostgresCall(Self.rollbackStatement)).run(on: link, isCancellable: false)
  }

  /// Returns the connection to the pool, rid of what the session held; one that cannot be cleaned is closed.
  func clean(pool: Pool) async {
    guard mustReset.load(ordering: .relaxed) else {
      pool.release(link)
      return
    }
    do throws(PostgresError) {
      // A transaction that is still open must go first, and by itself: a failed one refuses everything else.
      try await Request(script: "ROLLBACK").run(on: link, isCancellable: false)
      try await Request(script: Self.resetScript).run(on: link, isCancellable: false)
      pool.release(link)
    } catch {
      let link = link
      link.thread.perform { link.close(force: true) }
    }
  }

  /// What `DISCARD ALL` does, but for prepared statements, which stay good.
  private static let resetScript = """
    SET SESSION AUTHORIZATION DEFAULT; RESET ALL; CLOSE ALL; UNLISTEN *; SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES
    """
  private static let commit = PostgresStatement("commit", "COMMIT")
  private static let rollbackStatement = PostgresStatement("rollback", "ROLLBACK")

  private static func begin(_ isolation: PostgresIsolation, _ readOnly: Bool) -> PostgresStatement {
    let access = readOnly ? "READ ONLY" : "READ WRITE"
    return PostgresStatement("begin \(isolation.rawValue) \(access)", "BEGIN ISOLATION LEVEL \(isolation.rawValue) \(access)")
  }
}
