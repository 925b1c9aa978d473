import Crypto
import EventSourcing
import Foundation
import ProcessManagers
import Testing

@testable import Messaging

@Suite struct WebhookPartsTests {
  @Test(arguments: [
    ("orders.order.confirmed", "orders.order.confirmed", true), ("orders.order.confirmed", "orders.order.cancelled", false),
    ("orders.*.confirmed", "orders.order.confirmed", true), ("orders.*", "orders.order.confirmed", false),
    ("*.*.*", "orders.order.confirmed", true), ("*", "orders", true), ("*", "orders.order", false), ("#", "orders.order.confirmed", true),
    ("#", "", true), ("orders.#", "orders", true), ("orders.#", "orders.order.confirmed", true),
    ("#.confirmed", "orders.order.confirmed", true),
    ("#.confirmed", "confirmed", true), ("#.order.#", "orders.order.confirmed", true), ("#.order.#", "orders.confirmed", false),
    ("orders.#.confirmed", "orders.confirmed", true), ("orders.#.#.x", "orders.x", true), ("#.*", "orders", true),
    ("#.*.*", "orders", false),
  ])
  func `a pattern matches routing keys as a topic exchange does`(pattern: String, key: String, expected: Bool) throws {
    #expect(try #require(RoutingPattern(pattern)).matches(key) == expected)
  }

