public import Postgres

/// A job that was given up.
public struct FailedJob: Sendable, Hashable {
  /// Tells it from every other job of its database.
  public let id: Int64
  public let queue: String
  public let key: String
  /// How often it was tried.
  public let attempts: Int
  /// Why it failed for good; nobody's personal data.
  public let reason: String
}

/// The jobs of a database that were given up, of all its queues: they stay until an operator brings them back or discards them.
public struct FailedJobs: Sendable {
  private let client: PostgresClient

  /// - Parameter client: as a role that may write `ops.jobs`, which is the projector's.
  public init(client: PostgresClient) {
    self.client = client
  }

  /// All of them, in the order in which they were put in.
  public func list() async throws(PostgresError) -> [FailedJob] {
    var jobs: [FailedJob] = []
    for row in try await client.query(Self.list, []) {
      jobs.append(
        FailedJob(
          id: try row.int64(0), queue: try row.string(1), key: try row.string(2), attempts: Int(try row.int16(3)),
          reason: try row.string(4)))
    }
    return jobs
  }

  /// Brings a job back, with all its tries.
  /// - Returns: false when no such job has failed.
  public func retry(_ id: Int64) async throws(PostgresError) -> Bool { try await !client.query(Self.retry, [.int64(id)]).isEmpty }

  /// Brings all of them back.
  /// - Returns: how many.
  @discardableResult
  public func retryAll() async throws(PostgresError) -> Int { try await client.query(Self.retry, [.null]).count }

  /// Gives a job up for ever. It is kept in the queue `<name>:discarded` with the reason, so that nobody puts it in again.
  /// - Parameter reason: at most 500 characters are kept.
  /// - Returns: false when no such job has failed.
  public func discard(_ id: Int64, reason: String) async throws(PostgresError) -> Bool {
    try await !client.query(Self.discard, [.int64(id), .text(String(reason.prefix(500)))]).isEmpty
  }

  // MARK: Statements

  /// The name of a failed job's queue.
  private static let queue = "regexp_replace(queue, ':failed$', '')"

  private static let list = PostgresStatement(
    "failed-jobs.list",
    """
    select id, \(queue), payload::jsonb ->> 'key', attempts, coalesce(payload::jsonb ->> 'failure', '') from ops.jobs
    where queue like '%:failed' order by id
    """)
  private static let retry = PostgresStatement(
    "failed-jobs.retry",
    """
    update ops.jobs set queue = \(queue), attempts = 0, reserved_at = null,
      available_at = extract(epoch from clock_timestamp())::bigint, payload = (payload::jsonb - 'failure')::text
    where queue like '%:failed' and ($1::bigint is null or id = $1::bigint) returning id
    """)
  private static let discard = PostgresStatement(
    "failed-jobs.discard",
    """
    update ops.jobs set queue = \(queue) || ':discarded',
      payload = (payload::jsonb || jsonb_build_object('discarded', $2::text))::text
    where id = $1 and queue like '%:failed' returning id
    """)
}
