public import Aggregates
public import EventSourcing
public import Postgres

/// Whom a campaign goes to: who is subscribed, can be reached, and is among those it is for. A condition on rows of `newsletters s`.
public struct CampaignAudience: Sendable {
  public private(set) var sql = "s.deleted_at is null and s.status = 'subscribed' and s.bounce_count < \(Subscriber.bounceLimit)"
  public private(set) var parameters: [PostgresValue] = []

  public init(_ targeting: CampaignTargeting?) {
    guard let targeting else { return }
    if !targeting.statuses.isEmpty { add("s.status = any($?::text[])", .textArray(targeting.statuses.map(\.rawValue))) }
    if !targeting.categories.isEmpty {
      add("jsonb_exists_any(s.preferences -> 'categories', $?::text[])", .textArray(targeting.categories))
    }
    if !targeting.sources.isEmpty { add("s.subscription_source = any($?::text[])", .textArray(targeting.sources)) }
    if targeting.excludesBounced { sql += " and s.bounce_count = 0" }
    if let days = targeting.minimumSubscribedDays { add("s.subscribed_at <= now() - make_interval(days => $?::integer)", .int64(days)) }
    if let count = targeting.maximumBounceCount { add("s.bounce_count <= $?::bigint", .int64(count)) }
  }

  private mutating func add(_ condition: String, _ value: PostgresValue) {
    parameters.append(value)
    sql += " and " + condition.replacing("$?", with: "$\(parameters.count)")
  }
}

/// Finds the subscribers that a planned campaign goes to when its time has come.
public protocol CampaignReaders: Sendable {
  /// - Parameter position: what the log holds up to here counts.
  /// - Returns: in order of their ids.
  func readers(for targeting: CampaignTargeting?, at position: Position) async throws -> [NewsletterID]
}

/// The subscribers as `newsletters_service_db` shows them.
public struct ProjectedReaders: CampaignReaders {
  /// The rows have not reached the position in time.
  struct Behind: Error {}

  private let client: PostgresClient
  private let patience: Duration

  /// - Parameters:
  ///   - client: connects as the database's reader.
  ///   - patience: how long rows are waited for.
  public init(_ client: PostgresClient, patience: Duration = .seconds(10)) {
    self.client = client
    self.patience = patience
  }

  public func readers(for targeting: CampaignTargeting?, at position: Position) async throws -> [NewsletterID] {
    let audience = CampaignAudience(targeting)
    let statement = PostgresStatement.unprepared(
      "select internal.position(), array(select s.id from newsletters s where \(audience.sql) order by s.id)")
    let deadline = ContinuousClock.now + patience
    while true {
      let row = try await client.query(statement, audience.parameters)[0]
      if Position(try row.int64(0)) >= position { return try row.int64Array(1).map { NewsletterID($0) } }
      guard ContinuousClock.now < deadline else { throw Behind() }
      try await Task.sleep(for: .milliseconds(20))
    }
  }
}