  @Test(arguments: ["", ".", "a..b", "a.", ".a", "A.b", "a b", "a*.b", "**", "a.#b", "é", String(repeating: "a", count: 256)])
  func `what is no pattern is refused`(text: String) { #expect(RoutingPattern(text) == nil) }

  @Test func `a pattern that no message can match is known as such`() {
    #expect(RoutingPattern("orders.#")?.matchesSomething == true)
    #expect(RoutingPattern("orders.order.exploded")?.matchesSomething == false)
  }

  @Test(arguments: [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255", "203.0.113.9", "224.0.0.1", "239.1.1.1", "255.255.255.255",
    "::", "::1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "ff02::1", "2001::1", "2001:db8::1", "2002:808:808::1", "3fff::1",
  ])
  func `a private or special address is not public`(text: String) throws { #expect(try !#require(NetworkAddress(text)).isPublic) }

  @Test(arguments: [
    "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "223.255.255.1", "2606:4700::1111", "2a00::1",
  ])
  func `any other address is public`(text: String) throws {
    let address = try #require(NetworkAddress(text))
    #expect(address.isPublic && !address.isLoopback)
    #expect(NetworkAddress(address.description) == address)
  }

  @Test(arguments: [
    ("https://Example.ORG", "https://example.org/"), ("https://example.org:443/a?b=c", "https://example.org/a?b=c"),
    ("HTTP://localhost:8080/x", "http://localhost:8080/x"), ("https://[2606:4700::1111]:8443/", "https://[2606:4700::1111]:8443/"),
    ("https://8.8.8.8/%41", "https://8.8.8.8/%41"), ("https://example.org?x=1", "https://example.org/?x=1"),
  ])
  func `an address is read and spelled in one way`(text: String, spelled: String) throws { #expect(try WebhookURL(text).text == spelled) }

  @Test(arguments: [
    ("ftp://example.org/", WebhookURL.Fault.scheme), ("example.org", .scheme), ("", .scheme), ("https:/example.org", .scheme),
    ("https://user:word@example.org/", .credentials), ("https://example.org@evil.example/", .credentials), ("https:///x", .host),
    ("https://exa mple.org/", .host), ("https://[::1", .host), ("https://[127.0.0.1]/", .host), ("https://[fe80::1%25eth0]/", .host),
    ("https://-a.example/", .host), ("https://a..example/", .host), ("https://examplé.org/", .host), ("https://example.org:0/", .port),
    ("https://example.org:65536/", .port), ("https://example.org:/", .port), ("https://example.org:8a/", .port),
    ("https://[::1]x/", .port), ("https://example.org/#part", .path), ("https://example.org\\@evil.example/", .path),
    ("https://example.org/a b", .path), ("https://example.org/%4", .path), ("https://example.org/\u{1}", .path),
  ])
  func `an address that could be read in two ways is refused`(text: String, fault: WebhookURL.Fault) {
    #expect(throws: fault) { try WebhookURL(text) }
  }

  @Test func `nothing goes to a host of which one address is not public, nor anywhere unencrypted`() async throws {
    let resolver = FakeResolver(["mixed.example": ["8.8.8.8", "10.0.0.1"], "good.example": ["8.8.8.8", "2606:4700::1111"]])
    let guardian = WebhookGuard(resolver: resolver)
    let found = try await guardian.addresses(of: WebhookURL("https://good.example/"))
    #expect(found.map(\.description) == ["8.8.8.8", "2606:4700:0:0:0:0:0:1111"])
    let refused: [(String, WebhookGuard.Refusal)] = [
      ("https://mixed.example/", .notPublic), ("https://127.0.0.1/", .notPublic), ("https://[::ffff:10.0.0.1]/", .notPublic),
      ("http://good.example/", .notEncrypted), ("http://8.8.8.8/", .notEncrypted), ("https://none.example/", .notFound("unknown")),
    ]
    for (url, refusal) in refused {
      let url = try WebhookURL(url)
      await #expect(throws: refusal, "\(url.text)") { try await guardian.addresses(of: url) }
    }
    let lenient = WebhookGuard(resolver: resolver, allowsPrivate: true)
    #expect(try await lenient.addresses(of: WebhookURL("http://127.0.0.1/")).count == 1)
    #expect(try await lenient.addresses(of: WebhookURL("https://mixed.example/")).count == 2)
    await #expect(throws: WebhookGuard.Refusal.notEncrypted) { try await lenient.addresses(of: WebhookURL("http://good.example/")) }
  }

  @Test func `the machine's own resolver finds a host, and reads numbers as the system does`() async throws {
    let resolver = SystemHostResolver()
    #expect(try await resolver.addresses(of: "localhost").allSatisfy(\.isLoopback))
    // A spelling of 127.0.0.1 that looks like none.
    let url = try WebhookURL("https://2130706433/")
    await #expect(throws: WebhookGuard.Refusal.notPublic) { try await WebhookGuard(resolver: resolver).addresses(of: url) }
    await #expect(throws: (any Error).self) { try await resolver.addresses(of: "no-such-host.invalid") }
  }

  @Test func `a receiver takes a signature that is five minutes off, and none that is further`() throws {
    let secrets = WebhookSecrets(key: SymmetricKey(data: Array(repeating: 1, count: 32)))
    let signature = try #require(WebhookSignature(secret: secrets.secret(of: 1, keyID: UUID(), version: 1)))
    let now = Timestamp(microseconds: 1_800_000_000_000_000)
    for (skew, isGenuine) in [(0, true), (299, true), (-299, true), (300, true), (301, false), (-301, false)] as [(Int64, Bool)] {
      let sent = now.rawValue / 1_000_000 + skew
      let signed = signature.sign(id: "a", timestamp: sent, body: [1, 2])
      #expect(signature.isGenuine(signed, id: "a", sent: "\(sent)", body: [1, 2], now: now) == isGenuine, "\(skew) s")
      #expect(!signature.isGenuine(signed, id: "b", sent: "\(sent)", body: [1, 2], now: now))
      #expect(!signature.isGenuine(signed, id: "a", sent: "\(sent)", body: [1, 3], now: now))
    }
  }

  @Test func `secrets differ by subscription, its key and version, and are the same each time`() {
    let secrets = WebhookSecrets(key: SymmetricKey(data: Array(repeating: 1, count: 32)))
    let (one, two) = (UUID(), UUID())
    let all = [(1, one, 1), (1, one, 2), (2, one, 1), (1, two, 1)].map { secrets.secret(of: $0.0, keyID: $0.1, version: $0.2) }
    #expect(Set(all).count == 4)
    #expect(all[0] == secrets.secret(of: 1, keyID: one, version: 1))
    #expect(all.allSatisfy { WebhookSignature(secret: $0) != nil })
  }

  @Test func `ten tries take 75 hours, each pause a little longer at random`() {
    let configuration = WebhookConfiguration()
    #expect(configuration.maximumAttempts == 10)
    let pauses = (1...9).map { configuration.delay(after: $0, random: 0)! }
    let seconds = pauses.map(\.components.seconds).reduce(0, +)
    // 75 hours, 35 minutes and 5 seconds.
    #expect(seconds == 272_105)
    #expect(configuration.delay(after: 10) == nil)
    #expect(configuration.delay(after: 2, random: 1) == .seconds(330))
  }

  @Test(arguments: [
    ("120", Duration.seconds(120)), ("0", .zero), ("Thu, 01 Jan 2026 00:01:00 GMT", .seconds(60)), ("Wed, 31 Dec 2025 23:00:00 GMT", .zero),
    ("-1", nil), ("soon", nil), ("Thu, 01 Foo 2026 00:01:00 GMT", nil), ("", nil), ("99999999999999999999", nil),
  ])
  func `Retry-After is seconds or a date`(text: String, expected: Duration?) {
    #expect(RetryAfter.duration(text, now: Timestamp(rfc3339: "2026-01-01T00:00:00Z")!) == expected)
  }
}

/// Hosts as a test says; it may change its mind.
final class FakeResolver: HostResolver {
  private let hosts: [String: [String]]
  /// Given, later questions are answered by these.
  private let later: [String: [String]]
  private let asked = Asked()

  private actor Asked {
    var count = 0
    func next() -> Int {
      count += 1
      return count
    }
  }

  init(_ hosts: [String: [String]], afterFirst later: [String: [String]]? = nil) {
    self.hosts = hosts
    self.later = later ?? hosts
  }

  func addresses(of host: String) async throws -> [NetworkAddress] {
    guard let found = await asked.next() == 1 ? hosts[host] : later[host] else {
      throw SystemHostResolver.NotFound(description: "unknown")
    }
    return found.map { NetworkAddress($0)! }
  }
}
