import EventSourcing
import EventStoreTesting
import Foundation
import JSON
import Postgres
import ProcessManagers
import Testing

@testable import Messaging

/// Several processes, processes that end, and what administrators do meanwhile.
@Suite(.timeLimit(.minutes(3))) struct WebhookProcessTests {
  @Test func `two processes at once plan and make each delivery once`() async throws {
    try await WebhookBench.use { bench in
      for path in ["/a", "/b"] { _ = try await bench.subscribe("#", path: path) }
      try await bench.running(bench.webhooks("one"), bench.webhooks("two"), bench.webhooks("three")) {
        try await bench.deleteProducts(1...200)
        try await bench.delivered(400)
      }
      let told = bench.receiver.deliveries
      #expect(told.count == 400)
      let each = Set(told.map { $0.path + $0.id })
      #expect(each.count == 400)
      #expect(try await bench.deliveries("attempts").allSatisfy { $0 == "1" })
    }
  }

  @Test func `two planners that both think they are the one plan each message once`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      try await bench.running(bench.webhooks("one")) {
        try await bench.deleteProducts(1...20)
        try await bench.delivered(20)
        // The lease of the first is over without its knowing.
        bench.subscriptions.giveLease(Webhooks.lease, to: "two")
        try await bench.running(bench.webhooks("two")) {
          try await bench.deleteProducts(21...60)
          try await bench.delivered(60)
        }
      }
      #expect(bench.receiver.deliveries.count == 60)
    }
  }

  @Test func `a delivery whose sender ended before it noted anything is made again under the same id`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      let doomed = bench.writer()
      // Its connections end while the receiver has the message in its hands: it is sent, and cannot be noted.
      bench.receiver.answer { _, count in
        if count == 0 { await doomed.close() }
        return .init(status: 200)
      }
      try await bench.deleteProducts([1])
      try await bench.running(bench.webhooks("one", through: doomed)) {
        try await bench.until("the first try") { bench.receiver.deliveries.count == 1 }
      }
      #expect(try await bench.deliveries() == ["pending 1"])
      try await bench.running(bench.webhooks("two")) {
        // Its claim has not run out: who takes what is due after it leaves it alone.
        bench.pass(.seconds(59))
        try await bench.deleteProducts([2])
        try await bench.until("a look at what is due") { try await bench.deliveries() == ["pending 1", "delivered 1"] }
        bench.pass(.seconds(2))
        try await bench.delivered(2)
      }
      let ids = bench.receiver.deliveries.map(\.id)
      #expect(ids.count == 3 && ids[0] == ids[2] && ids[0] != ids[1])
      #expect(try await bench.deliveries() == ["delivered 2", "delivered 1"])
    }
  }

  @Test func `a delivery that ends its senders is given up`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      try await bench.running(bench.webhooks { $0.concurrency = 0 }) {
        try await bench.deleteProducts([1])
        try await bench.until("planning") { try await bench.deliveries() == ["pending 0"] }
      }
      try await bench.execute("update ops.webhook_deliveries set attempts = 10")
      try await bench.running(bench.webhooks()) {
        try await bench.until("being given up") { try await bench.deliveries() == ["failed 11"] }
      }
      #expect(bench.receiver.deliveries.isEmpty)
    }
  }

  @Test func `receivers that do not answer hold up nobody, and a busy one gets no more at once than it is meant to`() async throws {
    try await WebhookBench.use { bench in
      for path in ["/dead-1", "/dead-2", "/dead-3", "/good"] { _ = try await bench.subscribe("#", path: path) }
      bench.receiver.answer { delivery, _ in
        delivery.path == "/good" ? .init(delay: .milliseconds(5)) : .init(delay: .seconds(600))
      }
      let webhooks = bench.webhooks {
        ($0.concurrency, $0.concurrencyPerSubscription) = (16, 4)
        $0.timeout = .seconds(600)
      }
      try await bench.running(webhooks) {
        try await bench.deleteProducts(1...50)
        try await bench.until("the good one being told all") {
          try await bench.deliveries("state").count(where: { $0 == "delivered" }) == 50
        }
      }
      #expect(bench.receiver.mostAtOnce <= 16)
    }
  }

  @Test func `during a rotation deliveries are signed with both secrets, afterwards with the new one`() async throws {
    try await WebhookBench.use { bench in
      let first = try await bench.subscribe("#")
      let second = try await bench.operators.rotateSecret(of: first.subscriptionID, overlap: .seconds(86_400), now: bench.now)
      #expect(second.version == 2)
      func told() -> WebhookReceiver.Delivery { bench.receiver.deliveries.last! }
      func isSigned(by secret: WebhookStore.SecretName) -> Bool {
        let text = bench.secrets.secret(of: secret.subscriptionID, keyID: secret.keyID, version: secret.version)
        let delivery = told()
        return WebhookSignature(secret: text)!
          .isGenuine(delivery.signature, id: delivery.id, sent: delivery.timestamp, body: delivery.body, now: bench.now)
      }
      try await bench.running(bench.webhooks()) {
        try await bench.deleteProducts([1])
        try await bench.delivered(1)
        #expect(told().signatures.count == 2 && isSigned(by: first) && isSigned(by: second))
        let third = try await bench.operators.rotateSecret(of: first.subscriptionID, overlap: .seconds(86_400), now: bench.now)
        try await bench.deleteProducts([2])
        try await bench.delivered(2)
        #expect(told().signatures.count == 3 && isSigned(by: first) && isSigned(by: third))
        bench.pass(.seconds(86_401))
        try await bench.deleteProducts([3])
        try await bench.delivered(3)
        #expect(told().signatures.count == 1 && !isSigned(by: second) && isSigned(by: third))
        let fourth = try await bench.operators.rotateSecret(of: first.subscriptionID, overlap: .zero, now: bench.now)
        try await bench.deleteProducts([4])
        try await bench.delivered(4)
        #expect(told().signatures.count == 1 && !isSigned(by: third) && isSigned(by: fourth))
      }
    }
  }

  @Test func `one delivery is made again, or all behind a position, under their first ids`() async throws {
    try await WebhookBench.use { bench in
      let subscription = try await bench.subscribe("#").subscriptionID
      try await bench.running(bench.webhooks { $0.pageSize = 3 }) {
        try await bench.deleteProducts(1...10)
        try await bench.delivered(10)
        let ids = try await bench.deliveryIDs()
        try await bench.operators.redeliver(ids[4], of: subscription, now: bench.now)
        try await bench.until("one more") { bench.receiver.deliveries.count == 11 }
        #expect(try bench.receiver.deliveries[10].position == 5)
        try await bench.delivered(10)
        await #expect(throws: WebhookStore.Refusal.notFound) {
          try await bench.operators.redeliver(ids[4], of: subscription + 1, now: bench.now)
        }
        // Somebody removed some rows meanwhile: they are planned anew.
        try await bench.execute("delete from ops.webhook_deliveries where position = 9")
        try await bench.operators.redeliver(after: Position(6), of: subscription, now: bench.now)
        try await bench.until("four more") { bench.receiver.deliveries.count == 15 }
        try await bench.delivered(10)
        let again = try bench.receiver.deliveries[11...].map { try $0.position }
        #expect(Set(again) == [7, 8, 9, 10])
        #expect(Set(bench.receiver.deliveries.map(\.id)).count == 10)
        // From further on than it has come is nothing again.
        try await bench.operators.redeliver(after: Position(10), of: subscription, now: bench.now)
        try await bench.deleteProducts([11])
        try await bench.delivered(11)
        #expect(bench.receiver.deliveries.count == 16)
      }
    }
  }

  @Test func `what got through is removed after its time, what waits is not`() async throws {
    try await WebhookBench.use { bench in
      _ = try await bench.subscribe("#")
      try await bench.running(bench.webhooks { ($0.retention, $0.housekeepingInterval) = (.seconds(3_600), .zero) }) {
        try await bench.deleteProducts([1])
        try await bench.delivered(1)
        bench.receiver.answer(500)
        try await bench.deleteProducts([2])
        try await bench.until("failing") { try await bench.deliveries("state || attempts") == ["delivered1", "pending1"] }
        bench.pass(.seconds(3_601))
        try await bench.until("removal") { try await bench.deliveries("state") == ["pending"] }
      }
    }
  }

  @Test func `a subscription that is changed or gone gets what it asks for from then on`() async throws {
    try await WebhookBench.use { bench in
      let subscription = try await bench.subscribe("#", path: "/old").subscriptionID
      try await bench.running(bench.webhooks()) {
        try await bench.deleteProducts([1])
        try await bench.delivered(1)
        try await bench.operators.change(
          subscription, url: try WebhookURL("http://127.0.0.1:\(bench.port)/new"), description: .some("ours"),
          patterns: nil, expected: 1, now: bench.now)
        await #expect(throws: WebhookStore.Refusal.stale) {
          try await bench.operators.change(subscription, url: nil, description: nil, patterns: nil, expected: 1, now: bench.now)
        }
        try await bench.deleteProducts([2])
        try await bench.delivered(2)
        #expect(bench.receiver.deliveries.map(\.path) == ["/old", "/new"])
        try await bench.operators.change(
          subscription, url: nil, description: nil, patterns: [RoutingPattern("orders.#")!], expected: 2, now: bench.now)
        try await bench.deleteProducts([3])
        try await bench.until("passing over it") { try await bench.states("position") == ["3"] }
        #expect(try await bench.states("description") == ["ours"])
        await #expect(throws: WebhookStore.Refusal.stale) { try await bench.operators.delete(subscription, expected: 1) }
        try await bench.operators.delete(subscription, expected: 3)
        await #expect(throws: WebhookStore.Refusal.notFound) { try await bench.operators.delete(subscription, expected: nil) }
        #expect(try await bench.deliveries().isEmpty)
      }
      #expect(bench.receiver.deliveries.count == 2)
    }
  }

  @Test func `a subscription that lags catches up while others are told at once`() async throws {
    try await WebhookBench.use { bench in
      let late = try await bench.subscribe("#", path: "/late").subscriptionID
      try await bench.operators.disable(late, reason: "by user-1: for a while", now: bench.now)
      try await bench.deleteProducts(1...100)
      _ = try await bench.subscribe("#", path: "/prompt")
      try await bench.operators.enable(late, now: bench.now)
      try await bench.running(bench.webhooks { $0.pageSize = 10 }) {
        try await bench.deleteProducts([101])
        try await bench.delivered(102)
      }
      let told = bench.receiver.deliveries
      #expect(told.count(where: { $0.path == "/late" }) == 101)
      let prompt = try told.filter { $0.path == "/prompt" }.map { try $0.position }
      #expect(prompt == [101])
    }
  }

  @Test func `one key makes one subscription, and another request under it is refused`() async throws {
    try await WebhookBench.use { bench in
      let draft = WebhookStore.Draft(
        url: try WebhookURL("https://example.org/"), description: nil, patterns: [RoutingPattern("#")!], position: .start, createdBy: 1)
      let key = UUID()
      let made = try await withThrowingTaskGroup(of: (WebhookStore.SecretName, Bool).self) { group in
        for _ in 1...8 {
          group.addTask { try await bench.operators.create(draft, command: key, requestHash: [1], now: bench.now) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(Set(made.map(\.0)).count == 1 && made.count(where: { !$0.1 }) == 1)
      await #expect(throws: WebhookStore.Refusal.keyReused) {
        try await bench.operators.create(draft, command: key, requestHash: [2], now: bench.now)
      }
    }
  }
}
