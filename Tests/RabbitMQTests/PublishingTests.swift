import Logging
import RabbitMQ
import RabbitMQTesting
import Testing

@Suite(.timeLimit(.minutes(3))) struct PublishingTests {
  @Test func `every message is confirmed, and stands in the queue in the order of sending`() async throws {
    try await Broker.withQueue { client, queue in
      let publisher = try await client.publisher()
      var receipts: [RabbitMQReceipt] = []
      for batch in 0..<20 {
        receipts.append(try await publisher.send((0..<50).map { .sample(queue, batch * 50 + $0) }))
      }
      for receipt in receipts {
        let outcomes = try await receipt.outcomes()
        #expect(outcomes == Array(repeating: .confirmed, count: 50))
      }
      let consumer = try await client.consumer(of: queue, prefetch: 1000)
      var numbers: [Int?] = []
      while numbers.count < 1000 {
        let deliveries = try await consumer.next()
        numbers += deliveries.map(\.number)
        consumer.acknowledge(deliveries)
      }
      #expect(numbers == Array(0..<1000))
      #expect(client.metrics.confirmed == 1000)
    }
  }

  @Test func `ten thousand messages from many tasks are published and consumed exactly once each`() async throws {
    try await Broker.withQueue(["x-queue-type": "quorum"]) { client, queue in
      let publisher = try await client.publisher()
      let reading = Task {
        let consumer = try await client.consumer(of: queue, prefetch: 500)
        var seen: [Int: Int] = [:]
        while seen.count < 10_000 {
          let deliveries = try await consumer.next()
          for delivery in deliveries { seen[delivery.number ?? -1, default: 0] += 1 }
          consumer.acknowledge(deliveries)
        }
        await consumer.close()
        return seen
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<20 {
          group.addTask {
            for batch in 0..<50 {
              let receipt = try await publisher.send((0..<10).map { .sample(queue, task * 500 + batch * 10 + $0, bytes: 400) })
              let outcomes = try await receipt.outcomes()
              #expect(outcomes.allSatisfy { $0 == .confirmed })
            }
          }
        }
        try await group.waitForAll()
      }
      let seen = try await reading.value
      #expect(seen.keys.sorted() == Array(0..<10_000))
      #expect(seen.values.allSatisfy { $0 == 1 })
      let left = try await client.state(of: queue)
      #expect(left.messages == 0)
    }
  }

  @Test func `what no queue takes comes back if it is mandatory, each with its own reason, and is gone if not`() async throws {
    try await Broker.withQueue { client, queue in
      let publisher = try await client.publisher()
      let nowhere = Broker.unique("nowhere")
      let receipt = try await publisher.send([
        .sample(queue, 1), .sample(nowhere, 2), .sample(queue, 3), .sample(nowhere, 4, isMandatory: false), .sample(nowhere, 5),
      ])
      let outcomes = try await receipt.outcomes()
      let back = RabbitMQOutcome.returned(code: 312, reason: "NO_ROUTE")
      #expect(outcomes == [.confirmed, back, .confirmed, .confirmed, back])
      #expect(client.metrics.rejected == 2)
    }
  }

  @Test func `a queue that is full refuses, and says so of exactly the messages it did not take`() async throws {
    try await Broker.withQueue(["x-max-length": 3, "x-overflow": "reject-publish"]) { client, queue in
      let publisher = try await client.publisher()
      var outcomes: [RabbitMQOutcome] = []
      for number in 0..<6 { outcomes.append(try await publisher.publish(.sample(queue, number))) }
      #expect(outcomes == [.confirmed, .confirmed, .confirmed, .refused, .refused, .refused])
      // The publisher goes on.
      #expect(try await client.purge(queue) == 3)
      #expect(try await publisher.publish(.sample(queue, 7)) == .confirmed)
    }
  }

  @Test func `an exchange that is not there ends the publisher, and the next one works`() async throws {
    try await Broker.withQueue { client, queue in
      let publisher = try await client.publisher()
      var message = RabbitMQMessage.sample(queue, 1)
      message.exchange = Broker.unique("exchange")
      let lost = message
      let error = await #expect(throws: RabbitMQError.self) { try await publisher.publish(lost) }
      #expect(error?.kind == .notFound)
      // What comes later is refused with the same reason: nothing overtakes what was lost.
      let later = await #expect(throws: RabbitMQError.self) { try await publisher.publish(.sample(queue, 2)) }
      #expect(later?.kind == .notFound)
      #expect(try await client.publisher().publish(.sample(queue, 3)) == .confirmed)
      #expect(client.metrics.connects == 1)
    }
  }

  @Test func `all properties, kinds of headers and a body of many frames arrive as they were sent`() async throws {
    try await Broker.withQueue { client, queue in
      let properties = RabbitMQProperties(
        messageID: "m-1", type: "order.created", contentType: "application/json", contentEncoding: "utf-8", correlationID: "c-1",
        replyTo: "r", expiration: "60000", appID: "comptoir", timestamp: 1_795_697_825, priority: 3,
        headers: [
          "text": "élan 🚚", "number": -5, "truth": true, "fraction": .double(1.5), "none": .null, "time": .timestamp(1_795_697_825),
          "list": .array(["a", 1]), "table": .table(["inner": .table(["deep": "x"])]), "bytes": .bytes([0, 255]), "empty": .table([:]),
        ])
      let body = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let publisher = try await client.publisher()
      let receipt = try await publisher.send([
        RabbitMQMessage(exchange: "", routingKey: queue, properties: properties, body: body),
        RabbitMQMessage(exchange: "", routingKey: queue, properties: RabbitMQProperties(messageID: "m-2", isPersistent: false), body: []),
      ])
      #expect(try await receipt.outcomes() == [.confirmed, .confirmed])
      let consumer = try await client.consumer(of: queue, prefetch: 10)
      var deliveries: [RabbitMQDelivery] = []
      while deliveries.count < 2 { deliveries += try await consumer.next() }
      #expect(deliveries[0].properties == properties)
      #expect(deliveries[0].body == body)
      #expect(deliveries[0].routingKey == queue && deliveries[0].exchange == "" && !deliveries[0].isRedelivered)
      #expect(deliveries[1].properties == RabbitMQProperties(messageID: "m-2", isPersistent: false))
      #expect(deliveries[1].body.isEmpty)
    }
  }

  @Test func `what cannot be sent is refused before anything of its batch is`() async throws {
    try await Broker.withQueue { client, queue in
      let publisher = try await client.publisher()
      let long = String(repeating: "x", count: 256)
      var (nameless, keyed, headed) = (RabbitMQMessage.sample(queue, 2), RabbitMQMessage.sample(long, 3), RabbitMQMessage.sample(queue, 4))
      nameless.properties.messageID = nil
      keyed.properties.headers = [:]
      headed.properties.headers = ["big": .string(String(repeating: "x", count: 200_000))]
      for message in [nameless, keyed, headed] {
        let error = await #expect(throws: RabbitMQError.self) { try await publisher.send([.sample(queue, 1), message]) }
        #expect(error?.kind == .invalidMessage)
      }
      #expect(try await client.state(of: queue).messages == 0)
      #expect(try await publisher.publish(.sample(queue, 5)) == .confirmed)
    }
  }

  @Test func `no more messages are in flight than the window has, and who waits for room can be cancelled`() async throws {
    let proxy = try Proxy(to: try Broker.configuration())
    defer { proxy.close() }
    var configuration = proxy.configuration
    configuration.maximumInFlight = 4
    try await Broker.withQueue(through: configuration) { client, queue in
      let publisher = try await client.publisher()
      #expect(try await publisher.publish(.sample(queue, 0)) == .confirmed)
      proxy.isSilent = true
      let first = try await publisher.send((1...4).map { .sample(queue, $0) })
      let waiting = Task { try await publisher.send([.sample(queue, 5)]) }
      #expect(try await eventually { client.metrics.published == 5 })
      waiting.cancel()
      let error = await #expect(throws: RabbitMQError.self) { try await waiting.value }
      #expect(error?.kind == .cancelled)
      proxy.isSilent = false
      #expect(try await first.outcomes().count == 4)
      #expect(client.metrics.published == 5)
    }
  }

  @Test func `closing fails what waits, and later calls are refused`() async throws {
    let client = RabbitMQClient(try Broker.configuration(), logger: Logger(label: "tests"))
    let publisher = try await client.publisher()
    await publisher.close()
    let error = await #expect(throws: RabbitMQError.self) { try await publisher.publish(.sample("x", 1)) }
    #expect(error?.kind == .closed)
    await client.close()
    await client.close()
    let later = await #expect(throws: RabbitMQError.self) { try await client.publisher() }
    #expect(later?.kind == .closed)
  }
}
