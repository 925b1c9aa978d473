import Aggregates
import Crypto
import EventSourcing
import EventStoreTesting
import Foundation
import JSON
import ProcessManagers
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(3))) struct WebhookTests {
  @Test func `who subscribed to a key is told of each public message with it, signed, and of nothing else`() async throws {
    try await WebhookBench.use { bench in
      try await bench.deleteProducts([99])
      let secret = try await bench.subscribe("products.*.deleted")
      try await bench.running(bench.webhooks()) {
        try await bench.deleteProducts([1, 2])
        try await bench.deleteProducts([3], isPublic: false)
        _ = try await bench.log.append(
          Append(streams: [
            StreamAppend(
              stream: StreamName(rawValue: "basket-9"), expected: .any,
              events: [
                EventData(
                  type: "BasketDeleted", isPublic: true, payload: Array(#"{"basket_id":9,"user_id":3}"#.utf8),
                  occurredAt: InMemoryEventLog.defaultStart)
              ])
          ]))
        try await bench.delivered(2)
      }
      let told = bench.receiver.deliveries.sorted { try! $0.position! < $1.position! }
      #expect(told.map(\.path) == ["/hook", "/hook"])
      let events = try await bench.log.readLog(after: Position(1), filter: .all, limit: 2).events
      #expect(told.map(\.id) == events.map { $0.id.uuidString.lowercased() })
      let first = try told[0].json
      let texts = ["type", "routing_key", "timestamp", "subject"].map { first[$0]?.stringValue }
      #expect(texts == ["product.deleted", "products.product.deleted", "2026-01-01T00:00:00.000000Z", "product-1"])
      #expect(first["data"]?["ref"]?.stringValue == "R1")
      #expect(first["data_url"]?.isNull == true)
      #expect([first["sequence"]?.int64Value, first["position"]?.int64Value] == [1, 2])
      // By the specification's words, with nothing of ours.
      let text = bench.secrets.secret(of: secret.subscriptionID, keyID: secret.keyID, version: 1)
      let key = SymmetricKey(data: try #require(Data(base64Encoded: String(text.dropFirst(6)))))
      for delivery in told {
        let signed = Array("\(delivery.id).\(delivery.timestamp).".utf8) + delivery.body
        let code = Data(HMAC<SHA256>.authenticationCode(for: signed, using: key)).base64EncodedString()
        #expect(delivery.signature == "v1,\(code)")
        #expect(delivery.timestamp == "\(bench.now.rawValue / 1_000_000)")
      }
      #expect(try await bench.deliveries("last_status || ' ' || attempts") == ["204 1", "204 1"])
    }
  }

  @Test func `of a thousand tries thirty fail, and each message gets through, most at once and each known by its id`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      bench.receiver.answer { _, count in .init(status: count % 33 == 0 ? 500 : 200) }
      try await bench.running(bench.webhooks("one"), bench.webhooks("two")) {
        try await bench.deleteProducts(1...500)
        try await bench.until("trying all") { try await bench.deliveries("attempts").count(where: { $0 != "0" }) == 500 }
        for _ in 1...4 {
          // None that the next step of the clock would take from its sender.
          let open = "state = 'pending' and (claimed_until is not null or next_attempt_at <= '\(bench.now.rfc3339)')"
          try await bench.until("all that is due") { try await bench.deliveries(open).allSatisfy { $0 == "false" } }
          bench.pass(.seconds(331))
        }
        try await bench.delivered(500)
      }
      let ids = bench.receiver.deliveries.map(\.id)
      #expect(Set(ids).count == 500)
      // Whoever keeps the ids he has seen handles each once; nothing came again that had been taken.
      let refused = ids.indices.count { $0 % 33 == 0 }
      #expect(ids.count == 500 + refused)
      #expect(try await bench.states("consecutive_failures") == ["0"])
    }
  }

  @Test func `a receiver that is away is tried again and again, told all when it is back, and never more than three days in vain`()
    async throws
  {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      bench.receiver.answer(500, body: "out of order\0")
      try await bench.running(bench.webhooks()) {
        try await bench.deleteProducts([1])
        for (attempt, delay) in WebhookConfiguration().delays.enumerated() {
          try await bench.until("try \(attempt + 1)") { try await bench.rests(["pending \(attempt + 1)"]) }
          let left = try await bench.deliveries("extract(epoch from next_attempt_at)::bigint")[0]
          let pause = try #require(Int64(left)) - bench.now.rawValue / 1_000_000
          let least = delay.components.seconds
          #expect(pause >= least, "\(attempt)")
          #expect(pause <= least + least / 10 + 1, "\(attempt)")
          if attempt == 4 {
            // Back in between: what is new gets through, and the failures are forgotten.
            bench.receiver.answer(200)
            try await bench.deleteProducts([2])
            try await bench.until("the new one") { try await bench.deliveries("state") == ["pending", "delivered"] }
            #expect(try await bench.states("consecutive_failures") == ["0"])
            try await bench.execute("delete from ops.webhook_deliveries where state = 'delivered'")
            bench.receiver.answer(500)
          }
          bench.pass(delay * 1.11)
        }
        try await bench.until("the last try") { try await bench.deliveries() == ["failed 10"] }
      }
      #expect(try await bench.deliveries("last_status || ' ' || coalesce(last_response, '')") == ["500 "])
      // Five tries in a row have failed, in 68 hours: not yet enough.
      #expect(try await bench.states("state || ' ' || consecutive_failures") == ["active 5"])
    }
  }

  @Test func `when ten tries in a row have failed for three days nothing is sent any more, until somebody enables it`() async throws {
    try await WebhookBench.use { bench in
      let secret = try await bench.subscribe("#")
      bench.receiver.answer(500)
      try await bench.running(bench.webhooks { $0.delays = Array(repeating: .seconds(10 * 3_600), count: 9) }) {
        try await bench.deleteProducts([1])
        for attempt in 1...9 {
          try await bench.until("try \(attempt)") { try await bench.rests(["pending \(attempt)"]) }
          if attempt == 9 { try await bench.deleteProducts([2]) }
          bench.pass(.seconds(11 * 3_600))
        }
        try await bench.until("being disabled") { try await bench.states() == ["disabled"] }
        #expect(try await bench.states("disabled_reason")[0].contains("10 tries in a row failed, the first at 2026-01-01T00:00:00Z"))
        bench.receiver.answer(200)
        let count = bench.receiver.deliveries.count
        try await bench.deleteProducts([3])
        bench.pass(.seconds(100 * 3_600))
        await #expect(throws: WebhookStore.Refusal.state("disabled")) {
          try await bench.operators.redeliver(try await bench.deliveryIDs()[0], of: secret.subscriptionID, now: bench.now)
        }
        // A ping goes to it all the same, and is not repeated.
        _ = try await bench.operators.ping(secret.subscriptionID, now: bench.now)
        try await bench.until("the ping") { bench.receiver.deliveries.count == count + 1 }
        #expect(try bench.receiver.deliveries[count].json["type"]?.stringValue == "ping")
        try await bench.operators.enable(secret.subscriptionID, now: bench.now)
        await #expect(throws: WebhookStore.Refusal.state("active")) {
          try await bench.operators.enable(secret.subscriptionID, now: bench.now)
        }
        try await bench.until("the rest") {
          let rows = try await bench.deliveries("state || ' ' || (position is not null)")
          return rows.count(where: { $0 == "delivered true" }) == 2
        }
        #expect(try await bench.states("state || consecutive_failures || coalesce(disabled_reason, '')") == ["active0"])
      }
    }
  }

  @Test func `a receiver that is gone is left alone at once`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      bench.receiver.answer(410)
      try await bench.running(bench.webhooks { $0.concurrencyPerSubscription = 1 }) {
        try await bench.deleteProducts([1, 2])
        try await bench.until("being disabled") { try await bench.states() == ["disabled"] }
        bench.pass(.seconds(86_400))
        try await bench.until("no try under way") { try await bench.idle() }
      }
      #expect(try await bench.states("disabled_reason") == ["the receiver answered 410 Gone"])
      #expect(try await bench.deliveries() == ["failed 1", "pending 0"])
      #expect(bench.receiver.deliveries.count == 1)
    }
  }

  @Test(arguments: [429, 503])
  func `a receiver that asks to be left alone is, with all that is for it`(status: Int) async throws {
    try await WebhookBench.use { bench in
      let subscription = try await bench.subscribe("#").subscriptionID
      bench.receiver.answer(status, ["Retry-After": "120"])
      try await bench.running(bench.webhooks { $0.concurrencyPerSubscription = 1 }) {
        try await bench.deleteProducts([1, 2])
        try await bench.until("being asked") { try await bench.rests(["pending 1", "pending 0"]) }
        bench.receiver.answer(204)
        // The schedule alone would try again by now.
        bench.pass(.seconds(119))
        // A ping goes out all the same: whoever took it has looked at what is due.
        _ = try await bench.operators.ping(subscription, now: bench.now)
        try await bench.until("a look at what is due") {
          try await bench.deliveries() == ["pending 1", "pending 0", "delivered 1"]
        }
        bench.pass(.seconds(1))
        try await bench.delivered(3)
      }
    }
  }

  @Test func `a longer pause than a day is not granted`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      bench.receiver.answer(429, ["Retry-After": "4000000"])
      try await bench.running(bench.webhooks()) {
        try await bench.deleteProducts([1])
        try await bench.until("being asked") { try await bench.rests(["pending 1"]) }
      }
      let pause = "extract(epoch from not_before - '2026-01-01T00:00:00Z')::bigint"
      #expect(try await bench.states(pause) == ["86400"])
    }
  }

  @Test func `a redirect is not followed, and a late answer is none`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      bench.receiver.answer { _, count in
        count == 0 ? .init(status: 307, headers: ["Location": "http://127.0.0.1:\(bench.port)/other"]) : .init(delay: .seconds(20))
      }
      try await bench.running(bench.webhooks()) {
        try await bench.deleteProducts([1])
        try await bench.until("the redirect") { try await bench.rests(["pending 1"]) }
        #expect(try await bench.deliveries("last_status || ' ' || last_error") == ["307 redirects are not followed"])
      }
      try await bench.running(bench.webhooks { $0.timeout = .milliseconds(300) }) {
        bench.pass(.seconds(6))
        try await bench.until("the late answer") { try await bench.rests(["pending 2"]) }
        #expect(try await bench.deliveries("last_status") == ["null"])
        #expect(try await bench.deliveries("last_error")[0].hasPrefix("no answer within"))
      }
      #expect(bench.receiver.deliveries.map(\.path) == ["/hook", "/hook"])
    }
  }

  @Test func `a host that means another address by the time of sending is not told`() async throws {
    try await WebhookBench.use { bench in
      let resolver = FakeResolver(["shop.example": ["8.8.8.8"]], afterFirst: ["shop.example": ["127.0.0.1"]])
      let guardian = WebhookGuard(resolver: resolver)
      let url = "https://shop.example:\(bench.port)/hook"
      #expect(try await guardian.addresses(of: WebhookURL(url)).count == 1)
      _ = try await bench.subscribe("#", url: url)
      try await bench.running(bench.webhooks(guardian: guardian)) {
        try await bench.deleteProducts([1])
        try await bench.until("the try") { try await bench.rests(["pending 1"]) }
      }
      #expect(try await bench.deliveries("last_error") == ["the host has an address that is not public"])
      #expect(bench.receiver.deliveries.isEmpty)
    }
  }

  @Test func `the connection goes to the address that was looked at, whatever the name means`() async throws {
    try await WebhookBench.use { bench in
      // No name server knows this name, and nobody listens at the first of its addresses.
      let guardian = WebhookGuard(resolver: FakeResolver(["receiver.invalid": ["127.0.0.2", "127.0.0.1"]]), allowsPrivate: true)
      _ = try await bench.subscribe("#", url: "http://receiver.invalid:\(bench.port)/pinned")
      try await bench.running(bench.webhooks(guardian: guardian)) {
        try await bench.deleteProducts([1])
        try await bench.delivered(1)
      }
      #expect(bench.receiver.deliveries.map(\.path) == ["/pinned"])
      #expect(try await bench.deliveries("attempts") == ["1"])
    }
  }

  @Test func `personal data are told as the message has them, and are null once their owner is forgotten`() async throws {
    try await WebhookBench.use { bench in
      let subscription = try await bench.subscribe("auth.user.created").subscriptionID
      try await bench.running(bench.webhooks()) {
        _ = try await CommandExecutor(log: bench.log).execute(
          RegisterUser(
            userID: UserID(7), email: "ada@example.org", firstname: "Ada", lastname: "L", passwordHash: "$argon2id$x",
            emailClaim: "email:1f"))
        try await bench.delivered(1)
        let subject = try #require(bench.log.events.first { $0.isPublic && $0.subject != nil }?.subject)
        bench.log.forget(subject)
        try await bench.operators.redeliver(try await bench.deliveryIDs()[0], of: subscription, now: bench.now)
        try await bench.until("the second time") { bench.receiver.deliveries.count == 2 }
        try await bench.delivered(1)
      }
      let told = bench.receiver.deliveries
      #expect(told[0].id == told[1].id)
      let data = try told.map { try $0.json["data"] }
      #expect(data[0]?["email"]?.stringValue == "ada@example.org")
      #expect(data[1]?["email"]?.isNull == true)
      #expect(data[1]?["user_id"]?.int64Value == 7)
      #expect(!String(decoding: told[0].body, as: UTF8.self).contains("argon2id"))
    }
  }

  @Test func `a receiver without a certificate that the host is known by is told nothing`() async throws {
    try await WebhookBench.use { bench in
      // It speaks no TLS at all: whoever answers in the host's place is known by that.
      _ = try await bench.subscribe("#", url: "https://127.0.0.1:\(bench.port)/hook")
      try await bench.running(bench.webhooks { $0.timeout = .seconds(5) }) {
        try await bench.deleteProducts([1])
        try await bench.until("the try") { try await bench.rests(["pending 1"]) }
      }
      #expect(bench.receiver.deliveries.isEmpty)
      #expect(try await bench.deliveries("last_status") == ["null"])
    }
  }

  @Test func `a body that would reach 20 kB leaves the data out and says where they are`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      try await bench.running(bench.webhooks()) {
        try await bench.deleteProducts([1], ref: String(repeating: "x", count: 19_000))
        try await bench.deleteProducts([2], ref: String(repeating: "x", count: 20_000))
        try await bench.delivered(2)
      }
      let told = bench.receiver.deliveries.sorted { try! $0.position! < $1.position! }
      #expect(told.allSatisfy { $0.body.count < 20_000 })
      #expect(try told[0].json["data"]?["product_id"]?.int64Value == 1)
      let large = try told[1].json
      #expect(large["data"]?.isNull == true)
      #expect(large["sequence"]?.int64Value == 1)
      let place = "https://shop.example/api/v1/messages-broker/messages?routing_key=products.product.deleted&after=1&limit=1"
      #expect(large["data_url"]?.stringValue == place)
    }
  }
}

extension WebhookBench {
  /// Whether no sender has a delivery.
  func idle() async throws -> Bool { try await deliveries("claimed_until").allSatisfy { $0 == "null" } }

  /// Whether these are the deliveries, and no sender has one.
  func rests(_ rows: [String]) async throws -> Bool {
    let found = try await deliveries()
    let isIdle = try await idle()
    return isIdle && found == rows
  }
}
