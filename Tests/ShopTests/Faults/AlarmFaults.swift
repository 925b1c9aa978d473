import Foundation
import JSON
import Logging
import RabbitMQ
import Testing

extension Faults {
  /// A broker that is short of disk: it says so to who publishes, and takes nothing until there is space again.
  @Suite struct OfTheBrokersDisk {
    @Test func `what is published meanwhile waits in a bounded window, and comes once and in order when the alarm is over`() async throws {
      try await PrivateBroker.run { broker in
        var configuration = try RabbitMQConfiguration(url: broker.url())
        configuration.maximumInFlight = 50
        let client = RabbitMQClient(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let reader = RabbitMQClient(configuration, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await client.apply(RabbitMQTopology(exchanges: [], queues: [RabbitMQQueue("alarm")], bindings: []))
        let publisher = try await client.publisher()
        func message(_ number: Int) -> RabbitMQMessage {
          RabbitMQMessage(exchange: "", routingKey: "alarm", properties: RabbitMQProperties(messageID: "\(number)"), body: [])
        }
        #expect(try await publisher.publish(message(0)) == .confirmed)

        try await broker.setDiskAlarm(true)
        let publishing = Task {
          var receipts: [RabbitMQReceipt] = []
          for start in stride(from: 1, to: 401, by: 10) { receipts.append(try await publisher.send((start..<start + 10).map(message))) }
          var outcomes: [RabbitMQOutcome] = []
          for receipt in receipts { outcomes += try await receipt.outcomes() }
          return outcomes
        }
        try await until("being told of the alarm") { client.metrics.isBlocked }
        // Asked by a connection that publishes nothing, which is not held up.
        for _ in 1...20 {
          #expect(try await reader.state(of: "alarm").messages <= 1 + configuration.maximumInFlight)
          #expect(client.metrics.isBlocked && client.metrics.published <= 1 + configuration.maximumInFlight)
        }

        try await broker.setDiskAlarm(false)
        #expect(try await publishing.value == Array(repeating: .confirmed, count: 400))
        #expect(!client.metrics.isBlocked)
        let consumer = try await reader.consumer(of: "alarm", prefetch: 500)
        var taken: [String] = []
        while taken.count < 401 {
          let deliveries = try await consumer.next(atMost: 401 - taken.count)
          taken += deliveries.map { $0.properties.messageID ?? "" }
          consumer.acknowledge(deliveries)
        }
        #expect(taken == (0...400).map { "\($0)" })
        await consumer.close()
        #expect(try await reader.state(of: "alarm").messages == 0)
        await publisher.close()
        await client.close()
        await reader.close()
      }
    }

    @Test(.enabled(if: drillScale != nil, "minutes, for a whole program over a broker of its own: in the drill"))
    func `orders that come in meanwhile are taken, health shows how far messages are behind, and each comes to its end once`()
      async throws
    {
      try await PrivateBroker.run { broker in
        try await Shop.open(runsSagas: false, databases: nil) { shop in
          let folder = URL.temporaryDirectory.appending(path: "comptoir-\(UUID().uuidString)")
          try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
          defer { try? FileManager.default.removeItem(at: folder) }
          var environment = shop.environment(in: folder)
          environment["RABBITMQ_URL"] = try broker.url()
          let program = try await ComptoirProcess(environment, port: try freePort(), output: folder.appending(path: "output"))
          defer { program.kill() }
          let product = try await addProduct(program.url, stock: 1_000)
          let customers = try await together(3) { [url = program.url] in try await Customer.register($0, url) }.map { try $0.get() }
          let acknowledgements = Acknowledgements()
          try await customers[0].buy(product, times: 1, acknowledgements)
          try await shop.until("a first order's end") { try await shop.ledger().unfinished.isEmpty }
          let client = ShopClient(program.url)
          /// How many events the relay has not had confirmed.
          func lag() async throws -> Int64? {
            let checks = try await client.send("GET", "/health").json["checks"]?.arrayValue
            return checks?.first { $0["name"]?.stringValue == "messages-broker" }?["lag_events"]?.int64Value
          }

          try await broker.setDiskAlarm(true)
          for customer in customers.dropFirst() { try await customer.buy(product, times: 3, acknowledgements) }
          try await shop.until("health to show it") { (try await lag() ?? 0) > 0 }
          #expect(try await !shop.ledger().unfinished.isEmpty)
          try await broker.setDiskAlarm(false)
          try await shop.until("health to be level again", within: .seconds(60)) { try await lag() == 0 }
          try await shop.check(acknowledgements.all, count: 7, of: product, stock: 1_000)
        }
      }
    }

    private func until(_ what: String, _ condition: () async throws -> Bool) async throws {
      let deadline = ContinuousClock.now + .seconds(30)
      while try await !condition() {
        try #require(ContinuousClock.now < deadline, "\(what) took too long")
        try await Task.sleep(for: .milliseconds(5))
      }
    }
  }
}
