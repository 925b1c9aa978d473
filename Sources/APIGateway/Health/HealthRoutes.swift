import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import ObjectStorage
import Postgres
import RabbitMQ
import Redis

/// Whether the gateway lives, may be given work, and how everything behind it is.
enum HealthRoutes {
  /// One thing the gateway needs.
  private struct Check: Sendable {
    var name: String
    var position: Position?
    /// Jobs or deliveries that are to be done or under way, and those that were given up; nil for what has none.
    var jobs: (waiting: Int64, failed: Int64)?
    /// Nil when it answered.
    var failure: String?
  }

  private static let live = Schema.object("Liveness", ["status": .choice(["ok"])])
  private static let check = Schema.object(
    "HealthCheck",
    [
      "name": .text, "status": .choice(["ok", "failed"]), "position": .integer.nullable, "lag_events": .integer.nullable,
      "jobs_waiting": .integer.nullable, "jobs_failed": .integer.nullable,
    ])
  private static let full = Schema.object("Health", ["status": .choice(["ok", "failed"]), "checks": .array(check)])

  /// Mounted at the root.
  static var routes: [Route] {
    [
      Route(
        .get, "/health/live", "live", "Whether the process answers", in: NoInput.self, out: live, access: .everyone, idempotency: .none,
        problems: [], aliases: ["/api/simple-health"]
      ) { _, _ in Reply(.bytes(liveBody)) },
      Route(
        .get, "/health/ready", "ready", "Whether requests can be answered: log and read databases are there", in: NoInput.self, out: full,
        access: .everyone, idempotency: .none, problems: [.unavailable]
      ) { _, call in
        let checks = await everything(call.services, withHelpers: false)
        guard checks.allSatisfy({ $0.failure == nil }) else { throw unavailable(checks) }
        return reply(checks)
      },
      Route(
        .get, "/health", "health", "All that the gateway needs, with positions and lag", in: NoInput.self, out: full, access: .everyone,
        idempotency: .none, problems: [.unavailable], aliases: ["/api/health", "/api/services/status"]
      ) { _, call in
        let checks = await everything(call.services, withHelpers: true)
        guard checks.allSatisfy({ $0.failure == nil }) else { throw unavailable(checks) }
        return reply(checks)
      },
    ]
  }

  /// A service's own health.
  /// - Parameter hasStatus: whether the original answered this under `/status` as well.
  static func route(
    of service: String, hasStatus: Bool = false, _ side: @escaping @Sendable (GatewayServices) -> ReadSide
  ) -> Route {
    Route(
      .get, "/health", "\(service)Health", "Whether the service's data can be read", in: NoInput.self, out: full, access: .everyone,
      idempotency: .none, problems: [.unavailable], aliases: hasStatus ? ["/api/\(service)/status"] : []
    ) { _, call in
      let checks = [await check(side(call.services))]
      guard checks[0].failure == nil else { throw unavailable(checks) }
      return reply(checks)
    }
  }

  /// Of messages-broker: whether its data can be read, and the broker reached where one is configured.
  static let ofMessages = Route(
    .get, "/health", "messages-brokerHealth", "Whether the ledger of messages can be read, and the broker reached", in: NoInput.self,
    out: full, access: .everyone, idempotency: .none, problems: [.unavailable]
  ) { _, call in
    var checks = [await check(call.services.reads.messages)]
    if call.services.webhooks != nil { checks.append(await checkWebhooks(call.services.reads.messages)) }
    if let broker = call.services.broker { checks.append(await check(broker)) }
    guard checks.allSatisfy({ $0.failure == nil }) else { throw unavailable(checks) }
    return reply(checks)
  }

