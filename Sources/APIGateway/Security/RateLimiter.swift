import Crypto
import Synchronization

/// How often something may be asked for.
public struct RateLimit: Sendable, Hashable {
  /// As in the `RateLimit` header; lower case.
  public var name: String
  /// Requests in a window.
  public var quota: Int
  /// How long a window lasts from its first request on, in whole seconds.
  public var windowSeconds: Int

  /// - Parameters:
  ///   - quota: requests in a window; above 0.
  ///   - windowSeconds: how long a window lasts; above 0.
  public init(_ name: String, quota: Int, windowSeconds: Int) {
    self.name = name
    self.quota = quota
    self.windowSeconds = windowSeconds
  }
}

/// Counts requests by who asks: in a cache that several gateways share, or, without one and while it cannot be reached, in this process. Then
/// each gateway allows the quota, and who asked longest ago is forgotten first when there are more askers than it remembers.
final class RateLimiter: Sendable {
  /// Where somebody stands after a request ([RateLimit headers](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/)).
  struct Verdict: Sendable, Hashable {
    var limit: RateLimit
    var isAllowed: Bool
    /// Requests that are left in the window.
    var remaining: Int
    /// Whole seconds until the next window, rounded up.
    var resetSeconds: Int

    /// `RateLimit-Policy`: `"login";q=5;w=300`.
    var policy: String { "\"\(limit.name)\";q=\(limit.quota);w=\(limit.windowSeconds)" }
    /// `RateLimit`: `"login";r=3;t=42`.
    var state: String { "\"\(limit.name)\";r=\(remaining);t=\(resetSeconds)" }
  }

  private struct Key: Hashable {
    var limit: String
    var asker: String
  }

  private struct Window {
    var end: ContinuousClock.Instant
    var count: Int
  }

  private let windows: Mutex<TwoGenerationCache<Key, Window>>
  private let shared: (any Cache)?
  private let clock: @Sendable () -> ContinuousClock.Instant

  init(capacity: Int, shared: (any Cache)? = nil, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    windows = Mutex(TwoGenerationCache(capacity: capacity))
    self.shared = shared
    self.clock = clock
  }

  /// Counts a request.
  func take(_ limit: RateLimit, by asker: String) async -> Verdict {
    // That the cache is away is in the log; it is counted here meanwhile.
    if let shared, let counted = try? await shared.count(Self.name(limit, asker), seconds: limit.windowSeconds) {
      return Verdict(
        limit: limit, isAllowed: counted.count <= limit.quota, remaining: max(0, limit.quota - counted.count),
        resetSeconds: counted.secondsLeft)
    }
    return takeHere(limit, by: asker)
  }

  /// The asker's hash: an address of a person, or of a machine, does not stand in a cache.
  private static func name(_ limit: RateLimit, _ asker: String) -> String {
    "limit:\(limit.name):" + SHA256.hash(data: Array(asker.utf8)).prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func takeHere(_ limit: RateLimit, by asker: String) -> Verdict {
    let now = clock()
    let key = Key(limit: limit.name, asker: asker)
    return windows.withLock { windows in
      var window = windows[key] ?? Window(end: now, count: 0)
      if window.end <= now { window = Window(end: now + .seconds(limit.windowSeconds), count: 0) }
      let isAllowed = window.count < limit.quota
      if isAllowed { window.count += 1 }
      windows[key] = window
      let (seconds, attoseconds) = (window.end - now).components
      return Verdict(
        limit: limit, isAllowed: isAllowed, remaining: limit.quota - window.count, resetSeconds: Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
  }

  /// The same, and refuses what is too much.
  /// - Throws: `Problem(.tooManyRequests)`.
  @discardableResult
  func require(_ limit: RateLimit, by asker: String) async throws(Problem) -> Verdict {
    let verdict = await take(limit, by: asker)
    guard verdict.isAllowed else { throw Problem(tooMany: verdict) }
    return verdict
  }

  /// Begins anew: who has shown that he is right is no longer suspected.
  func forget(_ limit: RateLimit, by asker: String) async {
    // At worst whoever has shown that he is right waits for the window's end at his next mistakes.
    if let shared { try? await shared.remove(Self.name(limit, asker)) }
    windows.withLock { $0[Key(limit: limit.name, asker: asker)] = nil }
  }
}
