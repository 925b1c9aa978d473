import Foundation
import Logging
import RabbitMQ
import Testing

/// `comptoir topology` as it is run.
struct TopologyCommandTests {
  @Test func `what process managers need on the broker is listed, made, and missed when somebody deletes it`() async throws {
    let url = try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_RABBITMQ_URL"])
    try await Shop.open(runsSagas: false) { shop in
      var environment = shop.environment(in: .temporaryDirectory)
      environment["RABBITMQ_URL"] = url
      func run(_ arguments: String...) async throws -> ComptoirRun { try await ComptoirRun.end(["topology"] + arguments, environment) }

      let list = try await run().errors
      let checkout = try #require(list.firstIndex(of: "queue orders.checkout"))
      #expect(list[checkout + 1] == "  baskets.checkout.initiated")
      #expect(list.contains("exchange microservices_exchange (topic)") && list.contains("queue deliveries"))

      #expect(try await run("apply").status == 0)
      let same = try await run("diff")
      #expect(same.status == 0)
      #expect(same.errors == ["Exchanges and queues are as they should be."])

      let client = RabbitMQClient(try RabbitMQConfiguration(url: url), logger: Logger(label: "test"))
      try await client.deleteQueue("orders.checkout")
      let missing = try await run("diff")
      #expect(missing.status == 1)
      #expect(missing.errors == ["queue orders.checkout is missing"])
      for queue in list.filter({ $0.hasPrefix("queue ") }) { try await client.deleteQueue(String(queue.dropFirst(6))) }
      await client.close()

      environment["RABBITMQ_URL"] = nil
      let without = try await run("apply")
      #expect(without.status == 1 && without.errors.last?.contains("RABBITMQ_URL") == true)
    }
  }
}
