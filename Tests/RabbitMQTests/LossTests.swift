import RabbitMQ
import RabbitMQTesting
import Testing

@Suite(.timeLimit(.minutes(3))) struct LossTests {
  private func withProxy(
    _ change: (inout RabbitMQConfiguration) -> Void = { _ in }, _ body: (Proxy, RabbitMQClient, String) async throws -> Void
  ) async throws {
    let proxy = try Proxy(to: try Broker.configuration())
    defer { proxy.close() }
    var configuration = proxy.configuration
    change(&configuration)
    try await Broker.withQueue(through: configuration) { try await body(proxy, $0, $1) }
  }

  @Test func `what was under way when the connection ended is unknown and told so, and the next publisher works`() async throws {
    try await withProxy { proxy, client, queue in
      let publisher = try await client.publisher()
      let consumer = try await client.consumer(of: queue, prefetch: 10)
      let reading = Task { try await consumer.next() }
      #expect(try await publisher.publish(.sample(queue, 1)) == .confirmed)
      let first = try await reading.value
      consumer.acknowledge(first)
      #expect(first.map(\.number) == [1])
      proxy.isSilent = true
      let receipt = try await publisher.send([.sample(queue, 2)])
      let next = Task { try await consumer.next() }
      proxy.cut()
      proxy.isSilent = false
      let unknown = await #expect(throws: RabbitMQError.self) { try await receipt.outcomes() }
      #expect(unknown?.kind == .connectionLost)
      #expect(unknown?.isTransient == true)
      let ended = await #expect(throws: RabbitMQError.self) { try await next.value }
      #expect(ended?.kind == .connectionLost)
      // The old publisher stays ended: nothing of it may overtake what was lost.
      let refused = await #expect(throws: RabbitMQError.self) { try await publisher.publish(.sample(queue, 3)) }
      #expect(refused?.kind == .connectionLost)
      #expect(try await client.publisher().publish(.sample(queue, 4)) == .confirmed)
      #expect(client.metrics.connects == 2)
      #expect(client.metrics.losses == 1)
    }
  }

  @Test func `a broker that gives no sign of life for two heartbeats is lost`() async throws {
    try await withProxy({ $0.heartbeat = .seconds(1) }) { proxy, client, queue in
      let publisher = try await client.publisher()
      // Four heartbeats of eight bytes, one a second, keep an idle connection for longer than it would live without them.
      let before = proxy.bytesReceived
      #expect(try await eventually { proxy.bytesReceived >= before + 4 * 8 })
      #expect(try await publisher.publish(.sample(queue, 1)) == .confirmed)
      proxy.isSilent = true
      let clock = ContinuousClock()
      let receipt = try await publisher.send([.sample(queue, 2)])
      let waited = await clock.measure {
        let error = await #expect(throws: RabbitMQError.self) { try await receipt.outcomes() }
        #expect(error?.kind == .connectionLost)
      }
      #expect(waited < .seconds(20))
      proxy.cut()
      proxy.isSilent = false
      #expect(try await client.publisher().publish(.sample(queue, 3)) == .confirmed)
    }
  }

  @Test func `while the broker says it is blocked nothing leaves, and all of it leaves when it says otherwise`() async throws {
    try await withProxy({ $0.maximumInFlight = 2 }) { proxy, client, queue in
      let publisher = try await client.publisher()
      #expect(try await publisher.publish(.sample(queue, 0)) == .confirmed)
      proxy.inject(Frames.blocked("low on memory"))
      #expect(try await eventually { client.metrics.isBlocked })
      let before = proxy.bytesReceived
      let first = try await publisher.send([.sample(queue, 1), .sample(queue, 2)])
      // The window is full of what does not leave: who comes now waits.
      let second = Task { try await publisher.send([.sample(queue, 3)]).outcomes() }
      try await client.ping()
      #expect(client.metrics.published == 1)
      #expect(proxy.bytesReceived - before < 200)
      proxy.inject(Frames.unblocked)
      #expect(try await first.outcomes() == [.confirmed, .confirmed])
      #expect(try await second.value == [.confirmed])
      #expect(!client.metrics.isBlocked)
    }
  }

  @Test func `a broker that is away is waited for, so long and no longer`() async throws {
    let proxy = try Proxy(to: try Broker.configuration())
    var configuration = proxy.configuration
    proxy.close()
    configuration.waitTimeout = .milliseconds(600)
    configuration.reconnectBackoff = .milliseconds(50) ... .milliseconds(200)
    try await Broker.use(configuration) { client in
      let clock = ContinuousClock()
      let waited = await clock.measure {
        let error = await #expect(throws: RabbitMQError.self) { try await client.publisher() }
        #expect(error?.kind == .connectFailed)
        #expect(error?.isTransient == true)
      }
      #expect(waited > .milliseconds(500) && waited < .seconds(20))
      let cancelled = Task { try await client.ping() }
      cancelled.cancel()
      let error = await #expect(throws: RabbitMQError.self) { try await cancelled.value }
      #expect(error?.kind == .cancelled)
    }
  }

  @Test func `a wrong password and an unknown virtual host are refused at once, without naming a secret`() async throws {
    var stranger = try Broker.configuration()
    stranger.password = "not-the-password"
    var elsewhere = try Broker.configuration()
    elsewhere.virtualHost = "nowhere"
    for configuration in [stranger, elsewhere] {
      try await Broker.use(configuration) { client in
        let clock = ContinuousClock()
        let waited = await clock.measure {
          let error = await #expect(throws: RabbitMQError.self) { try await client.ping() }
          #expect(error?.kind == .refused)
          #expect(error?.isTransient == false)
          #expect(error.map { "\($0)".contains(configuration.password) } == false)
        }
        #expect(waited < .seconds(8))
      }
    }
  }

  @Test func `a peer that does not speak AMQP is no broker`() async throws {
    var configuration = try Broker.configuration()
    // The TLS port answers a plain greeting with an alert.
    configuration.port = try Broker.configuration("COMPTOIR_TEST_RABBITMQ_TLS_URL").port
    configuration.waitTimeout = .milliseconds(300)
    configuration.connectTimeout = .seconds(2)
    try await Broker.use(configuration) { client in
      let error = await #expect(throws: RabbitMQError.self) { try await client.ping() }
      #expect(error?.kind == .connectFailed)
    }
  }
}

/// Frames that the broker sends of its own accord (AMQP 0-9-1, 4.2.3): type, channel, size, class, method, arguments, end.
private enum Frames {
  static func blocked(_ reason: String) -> [UInt8] { method(60, [UInt8(reason.utf8.count)] + reason.utf8) }
  static var unblocked: [UInt8] { method(61, []) }

  private static func method(_ number: UInt8, _ arguments: [UInt8]) -> [UInt8] {
    let payload: [UInt8] = [0, 10, 0, number] + arguments
    return [1, 0, 0, 0, 0, 0, UInt8(payload.count)] + payload + [0xce]
  }
}
