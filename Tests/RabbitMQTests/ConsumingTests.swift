import RabbitMQ
import Testing

@Suite(.timeLimit(.minutes(3))) struct ConsumingTests {
  private func fill(_ client: RabbitMQClient, _ queue: String, _ count: Int) async throws {
    let outcomes = try await client.publisher().send((1...count).map { .sample(queue, $0) }).outcomes()
    #expect(outcomes.allSatisfy { $0 == .confirmed })
  }

  /// Reads until `count` deliveries are there.
  private func read(_ consumer: RabbitMQConsumer, _ count: Int) async throws -> [RabbitMQDelivery] {
    var deliveries: [RabbitMQDelivery] = []
    while deliveries.count < count { deliveries += try await consumer.next(atMost: count - deliveries.count) }
    return deliveries
  }

  @Test func `no more is handed over than the prefetch count until something is acknowledged`() async throws {
    try await Broker.withQueue { client, queue in
      try await fill(client, queue, 30)
      let consumer = try await client.consumer(of: queue, prefetch: 10)
      let first = try await read(consumer, 10)
      #expect(first.map(\.number) == Array(1...10))
      // The broker would have sent the rest before it answers this.
      #expect(try await client.state(of: queue).messages == 20)
      #expect(client.metrics.delivered == 10)
      // Out of order: one slow message holds none of the others back.
      consumer.acknowledge([first[4], first[1]])
      let second = try await read(consumer, 2)
      #expect(second.map(\.number) == [11, 12])
      #expect(try await client.state(of: queue).messages == 18)
      consumer.acknowledge(first + second)
      let third = try await read(consumer, 10)
      #expect(third.map(\.number) == Array(13...22))
      #expect(client.metrics.delivered == 22)
    }
  }

  @Test func `at most as many as asked for are taken, and the rest stays for the next time`() async throws {
    try await Broker.withQueue { client, queue in
      try await fill(client, queue, 5)
      let consumer = try await client.consumer(of: queue, prefetch: 10)
      #expect(try await eventually { client.metrics.delivered == 5 })
      #expect(try await consumer.next(atMost: 2).map(\.number) == [1, 2])
      #expect(try await consumer.next().map(\.number) == [3, 4, 5])
    }
  }

  @Test func `what was not acknowledged comes again, marked, to the next consumer; what was does not`() async throws {
    try await Broker.withQueue { client, queue in
      try await fill(client, queue, 4)
      let consumer = try await client.consumer(of: queue, prefetch: 10)
      let deliveries = try await read(consumer, 4)
      consumer.acknowledge([deliveries[0], deliveries[2]])
      await consumer.close()
      let next = try await client.consumer(of: queue, prefetch: 10)
      let again = try await read(next, 2)
      #expect(again.map(\.number) == [2, 4])
      #expect(again.allSatisfy { $0.isRedelivered })
    }
  }

  @Test func `a rejected message comes again, or goes to the dead letters`() async throws {
    try await Broker.withQueue { client, dead in
      try await Broker.withQueue(["x-dead-letter-exchange": "", "x-dead-letter-routing-key": .string(dead)]) { client, queue in
        try await fill(client, queue, 1)
        let consumer = try await client.consumer(of: queue, prefetch: 1)
        let first = try await consumer.next()
        consumer.reject(first[0], requeue: true)
        let second = try await consumer.next()
        #expect(second[0].isRedelivered)
        consumer.reject(second[0], requeue: false)
        // Twice is once.
        consumer.reject(second[0], requeue: false)
        consumer.acknowledge(second)
        let letters = try await client.consumer(of: dead, prefetch: 1)
        let letter = try await letters.next()
        #expect(letter.map(\.number) == [1])
        #expect(letter[0].properties.headers["x-first-death-reason"] == "rejected")
      }
    }
  }

  @Test func `a deleted queue ends its consumer`() async throws {
    try await Broker.withQueue { client, queue in
      let consumer = try await client.consumer(of: queue, prefetch: 1)
      let reading = Task { try await consumer.next() }
      try await client.deleteQueue(queue)
      let error = await #expect(throws: RabbitMQError.self) { try await reading.value }
      #expect(error?.kind == .consumerCancelled)
      let later = await #expect(throws: RabbitMQError.self) { try await client.consumer(of: queue, prefetch: 1) }
      #expect(later?.kind == .notFound)
      // The connection serves others as before.
      try await client.ping()
      #expect(client.metrics.connects == 1)
    }
  }

  @Test func `a queue that somebody has for himself is locked to others, until he leaves`() async throws {
    try await Broker.withQueue { client, queue in
      let holder = try await client.consumer(of: queue, prefetch: 1, isExclusive: true)
      let error = await #expect(throws: RabbitMQError.self) { try await client.consumer(of: queue, prefetch: 1) }
      #expect(error?.kind == .accessRefused)
      await holder.close()
      _ = try await client.consumer(of: queue, prefetch: 1)
    }
  }

  @Test func `of two consumers of a queue with a single active one, the second goes on when the first leaves`() async throws {
    try await Broker.withQueue(["x-single-active-consumer": true]) { client, queue in
      let first = try await client.consumer(of: queue, prefetch: 1)
      let second = try await client.consumer(of: queue, prefetch: 1)
      try await fill(client, queue, 3)
      let one = try await first.next()
      #expect(one.map(\.number) == [1])
      first.acknowledge(one)
      let two = try await first.next()
      #expect(two.map(\.number) == [2])
      await first.close()
      #expect(try await second.next().map(\.number) == [2])
    }
  }

  @Test func `a reader that is cancelled takes nothing, and the next one gets it`() async throws {
    try await Broker.withQueue { client, queue in
      let consumer = try await client.consumer(of: queue, prefetch: 1)
      let reading = Task { try await consumer.next() }
      reading.cancel()
      let error = await #expect(throws: RabbitMQError.self) { try await reading.value }
      #expect(error?.kind == .cancelled)
      try await fill(client, queue, 1)
      #expect(try await consumer.next().map(\.number) == [1])
    }
  }
}
