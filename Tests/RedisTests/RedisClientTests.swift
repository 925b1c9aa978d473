import Foundation
import Logging
import Synchronization
import Testing

@testable import Redis

@Suite struct RedisClientTests {
  private static func configuration() throws -> RedisConfiguration {
    try RedisConfiguration(
      url: try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_REDIS_URL"], "COMPTOIR_TEST_REDIS_URL is not set"))
  }

  private static func with(
    _ changed: RedisConfiguration? = nil, _ body: (RedisClient, String) async throws -> Void
  ) async throws {
    let client = RedisClient(try changed ?? configuration(), logger: Logger(label: "test"))
    defer { client.close() }
    try await body(client, "test:\(UUID().uuidString)")
  }

  /// Asks until there is an answer, or thirty seconds are over.
  private static func eventually<R>(_ ask: () async -> R?) async throws -> R {
    let deadline = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < deadline {
      if let answer = await ask() { return answer }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try #require(nil, "no answer in thirty seconds")
  }

  @Test func `commands answer what Redis says, byte for byte`() async throws {
    try await Self.with { client, key in
      let bytes = [UInt8](0...255)
      _ = try await client.ask("SET", RedisWord(key), RedisWord(bytes))
      #expect(try await client.ask("GET", RedisWord(key)) == RedisReply.bytes(bytes))
      #expect(try await client.ask("GET", RedisWord(key + "?")) == RedisReply.null)
      #expect(try await client.ask("STRLEN", RedisWord(key)).int64 == 256)
      #expect(try await client.ask("SET", RedisWord(key), "").text == "OK")
      #expect(try await client.ask("MGET", RedisWord(key), RedisWord(key + "?")) == RedisReply.array([.bytes([]), .null]))
      #expect(try await client.ask("DEL", RedisWord(key)) == RedisReply.integer(1))
    }
  }

  @Test func `ten thousand commands of many tasks are each answered once, in their order`() async throws {
    try await Self.with { client, key in
      let seen = try await withThrowingTaskGroup(of: [Int64].self) { group in
        for _ in 0..<64 {
          group.addTask {
            var numbers: [Int64] = []
            for _ in 0..<157 { numbers.append(try #require(try await client.ask("INCR", RedisWord(key)).int64)) }
            #expect(numbers == numbers.sorted())
            return numbers
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(seen.sorted() == Array(1...10_048))
      _ = try await client.ask("DEL", RedisWord(key))
    }
  }

  @Test func `a refusal is thrown, and the commands beside it are answered`() async throws {
    try await Self.with { client, key in
      _ = try await client.ask("SET", RedisWord(key), "text")
      async let answered = client.ask("GET", RedisWord(key))
      await #expect {
        _ = try await client.ask("INCR", RedisWord(key))
      } throws: { error in
        if case RedisError.refused(let reason) = error { reason.contains("integer") } else { false }
      }
      let text = try await answered.text
      #expect(text == "text")
      _ = try await client.ask("DEL", RedisWord(key))
    }
  }

  @Test func `with a wrong password, or where nothing listens, commands fail at once`() async throws {
    var (wrong, away) = (try Self.configuration(), try Self.configuration())
    wrong.password = "not this"
    away.port = 1
    for configuration in [wrong, away] {
      try await Self.with(configuration) { client, _ in
        for _ in 0..<3 { await #expect(throws: RedisError.notConnected) { try await client.ask("PING") } }
      }
    }
  }

  @Test func `a connection that is cut is made again`() async throws {
    var configuration = try Self.configuration()
    configuration.longestPause = .milliseconds(100)
    try await Self.with(configuration) { client, _ in
      let id = try #require(try await client.ask("CLIENT", "ID").int64)
      try await Self.with { other, _ in
        let killed = try await other.ask("CLIENT", "KILL", "ID", RedisWord(id)).int64
        #expect(killed == 1)
      }
      let next = try await Self.eventually { try? await client.ask("CLIENT", "ID").int64 }
      #expect(next != id)
    }
  }

  @Test func `an answer that does not come is given up, and later commands are answered again`() async throws {
    var configuration = try Self.configuration()
    configuration.timeout = .seconds(1)
    configuration.longestPause = .milliseconds(100)
    try await Self.with(configuration) { client, key in
      _ = try await client.ask("PING")
      // A command that waits by its nature.
      await #expect(throws: RedisError.timedOut) { try await client.ask("BLPOP", RedisWord(key), 30) }
      let answer = try await Self.eventually { try? await client.ask("PING") }
      #expect(answer.text == "PONG")
    }
  }

  @Test func `what is asked after the end is refused`() async throws {
    try await Self.with { client, _ in
      _ = try await client.ask("PING")
      client.close()
      await #expect(throws: RedisError.closed) { try await client.ask("PING") }
    }
  }

  @Test func `an address is read, or refused without being quoted`() throws {
    let read = try RedisConfiguration(url: "redis://ada:p%40ss@cache.example:6380/3")
    #expect(read.host == "cache.example")
    #expect(read.port == 6_380)
    #expect(read.database == 3)
    #expect(read.user == "ada")
    #expect(read.password == "p@ss")
    #expect(try RedisConfiguration(url: "redis://[::1]").host == "::1")
    for url in ["", "http://h", "rediss://h", "redis://", "redis://u:secret@h/x", "redis://u:secret@h/-1", "redis://u:secret@h/1?a=b"] {
      #expect { try RedisConfiguration(url: url) } throws: { !"\($0)".contains("secret") }
    }
  }
}

extension RedisClient {
  /// As `send`, with an error of any type: what `#expect` makes of a call does not know typed ones.
  fileprivate func ask(_ words: RedisWord...) async throws -> RedisReply { try await send(words) }
}
