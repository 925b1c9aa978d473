import EventSourcing
import Foundation
import HTTPTypes
import JSON
import Logging
import Postgres
import Redis
import Synchronization
import Testing

@testable import APIGateway

@Suite struct CacheTests {
  /// - Parameter database: which is emptied first; no two tests have the same.
  private func withRedis(database: Int, _ body: (RedisClient) async throws -> Void) async throws {
    let url = try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_REDIS_URL"], "COMPTOIR_TEST_REDIS_URL is not set")
    var configuration = try RedisConfiguration(url: url)
    configuration.database = database
    let client = RedisClient(configuration, logger: Logger(label: "test"))
    defer { client.close() }
    _ = try await client.send("FLUSHDB")
    try await body(client)
  }

  /// Both kinds, under names that no other test has.
  private func withCaches(database: Int, _ body: (any Cache, String) async throws -> Void) async throws {
    try await withRedis(database: database) { try await body(RedisCache(client: $0, service: "test"), UUID().uuidString) }
    try await ReadDatabases.with(only: ["auth_service_db"]) { databases in
      try await body(TableCache(client: databases.sides.auth.client), UUID().uuidString)
    }
  }

  @Test func `a value is kept until its time is over, is replaced, or is forgotten`() async throws {
    try await withCaches(database: 1) { cache, key in
      #expect(try await cache.value(key) == nil)
      try await cache.store("é\n'1", as: key, seconds: 60)
      #expect(try await cache.value(key) == "é\n'1")
      try await cache.store("2", as: key, seconds: 60)
      #expect(try await cache.value(key) == "2")
      try await cache.store("3", as: key, seconds: 1)
      var kept = try await cache.value(key)
      let deadline = ContinuousClock.now + .seconds(30)
      while kept != nil, .now < deadline {
        try await Task.sleep(for: .milliseconds(50))
        kept = try await cache.value(key)
      }
      #expect(kept == nil)
      try await cache.store("4", as: key, seconds: 60)
      try await cache.remove(key)
      #expect(try await cache.value(key) == nil)
    }
  }

