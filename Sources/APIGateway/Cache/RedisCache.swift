import Redis

/// A service's cache in Redis: `comptoir:<service>:<key>`.
struct RedisCache: Cache {
  let client: RedisClient
  let service: String

  private func name(_ key: String) -> RedisWord { RedisWord("comptoir:\(service):\(key)") }

  func value(_ key: String) async throws -> String? { try await client.send("GET", name(key)).text }

  func store(_ value: String, as key: String, seconds: Int) async throws {
    _ = try await client.send("SET", name(key), RedisWord(value), "EX", RedisWord(Int64(seconds)))
  }

  /// Both steps at once, or a counter that lost its end in between would never be forgotten.
  private static let counting: RedisWord = """
    local count = redis.call('INCR', KEYS[1])
    if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
    return {count, redis.call('PTTL', KEYS[1])}
    """

  func count(_ key: String, seconds: Int) async throws -> (count: Int, secondsLeft: Int) {
    let reply = try await client.send("EVAL", Self.counting, 1, name(key), RedisWord(Int64(seconds)))
    guard case .array(let parts) = reply, parts.count == 2, let count = parts[0].int64, let left = parts[1].int64 else {
      throw RedisError.refused("the count came back as something else")
    }
    return (Int(clamping: count), Int((max(0, left) + 999) / 1_000))
  }

  func remove(_ key: String) async throws { _ = try await client.send("DEL", name(key)) }
}