  private static let liveBody = Array(#"{"status":"ok"}"#.utf8)
  private static let position = PostgresStatement("health.position", "select \(ReadSide.positionSQL)")
  /// The services whose databases have a queue.
  private static let services: Set = ["auth", "newsletters", "sav", "contacts", "websites", "questions"]
  private static let positionAndJobs = PostgresStatement(
    "health.position-and-jobs",
    """
    select \(ReadSide.positionSQL), count(*) filter (where queue not like '%:%'), count(*) filter (where queue like '%:failed')
    from ops.jobs
    """)

  /// - Parameter withHelpers: whether the object storage and Redis count. Without them orders are taken all the same.
  private static func everything(_ services: GatewayServices, withHelpers: Bool) async -> [Check] {
    await withTaskGroup(of: (Int, Check).self) { group in
      group.addTask { (0, await checkLog(services.log)) }
      for (index, side) in services.reads.all.enumerated() { group.addTask { (index + 1, await check(side)) } }
      if withHelpers, services.webhooks != nil { group.addTask { (.max - 3, await checkWebhooks(services.reads.messages)) } }
      if withHelpers, let broker = services.broker {
        group.addTask { (.max - 4, await check(services.reads.messages)) }
        group.addTask { (.max - 2, await check(broker)) }
      }
      if withHelpers, let redis = services.caches.redis { group.addTask { (.max - 1, await check(redis)) } }
      if withHelpers, let objects = services.objects { group.addTask { (.max, await check(objects)) } }
      var checks: [(Int, Check)] = []
      for await found in group { checks.append(found) }
      return checks.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private static func checkLog(_ log: any EventLog) async -> Check {
    do {
      return Check(name: "event_store", position: try await log.head())
    } catch {
      return Check(name: "event_store", failure: "unreachable")
    }
  }

  private static func check(_ side: ReadSide) async -> Check {
    do {
      let hasJobs = services.contains(side.name)
      let row = try await side.client.query(hasJobs ? positionAndJobs : position)[0]
      return Check(
        name: side.name, position: Position(try row.int64(0)),
        jobs: hasJobs ? (waiting: try row.int64(1), failed: try row.int64(2)) : nil)
    } catch {
      return Check(name: side.name, failure: "unreachable")
    }
  }

  /// How far deliveries are planned; without a position where nobody is told of anything.
  private static func checkWebhooks(_ side: ReadSide) async -> Check {
    do {
      let row = try await side.client.query(WebhookResources.figures)[0]
      return Check(
        name: "webhooks", position: try row.optionalInt64(0).map { Position($0) },
        jobs: (waiting: try row.int64(1), failed: try row.int64(2)))
    } catch {
      return Check(name: "webhooks", failure: "unreachable")
    }
  }

  private static func check(_ objects: ObjectStorage) async -> Check {
    do {
      try await objects.check(bucket: Bucket.products.rawValue)
      return Check(name: "object_storage")
    } catch {
      return Check(name: "object_storage", failure: "unreachable")
    }
  }

  private static func check(_ broker: MessageBroker) async -> Check {
    do {
      _ = try await broker.ask { client throws(RabbitMQError) in
        try await client.differences(from: RabbitMQTopology(exchanges: [RabbitMQExchange(broker.exchange, .topic)]))
      }
      return Check(name: "rabbitmq")
    } catch {
      return Check(name: "rabbitmq", failure: "unreachable")
    }
  }

  private static func check(_ redis: RedisClient) async -> Check {
    do {
      _ = try await redis.send("PING")
      return Check(name: "redis")
    } catch {
      return Check(name: "redis", failure: "unreachable")
    }
  }

  private static func reply(_ checks: [Check]) -> Reply {
    .json { json in
      json.field("status", "ok")
      json.field("checks", document(checks))
    }
  }

  private static func unavailable(_ checks: [Check]) -> Problem {
    Problem(.unavailable, members: [("checks", document(checks))])
  }

  private static func document(_ checks: [Check]) -> JSONValue {
    let head = checks.first { $0.name == "event_store" }?.position
    return .array(
      checks.map { check in
        let lag = head.flatMap { head in check.position.map { max(0, head.rawValue - $0.rawValue) } }
        return [
          "name": .string(check.name), "status": check.failure == nil ? "ok" : "failed",
          "position": check.position.map { .int($0.rawValue) } ?? .null, "lag_events": lag.map { .int($0) } ?? .null,
          "jobs_waiting": check.jobs.map { .int($0.waiting) } ?? .null, "jobs_failed": check.jobs.map { .int($0.failed) } ?? .null,
        ]
      })
  }
}
