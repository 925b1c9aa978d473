import RabbitMQ
import Testing

@Suite(.timeLimit(.minutes(3))) struct TopologyTests {
  private func withTopology(_ body: (RabbitMQClient, RabbitMQTopology) async throws -> Void) async throws {
    let (exchange, queue) = (Broker.unique("exchange"), Broker.unique("queue"))
    let topology = RabbitMQTopology(
      exchanges: [RabbitMQExchange(exchange, .topic)],
      queues: [RabbitMQQueue(queue, arguments: ["x-queue-type": "quorum", "x-single-active-consumer": true])],
      bindings: [RabbitMQBinding(exchange: exchange, queue: queue, routingKey: "orders.*.created")])
    try await Broker.use { client in
      do { try await body(client, topology) } catch {
        try? await client.deleteQueue(queue)
        try? await client.deleteExchange(exchange)
        throw error
      }
      try await client.deleteQueue(queue)
      try await client.deleteExchange(exchange)
    }
  }

  @Test func `a topology is made, may be made again, and routes`() async throws {
    try await withTopology { client, topology in
      #expect(try await client.differences(from: topology).count == 2)
      try await client.apply(topology)
      try await client.apply(topology)
      #expect(try await client.differences(from: topology) == [])
      let publisher = try await client.publisher()
      func publish(_ key: String) async throws -> RabbitMQOutcome {
        let exchange = topology.exchanges[0].name
        return try await publisher.publish(
          RabbitMQMessage(exchange: exchange, routingKey: key, properties: RabbitMQProperties(messageID: key), body: []))
      }
      #expect(try await publish("orders.order.created") == .confirmed)
      #expect(try await publish("orders.order.cancelled") == .returned(code: 312, reason: "NO_ROUTE"))
      #expect(try await client.state(of: topology.queues[0].name).messages == 1)
      try await client.unbind(topology.bindings[0])
      try await client.unbind(topology.bindings[0])
      #expect(try await publish("orders.order.created") == .returned(code: 312, reason: "NO_ROUTE"))
    }
  }

  @Test func `what is there with other properties is refused by name and told as a difference, and nothing is changed`() async throws {
    try await withTopology { client, topology in
      try await client.apply(topology)
      var other = topology
      other.exchanges[0].kind = .direct
      other.queues[0].arguments["x-queue-type"] = nil
      let wanted = other
      let error = await #expect(throws: RabbitMQError.self) { try await client.apply(wanted) }
      #expect(error?.kind == .mismatch)
      #expect(error?.message.contains(topology.exchanges[0].name) == true)
      let differences = try await client.differences(from: other)
      guard case .exchangeDiffers(let exchange, _) = differences.first, case .queueDiffers(let queue, let reason) = differences.last else {
        Issue.record("\(differences)")
        return
      }
      #expect(exchange == topology.exchanges[0].name && queue == topology.queues[0].name)
      #expect(reason.contains("x-queue-type"))
      #expect(try await client.differences(from: topology) == [])
    }
  }

  @Test func `what is missing is told, and not made by asking`() async throws {
    try await withTopology { client, topology in
      for _ in 0..<2 {
        let found = try await client.differences(from: topology)
        #expect(found == [.exchangeMissing(topology.exchanges[0].name), .queueMissing(topology.queues[0].name)])
      }
      let error = await #expect(throws: RabbitMQError.self) { try await client.state(of: topology.queues[0].name) }
      #expect(error?.kind == .notFound)
    }
  }
}
