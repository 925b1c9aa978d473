import RabbitMQ
import Testing

/// Against the test run's broker, whose certificate a self-made authority signed for `localhost`.
@Suite(.timeLimit(.minutes(3))) struct TLSTests {
  private static func configuration(_ change: (inout RabbitMQConfiguration) -> Void = { _ in }) throws -> RabbitMQConfiguration {
    var configuration = try Broker.configuration("COMPTOIR_TEST_RABBITMQ_TLS_URL")
    change(&configuration)
    return configuration
  }

  private func refused(_ configuration: RabbitMQConfiguration) async throws {
    try await Broker.use(configuration) { client in
      let error = await #expect(throws: RabbitMQError.self) { try await client.ping() }
      #expect(error?.kind == .refused)
      #expect(client.metrics.connects == 0)
    }
  }

  @Test func `messages travel encrypted, in bursts and in bodies of many frames`() async throws {
    try await Broker.withQueue(through: Self.configuration()) { client, queue in
      let publisher = try await client.publisher()
      let receipt = try await publisher.send((0..<2000).map { .sample(queue, $0, bytes: $0 % 100 == 0 ? 300_000 : 400) })
      #expect(try await receipt.outcomes().allSatisfy { $0 == .confirmed })
      let consumer = try await client.consumer(of: queue, prefetch: 100)
      var numbers: [Int?] = []
      while numbers.count < 2000 {
        let deliveries = try await consumer.next()
        numbers += deliveries.map(\.number)
        #expect(deliveries.allSatisfy { $0.body.count == ($0.number! % 100 == 0 ? 300_000 : 400) })
        consumer.acknowledge(deliveries)
      }
      #expect(numbers == Array(0..<2000))
    }
  }

  @Test func `an unknown authority and another host's name are refused`() async throws {
    try await refused(Self.configuration { $0.certificateFile = "/etc/ssl/certs/ca-certificates.crt" })
    // The certificate is for localhost, not for 127.0.0.1.
    try await refused(Self.configuration { $0.host = "127.0.0.1" })
    try await refused(Self.configuration { $0.certificateFile = "/missing.pem" })
  }

  @Test func `who does not verify connects all the same`() async throws {
    let configuration = try Self.configuration {
      $0.verifiesCertificate = false
      $0.host = "127.0.0.1"
    }
    try await Broker.use(configuration) { try await $0.ping() }
  }
}
