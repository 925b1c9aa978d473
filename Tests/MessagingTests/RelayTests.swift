import EventSourcing
import EventStoreTesting
import Foundation
import JSON
import RabbitMQ
import RabbitMQTesting
import Testing

@testable import Messaging

@Suite(.timeLimit(.minutes(3))) struct RelayTests {
  @Test func `every public event is published in the log's order with envelope, attributes and routing key; others are not`() async throws {
    try await Newsroom.run { newsroom in
      let (correlation, cause) = (UUID(), UUID())
      try await newsroom.append("secret-1", "PasswordSet", "{}", isPublic: false)
      try await newsroom.append(
        "order-7", "OrderConfirmed",
        #"{"order_id":7,"order_number":"ORD-20260101-0007","user_id":42,"previous_status":"pending","basket_id":3,"codes":[]}"#,
        context: CommandContext(
          correlationID: correlation, causationID: cause, actor: "user-42",
          traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
      try await newsroom.deleteProducts([5])
      try await newsroom.running(try newsroom.relay()) { relay in try await newsroom.settle(relay) }

      let messages = try await newsroom.take(2)
      #expect(messages.map(\.routingKey) == ["orders.order.confirmed", "products.product.deleted"])
      let order = messages[0]
      #expect(order.exchange == newsroom.exchange)
      #expect(order.properties.isPersistent)
      #expect(order.properties.type == "order.confirmed")
      #expect(order.properties.contentType == "application/json")
      #expect(order.properties.correlationID == correlation.uuidString.lowercased())
      #expect(order.properties.headers["CC"] == .array(["order.confirmed"]))
      let id = try #require(order.properties.messageID)
      let attributes = [
        "specversion": "1.0", "id": id, "source": "/services/orders", "type": "order.confirmed", "subject": "order-7",
        "time": "2026-01-01T00:00:00.000000Z", "sequence": "1", "position": "2", "previousposition": "0", "schemaversion": "1",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "causationid": cause.uuidString.lowercased(), "correlationid": correlation.uuidString.lowercased(),
      ]
      for (name, value) in attributes { #expect(order.attribute(name) == value, "\(name)") }
      #expect(order.properties.headers.keys.filter { $0.hasPrefix("cloudEvents:") }.count == attributes.count)
      let body = String(decoding: order.body, as: UTF8.self)
      #expect(
        body == #"{"event_id":"\#(id)","event_type":"order.confirmed","timestamp":"2026-01-01T00:00:00.000000Z","version":"1.0","#
          + #""data":{"order_id":7,"order_number":"ORD-20260101-0007","user_id":42,"status":"confirmed","previous_status":"pending","#
          + #""confirmed_at":"2026-01-01T00:00:00.000000Z"},"metadata":{"correlation_id":"\#(correlation.uuidString.lowercased())","#
          + #""causation_id":"\#(cause.uuidString.lowercased())","user_id":42,"#
          + #""traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}}"#)
      #expect(try await newsroom.client.state(of: newsroom.queue).messages == 0)
    }
  }

  @Test func `a short name reaches its subscribers as the long one does, and who asks for both gets one`() async throws {
    try await Newsroom.run(keys: ["products.product.deleted", "product.deleted"]) { newsroom in
      try await newsroom.client.apply(
        RabbitMQTopology(
          queues: [RabbitMQQueue(newsroom.queue + "-short")],
          bindings: [RabbitMQBinding(exchange: newsroom.exchange, queue: newsroom.queue + "-short", routingKey: "product.deleted")]))
      try await newsroom.deleteProducts(1...3)
      try await newsroom.running(try newsroom.relay()) { relay in try await newsroom.settle(relay) }
      #expect(try await newsroom.client.state(of: newsroom.queue).messages == 3)
      #expect(try await newsroom.client.state(of: newsroom.queue + "-short").messages == 3)
      try await newsroom.client.deleteQueue(newsroom.queue + "-short")
    }
  }

  @Test func `each message names the position of the one before it under its key, also after a restart and without the kept fold`()
    async throws
  {
    try await Newsroom.run { newsroom in
      func follow(_ change: (inout RelayConfiguration) -> Void = { _ in }) async throws {
        try await newsroom.running(try newsroom.relay(change: change)) { relay in try await newsroom.settle(relay) }
      }
      try await newsroom.deleteProducts([1])
      try await newsroom.append("basket-1", "BasketCleared", #"{"basket_id":1,"user_id":2}"#)
      try await newsroom.deleteProducts([2])
      try await follow { $0.snapshotInterval = 1 }
      try await newsroom.append("basket-1", "BasketCleared", #"{"basket_id":1,"user_id":2}"#)
      try await newsroom.deleteProducts([3])
      // From the kept fold, then from the beginning of the log.
      try await follow()
      let kept = try await newsroom.log.snapshot(of: KeyPositions.snapshotName, fingerprint: KeyPositions.fingerprint)
      #expect(kept?.version == StreamVersion(3))
      try await newsroom.deleteProducts([4])
      try await newsroom.log.saveSnapshot(
        Snapshot(fingerprint: "other translations", version: StreamVersion(9), token: DecisionToken(), state: []),
        of: KeyPositions.snapshotName)
      try await follow()
      let messages = try await newsroom.take(6)
      #expect(messages.map(\.position) == [1, 2, 3, 4, 5, 6])
      #expect(messages.map(\.previous) == [0, 0, 1, 2, 3, 5])
    }
  }

  @Test func `events that come while it runs are published at once`() async throws {
    try await Newsroom.run { newsroom in
      try await newsroom.running(try newsroom.relay { $0.idleWait = .seconds(20) }) { relay in
        try await newsroom.until("becoming active") { relay.status.isActive }
        for number in 1...5 {
          try await newsroom.deleteProducts([number])
          let message = try await newsroom.take(1)
          #expect(message.map(\.position) == [Int64(number)])
        }
      }
    }
  }

  @Test func `what was published and not written down is published again, equal to the byte`() async throws {
    try await Newsroom.run { newsroom in
      try await newsroom.deleteProducts(1...120)
      // Its place is written down too late, as after kill -9.
      let relay = try newsroom.relay {
        $0.checkpointInterval = .seconds(60)
        // It does not notice before it ends.
        $0.leaseInterval = .seconds(600)
      }
      let task = Task { try await relay.run() }
      try await newsroom.until("publishing") { relay.status.confirmedCount == 120 }
      // The lease passes to another process: what this one writes down from now on is refused.
      let epoch = try await newsroom.seize()
      #expect(try await newsroom.subscriptions.openSubscription(Relay.subscription, epoch: epoch) == .start)
      task.cancel()
      try await task.value
      #expect(try await newsroom.subscriptions.subscriptionPosition(Relay.subscription) == .start)
      try await newsroom.release()
      try await newsroom.running(try newsroom.relay(holder: "two")) { relay in try await newsroom.settle(relay) }
      let messages = try await newsroom.take(240)
      let (first, second) = (messages.prefix(120), messages.suffix(120))
      #expect(first.map(\.position) == (1...120).map(Optional.init))
      #expect(first.map(\.body) == second.map(\.body))
      #expect(first.map(\.properties) == second.map(\.properties))
    }
  }

  @Test func `of two relays one publishes, and the other goes on when it ends`() async throws {
    try await Newsroom.run { newsroom in
      let (one, two) = (try newsroom.relay(holder: "one"), try newsroom.relay(holder: "two"))
      let first = Task { try await one.run() }
      try await newsroom.until("the first being active") { one.status.isActive }
      let second = Task { try await two.run() }
      try await newsroom.deleteProducts(1...20)
      try await newsroom.settle(one)
      #expect(two.status.confirmedCount == 0)
      first.cancel()
      try await first.value
      try await newsroom.deleteProducts(21...40)
      try await newsroom.settle(two)
      second.cancel()
      try await second.value
      #expect(try await newsroom.take(40).map(\.position) == (1...40).map(Optional.init))
      #expect(try await newsroom.client.state(of: newsroom.queue).messages == 0)
    }
  }

  @Test func `while the broker is away the place stays, and afterwards nothing is missing`() async throws {
    try await Newsroom.run { newsroom in
      let proxy = try Proxy(to: try Newsroom.broker())
      defer { proxy.close() }
      try await newsroom.running(try newsroom.relay(through: proxy.configuration)) { relay in
        try await newsroom.deleteProducts(1...30)
        try await newsroom.settle(relay)
        proxy.isSilent = true
        let before = proxy.bytesReceived
        try await newsroom.deleteProducts(31...200)
        // More than a heartbeat: messages have left, and nobody confirms them.
        try await newsroom.until("publishing into silence") { proxy.bytesReceived > before + 100 }
        #expect(try await newsroom.subscriptions.subscriptionPosition(Relay.subscription) == Position(30))
        for _ in 0..<3 {
          proxy.cut()
          proxy.isSilent = false
          try await newsroom.until("going on") { relay.status.position > Position(60) || relay.status.position == Position(200) }
        }
        try await newsroom.settle(relay)
        #expect(relay.status.failureCount > 0)
      }
      let left = try await newsroom.client.state(of: newsroom.queue).messages
      let positions = try await newsroom.take(left).compactMap(\.position)
      #expect(Set(positions) == Set(1...200))
    }
  }

  @Test func `a message that the broker does not take stops the relay before it, until it does`() async throws {
    try await Newsroom.run(keys: []) { newsroom in
      let full = newsroom.queue + "-full"
      try await newsroom.client.apply(
        RabbitMQTopology(
          queues: [RabbitMQQueue(full, arguments: ["x-max-length": 10, "x-overflow": "reject-publish"])],
          bindings: [RabbitMQBinding(exchange: newsroom.exchange, queue: full, routingKey: "#")]))
      try await newsroom.deleteProducts(1...15)
      try await newsroom.running(try newsroom.relay { $0.pageSize = 5 }) { relay in
        try await newsroom.until("being refused") { relay.status.lastError?.contains("products.product.deleted") == true }
        #expect(try await newsroom.subscriptions.subscriptionPosition(Relay.subscription) == Position(10))
        _ = try await newsroom.client.purge(full)
        try await newsroom.settle(relay)
      }
      try await newsroom.client.deleteQueue(full)
    }
  }
}

extension Newsroom {
  /// Takes the lease over as another process, at once.
  func seize() async throws -> Int64 {
    try await subscriptions.releaseLease(Relay.subscription, holder: "one")
    return try #require(try await subscriptions.acquireLease(Relay.subscription, holder: "thief", lifetime: .seconds(60)))
  }

  func release() async throws { try await subscriptions.releaseLease(Relay.subscription, holder: "thief") }
}
