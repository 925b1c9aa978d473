import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Synchronization
import Testing

@testable import APIGateway

@Suite struct RateLimitTests {
  private let limit = RateLimit("things", quota: 3, windowSeconds: 60)

  /// A clock that a test moves.
  private final class Clock: Sendable {
    private let value = Mutex(ContinuousClock.now)
    var now: ContinuousClock.Instant { value.withLock { $0 } }
    func pass(_ duration: Duration) { value.withLock { $0 += duration } }
  }

  @Test func `a window begins with its first request and allows the quota`() async {
    let clock = Clock()
    let limiter = RateLimiter(capacity: 100) { clock.now }
    for left in [2, 1, 0, 0] { #expect(await limiter.take(limit, by: "a").remaining == left) }
    clock.pass(.milliseconds(20_500))
    let refused = await limiter.take(limit, by: "a")
    #expect(!refused.isAllowed)
    #expect(refused.resetSeconds == 40)
    #expect(refused.policy == #""things";q=3;w=60"#)
    #expect(refused.state == #""things";r=0;t=40"#)
    #expect(await limiter.take(limit, by: "b").isAllowed)
    #expect(await limiter.take(RateLimit("others", quota: 1, windowSeconds: 1), by: "a").isAllowed)
    clock.pass(.milliseconds(39_500))
    #expect(await limiter.take(limit, by: "a").isAllowed)
    await limiter.forget(limit, by: "a")
    #expect(await limiter.take(limit, by: "a").remaining == 2)
  }

  @Test func `of many at the same time exactly the quota passes`() async {
    let limiter = RateLimiter(capacity: 100)
    let limit = RateLimit("things", quota: 50, windowSeconds: 600)
    let passed = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<200 { group.addTask { await limiter.take(limit, by: "a").isAllowed } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(passed == 50)
  }

  private static let password = "nine gentle otters juggling"

  private func harness(anonymous: Int? = nil, caller: Int? = nil) async throws -> Harness {
    try await Harness(groups: APIGateway.groups) { configuration in
      configuration.anonymousLimit = anonymous.map { RateLimit("anonymous", quota: $0, windowSeconds: 600) }
      configuration.callerLimit = caller.map { RateLimit("caller", quota: $0, windowSeconds: 600) }
      configuration.trustedProxies = 1
    }
  }

  private func login(
    _ harness: Harness, _ password: String, _ email: String = "ada@example.org", from address: String = "192.0.2.1"
  ) async throws -> Answer {
    try await harness.send(
      .post, "/api/v1/auth/login", #"{"email":"\#(email)","password":"\#(password)"}"#, headers: ["X-Forwarded-For": address])
  }

  @Test func `one address tries one account five times, and whoever is right begins anew`() async throws {
    let harness = try await harness()
    let body = #"{"firstname":"Ada","lastname":"L","email":"ada@example.org","password":"\#(Self.password)"}"#
    #expect(try await harness.send(.post, "/api/v1/auth/register", body).status == 201)
    for _ in 0..<4 { #expect(try await login(harness, "no").code == "invalid-credentials") }
    #expect(try await login(harness, Self.password, "ADA@example.org").status == 200)
    for _ in 0..<5 { #expect(try await login(harness, "no").code == "invalid-credentials") }
    let refused = try await login(harness, Self.password)
    #expect(refused.status == 429)
    #expect(try refused.code == "too-many-requests")
    #expect((1...300).contains(try #require(refused["Retry-After"].flatMap { Int($0) })))
    #expect(refused["RateLimit-Policy"] == #""login";q=5;w=300"#)
    #expect(refused["RateLimit"]?.hasPrefix(#""login";r=0;t="#) == true)
    // From elsewhere, and to another account, it goes on; an unknown account is counted as a known one.
    #expect(try await login(harness, Self.password, from: "192.0.2.2").status == 200)
    for _ in 0..<5 { #expect(try await login(harness, "no", "nobody@example.org").status == 401) }
    #expect(try await login(harness, "no", "nobody@example.org").status == 429)
    for count in 0..<6 {
      let answer = try await harness.send(
        .post, "/api/v1/auth/password/forgot", #"{"email":"nobody@example.org"}"#, headers: ["X-Forwarded-For": "192.0.2.1"])
      #expect(answer.status == (count < 5 ? 202 : 429))
    }
  }

  @Test func `without a token one address has a quota, with one the account has its own`() async throws {
    let harness = try await harness(anonymous: 2, caller: 3)
    func me(_ token: String?, _ address: String) async throws -> Answer {
      try await harness.send(.patch, "/api/v1/auth/me", "{}", token: token, headers: ["X-Forwarded-For": address])
    }
    func validate(_ address: String) async throws -> Answer {
      try await harness.send(.post, "/api/v1/auth/validate-token", #"{"token":"x"}"#, headers: ["X-Forwarded-For": address])
    }
    let first = try await validate("192.0.2.1")
    #expect(first.status == 200)
    #expect(first["RateLimit-Policy"] == #""anonymous";q=2;w=600"#)
    #expect(first["RateLimit"]?.hasPrefix(#""anonymous";r=1;t="#) == true)
    #expect(try await validate("192.0.2.1").status == 200)
    #expect(try await validate("192.0.2.1").status == 429)
    #expect(try await validate("192.0.2.2").status == 200)
    let (mine, other) = (try await harness.token(1), try await harness.token(2))
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.3"] { #expect(try await me(mine, address).status != 429) }
    #expect(try await me(mine, "192.0.2.4").code == "too-many-requests")
    #expect(try await me(other, "192.0.2.1").status != 429)
    // What watches over the gateway, and its description, are not counted.
    for _ in 0..<3 {
      let live = try await harness.send(.get, "/health/live", headers: ["X-Forwarded-For": "192.0.2.1"])
      #expect(live.status == 200)
      #expect(live["RateLimit"] == nil)
    }
  }
}
