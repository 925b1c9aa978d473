public import Logging
import Synchronization

/// A client of one database: a few shared connections that pipeline the requests of all tasks, and exclusive ones on demand.
///
/// Nothing connects before the first request. Lost connections are made again with growing pauses; a request that was under way then fails
/// with `.connectionLost` and is never sent again silently, one that was not yet sent waits (at most
/// ``PostgresConfiguration/waitTimeout``). Close the client when done; one that is let go unclosed ends its idle connections by itself.
public final class PostgresClient: Sendable {
  private let pool: Pool

  /// Makes a client; no connection yet. Log lines go to `logger`, at `info` and below.
  public init(_ configuration: PostgresConfiguration, logger: Logger) {
    pool = Pool(configuration: configuration, logger: logger)
  }

  deinit { pool.beginClosing() }

  /// The configuration it was made with.
  public var configuration: PostgresConfiguration { pool.configuration }

  /// The figures of now.
  public var metrics: PostgresMetrics { pool.metrics }

  /// Runs one prepared statement in a transaction of its own, on a shared connection and pipelined with what others ask.
  ///
  /// Requests of one task run in its order, since each is awaited; between tasks there is no order. Session state (`SET`, `LISTEN`,
  /// advisory locks of the session) and `BEGIN` must not be used here: the connection is everybody's. A cancelled task's request is
  /// dropped when it waits and stopped by the server when it runs (`.cancelled`); should it have finished in time, its result is
  /// returned.
  public func query(_ statement: PostgresStatement, _ parameters: [PostgresValue] = []) async throws(PostgresError) -> PostgresResult {
    let request = Request(PostgresCall(statement, parameters))
    try await request.run(on: pool.leastBusy())
    return request.result!
  }

  /// Runs several statements, one after the other, in one transaction and one round trip; all take effect or none.
  ///
  /// The results come in the order of the calls; the first failure is thrown. No statement sees another's result before it is sent, and
  /// the transaction has the session's default isolation. An empty list returns at once.
  public func queryAll(_ calls: [PostgresCall]) async throws(PostgresError) -> [PostgresResult] {
    guard let first = calls.first else { return [] }
    let request = Request(first, others: Array(calls.dropFirst()))
    try await request.run(on: pool.leastBusy())
    return [request.result!] + request.otherResults
  }

  /// Runs a script, several statements allowed and none prepared, as one implicit transaction unless it says otherwise.
  ///
  /// For migrations and administration: nothing in the text is escaped or bound, so it must not be made of values. Returns when all
  /// is done; throws the first failure. Uses an exclusive connection.
  public func executeScript(_ unsafeSQL: String) async throws(PostgresError) {
    let link = try await pool.acquire()
    let connection = PostgresConnection(link)
    do throws(PostgresError) {
      try await connection.executeScript(unsafeSQL)
    } catch {
      await giveBack(connection)
      throw error
    }
    await giveBack(connection)
  }

  /// Lends a connection for the time of `body`: for session state, LISTEN, COPY and transactions made by hand.
  ///
  /// Waits while all exclusive connections are lent (at most ``PostgresConfiguration/waitTimeout``, then `.timeout`). What the
  /// session held (settings, locks, listeners, cursors, temporary tables, an open transaction) is gone when the connection is lent
  /// again. The connection refuses to be used after `body` has returned.
  public func withConnection<R: Sendable>(_ body: (PostgresConnection) async throws -> R) async throws -> R {
    let connection = PostgresConnection(try await pool.acquire())
    connection.mustReset.store(true, ordering: .relaxed)
    let result: R
    do {
      result = try await body(connection)
    } catch {
      await giveBack(connection)
      throw error
    }
    await giveBack(connection)
    return result
  }

  /// Runs `body` in a transaction: commits when it returns, rolls back when it throws.
  ///
  /// Rethrows the body's own error after a rollback that went well. Throws ``PostgresTransactionError`` when `BEGIN`, `COMMIT` or the
  /// rollback fails, and the failures of getting a connection as ``PostgresError``; ``PostgresError/underlying(_:)`` finds the
  /// PostgreSQL failure in either. After a failed `COMMIT` with `.connectionLost` the outcome is unknown. Statements of the body see
  /// each other's effects; settings made inside must be `SET LOCAL`, and locks those of the transaction.
  public func withTransaction<R: Sendable>(
    isolation: PostgresIsolation = .readCommitted, readOnly: Bool = false, _ body: (PostgresConnection) async throws -> R
  ) async throws -> R {
    let connection = PostgresConnection(try await pool.acquire())
    let result: R
    do {
      result = try await connection.withTransaction(isolation: isolation, readOnly: readOnly, body)
    } catch {
      await giveBack(connection)
      throw error
    }
    await giveBack(connection)
    return result
  }

  /// Runs a transaction in two round trips: `BEGIN` travels with the first calls, `COMMIT` with those that follow from their results.
  ///
  /// For a transaction that holds a lock which others wait for: `next` is not asynchronous, so between the two trips it cannot wait for
  /// anything. Returns the results of the second calls.
  ///
  /// Rethrows what `next` throws, after a rollback; what a statement or `COMMIT` fails with comes as ``PostgresError``. Nothing was stored
  /// then, except that after `.connectionLost` in the second trip the outcome is unknown.
  public func transact(
    _ first: [PostgresCall], then next: ([PostgresResult]) throws -> [PostgresCall]
  ) async throws -> [PostgresResult] {
    let connection = PostgresConnection(try await pool.acquire())
    let results: [PostgresResult]
    do {
      results = try await connection.transact(first, then: next)
    } catch {
      await giveBack(connection)
      throw error
    }
    await giveBack(connection)
    return results
  }

  /// Ends the client: refuses what is new or waits (`.closed`), lets what runs finish within ``PostgresConfiguration/closeTimeout``, then
  /// returns with no connection left. May be called twice.
  public func close() async { await pool.close() }

  private func giveBack(_ connection: PostgresConnection) async {
    connection.end()
    await connection.clean(pool: pool)
  }
}

/// How much a transaction sees of others that run beside it
/// (<https://www.postgresql.org/docs/15/transaction-iso.html>).
public enum PostgresIsolation: String, Sendable, Hashable {
  /// Each statement sees what was committed before it.
  case readCommitted = "READ COMMITTED"
  /// All statements see what was committed before the first.
  case repeatableRead = "REPEATABLE READ"
  /// As if transactions ran one after the other; may fail with 40001.
  case serializable = "SERIALIZABLE"
}