  @Test func `of many gateways at the same time exactly the quota passes`() async throws {
    try await withCaches(database: 2) { cache, key in
      let gateways = (0..<4).map { _ in RateLimiter(capacity: 100, shared: cache) }
      let limit = RateLimit("things", quota: 50, windowSeconds: 600)
      let verdicts = await withTaskGroup(of: RateLimiter.Verdict.self) { group in
        for index in 0..<200 { group.addTask { await gateways[index % 4].take(limit, by: key) } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(verdicts.count { $0.isAllowed } == 50)
      #expect(verdicts.allSatisfy { (590...600).contains($0.resetSeconds) })
      await gateways[0].forget(limit, by: key)
      #expect(await gateways[1].take(limit, by: key).remaining == 49)
    }
  }

  @Test func `without its cache a gateway counts by itself`() async throws {
    let away = RedisClient(RedisConfiguration(host: "127.0.0.1", port: 1), logger: Logger(label: "test"))
    defer { away.close() }
    let limiter = RateLimiter(capacity: 100, shared: RedisCache(client: away, service: "test"))
    let limit = RateLimit("things", quota: 2, windowSeconds: 600)
    for isAllowed in [true, true, false] { #expect(await limiter.take(limit, by: "a").isAllowed == isAllowed) }
  }

  /// Keeps what is logged.
  private struct Lines: LogHandler {
    final class Kept: Sendable { let lines = Mutex<[String]>([]) }
    let kept = Kept()
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) { kept.lines.withLock { $0.append("\(event.level): \(event.message)") } }
  }

  /// Fails as long as it is told to.
  private final class Fragile: Cache {
    struct Broken: Error {}
    let isBroken = Mutex(false)
    func value(_ key: String) async throws -> String? {
      if isBroken.withLock({ $0 }) { throw Broken() }
      return nil
    }
    func store(_ value: String, as key: String, seconds: Int) async throws {}
    func count(_ key: String, seconds: Int) async throws -> (count: Int, secondsLeft: Int) { (1, 1) }
    func remove(_ key: String) async throws {}
  }

  @Test func `that a cache fails is logged once, and once that it works again`() async throws {
    let lines = Lines()
    let fragile = Fragile()
    let cache = WatchedCache(cache: fragile, watch: WatchedCache.Watch(Logger(label: "test") { _ in lines }))
    _ = try await cache.value("a")
    #expect(lines.kept.lines.withLock { $0 } == [])
    fragile.isBroken.withLock { $0 = true }
    for _ in 0..<3 { await #expect(throws: Fragile.Broken.self) { try await cache.value("a") } }
    #expect(lines.kept.lines.withLock { $0 } == ["warning: The cache fails, and is done without"])
    fragile.isBroken.withLock { $0 = false }
    for _ in 0..<3 { _ = try await cache.value("a") }
    #expect(lines.kept.lines.withLock { $0 }.dropFirst() == ["info: The cache works again"])
  }

  @Test func `a public answer is shown again, but never to who has written since`() async throws {
    try await withRedis(database: 9) { redis in
      try await ReadDatabases.with(only: ["products_service_db"]) { databases in
        let harness = try await Harness(
          groups: APIGateway.groups, reads: databases.sides, caches: Caches(redis: redis, logger: Logger(label: "test"))
        ) {
          $0.cacheSeconds = 60
        }
        let path = "/api/v1/products/brands"
        let first = try await harness.send(.get, path)
        #expect(first.status == 200)
        #expect(first["Cache-Status"] == "comptoir; fwd=uri-miss; stored")
        #expect(first["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30")
        #expect(first["Vary"] == "Accept-Language, Accept-Encoding, Comptoir-Website")
        let position = try #require(first["Comptoir-Position"].flatMap { Int64($0) })
        let brand = try #require(try first.json["data"]?.arrayValue?.first?["id"]?.int64Value)
        try await databases.execute("products_service_db", "update live.brands set name = 'Renamed' where id = \(brand)")

        let again = try await harness.send(.get, path)
        #expect(again.body == first.body)
        #expect(again["Cache-Status"]?.hasPrefix("comptoir; hit; ttl=") == true)
        #expect(again["Age"].flatMap { Int($0) } != nil)
        for name in ["ETag", "Link", "Comptoir-Position", "Content-Type", "Cache-Control"] { #expect(again[name] == first[name]) }
        #expect(try await harness.send(.get, path, headers: ["If-None-Match": first["ETag"]!]).status == 304)

        let fresh = try await harness.send(.get, path, headers: ["Cache-Control": "no-cache"])
        #expect(fresh["Cache-Status"] == "comptoir; fwd=request; stored")
        #expect(String(decoding: fresh.body, as: UTF8.self).contains("Renamed"))

        try await databases.execute(
          "products_service_db",
          """
          update live.brands set name = 'Again' where id = \(brand);
          insert into internal.checkpoints (generation, name, position)
            select id, 'products_service_db', \(position + 5) from internal.generations where state = 'current'
            on conflict (generation, name) do update set position = excluded.position;
          """)
        #expect(try await harness.send(.get, path).body == fresh.body)
        let newer = try await harness.send(.get, path, headers: ["Comptoir-Min-Position": "\(position + 1)"])
        #expect(newer["Cache-Status"] == "comptoir; fwd=stale; stored")
        #expect(String(decoding: newer.body, as: UTF8.self).contains("Again"))
        // Who signed in is nobody's cache's business.
        let signedIn = try await harness.send(.get, path, token: try await harness.token())
        #expect(signedIn["Cache-Control"] == nil)
      }
    }
  }

  @Test func `answers are as right while Redis is away`() async throws {
    let away = RedisClient(RedisConfiguration(host: "127.0.0.1", port: 1), logger: Logger(label: "test"))
    defer { away.close() }
    try await ReadDatabases.with(only: ["products_service_db"]) { databases in
      let harness = try await Harness(
        groups: APIGateway.groups, reads: databases.sides, caches: Caches(redis: away, logger: Logger(label: "test"))
      ) {
        $0.cacheSeconds = 60
      }
      for _ in 0..<2 {
        let answer = try await harness.send(.get, "/api/v1/products/brands")
        #expect(answer.status == 200)
        #expect(answer["Cache-Status"] == "comptoir; fwd=bypass")
      }
    }
  }

  @Test func `without Redis a service that has the table keeps its answers there, and one gateway sweeps`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides) { $0.cacheSeconds = 60 }
      let path = "/api/v1/questions/public/questions"
      #expect(try await harness.send(.get, path)["Cache-Status"] == "comptoir; fwd=uri-miss; stored")
      #expect(try await harness.send(.get, path)["Cache-Status"]?.hasPrefix("comptoir; hit") == true)
      #expect(try await harness.send(.get, "/api/v1/products/brands")["Cache-Status"] == nil)
      let side = databases.sides.questions
      func entries() async throws -> Int64 {
        try await side.client.query(PostgresStatement("test.entries", "select count(*) from ops.cache"))[0].int64(0)
      }
      #expect(try await entries() == 1)
      func sweeper(_ owner: String) -> CacheSweeper {
        CacheSweeper(
          caches: Caches(logger: Logger(label: "test")), reads: databases.sides, interval: .seconds(60), owner: owner,
          logger: Logger(label: "test"))
      }
      #expect(try await sweeper("a").takesTurn())
      #expect(try await !sweeper("b").takesTurn())
      #expect(try await sweeper("a").takesTurn())
      try await sweeper("a").sweep()
      #expect(try await entries() == 1)
      try await databases.execute("questions_service_db", "update ops.cache set expiration = 1")
      #expect(try await harness.send(.get, path)["Cache-Status"] == "comptoir; fwd=uri-miss; stored")
      try await databases.execute("questions_service_db", "update ops.cache set expiration = 1")
      try await sweeper("a").sweep()
      #expect(try await entries() == 0)
    }
  }
}
