import JSON
public import Postgres

/// A durable queue over a database's `ops.jobs`. Any number of workers take from it; each job is with one of them at a time.
///
/// A job that was carried out is deleted; one that failed for good stays in the queue `<name>:failed` with its reason. Times are the
/// database's.
public struct JobQueue: Sendable {
  public let name: String
  let client: PostgresClient
  /// Seconds since 1970 in place of the database's clock; for tests.
  var clock: (@Sendable () -> Int64)?

  /// - Parameters:
  ///   - name: at most 240 characters, no colon.
  ///   - client: as a role that may write `ops.jobs`, which is the projector's.
  public init(_ name: String, client: PostgresClient) {
    precondition(!name.isEmpty && name.count <= 240 && !name.contains(":"), "no name for a queue: \(name)")
    self.name = name
    self.client = client
  }

  private var failedName: String { "\(name):failed" }
  private var now: PostgresValue { clock.map { .int64($0()) } ?? .null }

  /// Puts jobs in, all or none; those whose key is there already are left out.
  /// - Parameter delay: before the first try.
  /// - Returns: how many are new.
  @discardableResult
  public func enqueue(_ jobs: [Job], delay: Duration = .zero) async throws(PostgresError) -> Int {
    guard !jobs.isEmpty else { return 0 }
    let call = enqueueCall(jobs, delay: delay)
    return try await client.query(call.statement, call.parameters).count
  }

  /// The same as a statement, for a transaction of the caller's.
  public func enqueueCall(_ jobs: [Job], delay: Duration = .zero) -> PostgresCall {
    PostgresCall(
      Self.enqueue,
      [
        .text(name), .textArray(jobs.map(\.payload.serializedText)), now,
        .int64(delay.components.seconds),
      ])
  }

  /// What is in the queue now.
  public func figures() async throws(PostgresError) -> JobFigures {
    let row = try await client.query(Self.figures, [.text(name), .text(failedName)])[0]
    return JobFigures(waiting: Int(try row.int64(0)), running: Int(try row.int64(1)), failed: Int(try row.int64(2)))
  }

  /// Brings jobs back that were given up, each with all its tries.
  /// - Returns: how many.
  @discardableResult
  public func retryFailed() async throws(PostgresError) -> Int {
    try await client.query(Self.retry, [.text(failedName), .text(name), now]).count
  }

  // MARK: For workers

  /// The next job that may run; nil when there is none. One whose worker gave no sign of life for a lease comes again.
  func reserve(_ policy: JobPolicy) async throws -> ReservedJob? {
    let rows = try await client.query(Self.reserve, [.text(name), now, .int64(max(1, policy.lease.components.seconds))])
    guard rows.count == 1 else { return nil }
    let payload = try JSONValue(parsing: try rows[0].bytes(1))
    guard case .string(let key)? = payload["key"] else { throw JobFailure("a job without a key") }
    return ReservedJob(
      id: try rows[0].int64(0), job: Job(key: key, data: payload["data"] ?? .null), attempt: Int(try rows[0].int16(2)))
  }

  /// Gives a sign of life.
  /// - Returns: false when somebody else has the job by now.
  func renew(_ job: ReservedJob) async throws(PostgresError) -> Bool { try await change(Self.renew, job, [now]) }

  /// It was carried out.
  func finish(_ job: ReservedJob) async throws(PostgresError) -> Bool { try await change(Self.finish, job, []) }

  /// It is tried again later.
  func putBack(_ job: ReservedJob, in seconds: Int64) async throws(PostgresError) -> Bool {
    try await change(Self.putBack, job, [now, .int64(seconds)])
  }

  /// It was not tried: its worker stops.
  func release(_ job: ReservedJob) async throws(PostgresError) -> Bool { try await change(Self.release, job, []) }

  /// It has failed for good.
  func fail(_ job: ReservedJob, _ reason: String) async throws(PostgresError) -> Bool {
    try await change(Self.fail, job, [.text(failedName), .text(String(reason.prefix(500)))])
  }

  /// Changes a job for its holder alone: whoever took it after him has raised the number of tries.
  private func change(_ statement: PostgresStatement, _ job: ReservedJob, _ more: [PostgresValue]) async throws(PostgresError) -> Bool {
    try await client.query(statement, [.int64(job.id), .int16(Int16(job.attempt))] + more).count == 1
  }

  // MARK: Statements

  private static let clock = "coalesce($3::bigint, extract(epoch from clock_timestamp())::bigint)"

  private static let enqueue = PostgresStatement(
    "jobs.enqueue",
    """
    with t as (select \(clock) as now)
    insert into ops.jobs (queue, payload, attempts, available_at, created_at)
    select $1, job, 0, t.now + $4::bigint, t.now from t, unnest($2::text[]) with ordinality as j (job, place) order by place
    on conflict ((payload::jsonb ->> 'key')) do nothing returning id
    """)
  private static let figures = PostgresStatement(
    "jobs.figures",
    """
    select count(*) filter (where queue = $1 and reserved_at is null), count(*) filter (where queue = $1 and reserved_at is not null),
      count(*) filter (where queue = $2) from ops.jobs where queue in ($1, $2)
    """)
  private static let retry = PostgresStatement(
    "jobs.retry",
    """
    update ops.jobs set queue = $2, attempts = 0, reserved_at = null, available_at = \(clock),
      payload = (payload::jsonb - 'failure')::text where queue = $1 returning id
    """)
  private static let reserve = PostgresStatement(
    "jobs.reserve",
    """
    with t as (select coalesce($2::bigint, extract(epoch from clock_timestamp())::bigint) as now),
    next as (
      select id from ops.jobs, t where queue = $1 and available_at <= t.now and (reserved_at is null or reserved_at <= t.now - $3::bigint)
      order by id limit 1 for update of jobs skip locked)
    update ops.jobs set reserved_at = t.now, attempts = attempts + 1 from t, next where jobs.id = next.id
    returning jobs.id, payload, attempts
    """)
  private static let renew = PostgresStatement(
    "jobs.renew", "update ops.jobs set reserved_at = \(clock) where id = $1 and attempts = $2 returning id")
  private static let finish = PostgresStatement("jobs.finish", "delete from ops.jobs where id = $1 and attempts = $2 returning id")
  private static let putBack = PostgresStatement(
    "jobs.put-back",
    "update ops.jobs set reserved_at = null, available_at = \(clock) + $4::bigint where id = $1 and attempts = $2 returning id")
  private static let release = PostgresStatement(
    "jobs.release",
    "update ops.jobs set reserved_at = null, attempts = attempts - 1 where id = $1 and attempts = $2 returning id")
  private static let fail = PostgresStatement(
    "jobs.fail",
    """
    update ops.jobs set queue = $3, reserved_at = null, payload = (payload::jsonb || jsonb_build_object('failure', $4::text))::text
    where id = $1 and attempts = $2 returning id
    """)
}
