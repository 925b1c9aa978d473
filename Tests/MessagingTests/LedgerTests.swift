import EventSourcing
import Foundation
import Messaging
import RabbitMQ
import Testing

@Suite(.timeLimit(.minutes(3))) struct LedgerTests {
  private static let queue = "baskets.listener"
  private static let key = "products.product.deleted"

  @Test func `the ledger tells of each message at each of its queues how it was published and consumed`() async throws {
    try await Books.use { books in
      try await books.running { relay in
        try await books.newsroom.deleteProducts(1...30)
        try await books.newsroom.append("basket-9", "BasketDeleted", #"{"basket_id":9,"user_id":3}"#)
        try await books.newsroom.settle(relay)
        #expect(try await books.states() == ["\(Self.queue) published": 30, " published": 1])
        try await books.listening {
          try await books.newsroom.until("all being consumed") { try await books.states()["\(Self.queue) consumed"] == 30 }
        }
        let report = try await books.verifier().verify(waiting: .seconds(5))
        #expect(report.findings == [])
        #expect(report.events == 31 && report.rows == 31 && report.unreported == 0)
      }
    }
  }

  @Test func `a message that keeps failing waits; tried again by hand it is consumed, and so is what waited behind it`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      books.listener.troubling = [1]
      try await books.running { relay in
        try await newsroom.deleteProducts([1, 2])
        // Behind the one that fails, on its stream.
        try await newsroom.append("product-1", "ProductDeleted", #"{"product_id":1,"ref":"R1","reason":null}"#)
        try await books.listening {
          try await newsroom.until("waiting") { try await books.failures().count == 2 }
          try await newsroom.until("the other being consumed") { try await books.states()["\(Self.queue) consumed"] == 1 }
          #expect(try await books.failures().map(\.text) == ["2 true trouble", "1 true its saga waits at an earlier message"])
          let failure = try await books.failures()[0]
          #expect(try await books.states() == ["\(Self.queue) dead_letter": 2, "\(Self.queue) consumed": 1])

          // Still in trouble: it waits on.
          let failed = try #require(try await books.operators.failed(failure.id))
          let message = try await books.operators.retry(failed, prefix: books.listener.prefix)
          await #expect(throws: Ledger.Refusal.alreadyRetried) {
            try await books.operators.retry(failed, prefix: books.listener.prefix)
          }
          try await Self.send(message, books)
          try await newsroom.until("failing again") { try await books.failures()[0].text == "3 true trouble" }
          #expect(try await books.operators.retryable(of: Self.queue, limit: 10).count == 2)
          #expect(try await books.operators.retryable(of: "another", limit: 10).isEmpty)

          books.listener.troubling = []
          try await Self.send(try await books.operators.retry(failed, prefix: books.listener.prefix), books)
          try await newsroom.until("all being consumed") { try await books.states() == ["\(Self.queue) consumed": 3] }
          #expect(try await books.failures().isEmpty)
          try await newsroom.until("the queue being empty") { try await newsroom.client.state(of: books.listener.queue).messages == 0 }
        }
        #expect(books.listener.heard == [2, 1, 3])
        try await newsroom.settle(relay)
        #expect(try await books.verifier().verify(waiting: .seconds(5)).findings == [])
      }
    }
  }

  @Test func `a message that is given up is left out, and what waited behind it is consumed`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      books.listener.troubling = [1]
      try await books.running { relay in
        try await newsroom.deleteProducts([1, 1])
        try await books.listening {
          try await newsroom.until("waiting") { try await books.failures().count == 2 }
          let failed = try #require(try await books.operators.failed(try await books.failures()[0].id))
          try await Self.send(try #require(books.operators.discarding(failed, prefix: books.listener.prefix)), books)
          try await books.operators.discard(failed, reason: "by user-1: of no use")
          try await newsroom.until("the one behind being consumed") { try await books.states()["\(Self.queue) consumed"] == 1 }
        }
        #expect(books.listener.heard == [2])
        #expect(try await books.failures().isEmpty)
        #expect(try await books.states() == ["\(Self.queue) consumed": 1, "\(Self.queue) failed": 1])
        try await newsroom.settle(relay)
        #expect(try await books.verifier().verify(waiting: .seconds(5)).findings == [])
      }
    }
  }

  @Test func `a deleted row, a purged queue and a missing binding are found, and nothing else`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      try await books.running { relay in
        try await newsroom.deleteProducts(1...3)
        try await books.listening { try await newsroom.until("consuming") { books.listener.heard.count == 3 } }
        try await newsroom.until("reporting") { try await books.states() == ["\(Self.queue) consumed": 3] }
        // Nobody reads any more; what was read off the log instead may still lie there.
        _ = try await newsroom.client.purge(books.listener.queue)
        try await newsroom.deleteProducts(4...6)
        try await newsroom.settle(relay)
        #expect(try await newsroom.client.purge(books.listener.queue) == 3)
        for binding in books.listener.bindings { try await newsroom.client.unbind(binding) }
        try await newsroom.deleteProducts([7])
        try await newsroom.settle(relay)
        for binding in books.listener.bindings { try await newsroom.client.apply(RabbitMQTopology(bindings: [binding])) }
        try await newsroom.deleteProducts([8])
        try await newsroom.settle(relay)
        try await books.execute("delete from ops.messages where \(Self.position) = 2")

        let report = try await books.verifier().verify()
        let unconsumed = [4, 5, 6, 7, 8].map {
          LedgerVerifier.Finding.notConsumed(Position($0), routingKey: Self.key, queue: Self.queue, status: "published")
        }
        #expect(
          report.findings
            == [.notInLedger(Position(2), routingKey: Self.key, queue: Self.queue)] + unconsumed
            + [.queueShort(Self.queue, holds: 1, lacks: 5)])
        // Whoever reads again notices what is lost, and reads it off the log.
        try await books.listening {
          try await newsroom.until("consuming all") { Set(books.listener.heard) == Set(1...8) }
          try await newsroom.until("reporting all") { try await books.states() == ["\(Self.queue) consumed": 7] }
        }
        #expect(books.listener.heard.sorted() == Array(1...8))
        #expect(try await books.verifier().verify().findings == [.notInLedger(Position(2), routingKey: Self.key, queue: Self.queue)])
      }
      // What comes now is published by nobody.
      try await newsroom.deleteProducts([9])
      try await newsroom.client.deleteQueue(books.listener.queue)
      #expect(
        try await books.verifier().verify().findings.suffix(2)
          == [.notPublished(Position(9), routingKey: Self.key), .queueMissing(Self.queue)])
    }
  }

  @Test func `a message that is none stands among the failed ones, and cannot be tried again`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      try await books.running { _ in
        try await books.listening {
          try await newsroom.deleteProducts([1])
          try await newsroom.until("hearing") { books.listener.heard == [1] }
          let publisher = try await newsroom.client.publisher()
          let message = RabbitMQMessage(
            exchange: newsroom.exchange, routingKey: Self.key, properties: RabbitMQProperties(messageID: "strange"),
            body: Array("no JSON \u{0}".utf8))
          #expect(try await publisher.publish(message) == .confirmed)
          try await newsroom.until("being written down") { try await books.failures().count == 1 }
        }
        #expect(try await books.failures()[0].text == "1 false it lacks what the relay writes, or cannot be read")
        let failed = try #require(try await books.operators.failed(try await books.failures()[0].id))
        #expect(failed.messageID == "strange" && failed.queue == Self.queue)
        await #expect(throws: Ledger.Refusal.cannotRetry) { try await books.operators.retry(failed, prefix: "") }
        #expect(books.operators.discarding(failed, prefix: "") == nil)
        try await books.operators.discard(failed, reason: "by user-1: nonsense")
        #expect(try await books.failures().isEmpty)
      }
    }
  }

  @Test func `a message that the broker does not take is shown as pending until it does`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      let full = newsroom.queue + "-full"
      try await newsroom.client.apply(
        RabbitMQTopology(
          queues: [RabbitMQQueue(full, arguments: ["x-max-length": 2, "x-overflow": "reject-publish"])],
          bindings: [RabbitMQBinding(exchange: newsroom.exchange, queue: full, routingKey: "#")]))
      try await books.running(change: { $0.pageSize = 1 }) { relay in
        try await newsroom.deleteProducts(1...3)
        try await newsroom.until("being noted") {
          try await books.states() == ["\(Self.queue) published": 2, "\(Self.queue) pending": 1]
        }
        try await newsroom.client.deleteQueue(full)
        try await newsroom.settle(relay)
        #expect(try await books.states() == ["\(Self.queue) published": 3])
      }
    }
  }

  @Test func `messages that were consumed are removed in time, and what is left is complete`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      try await books.running(retention: .zero) { relay in
        try await newsroom.deleteProducts(1...5)
        try await books.listening {
          try await newsroom.until("hearing") { books.listener.heard.count == 5 }
          try await newsroom.settle(relay)
          try await newsroom.until("removing") { try await books.states().isEmpty }
        }
        try await newsroom.deleteProducts(6...7)
        try await newsroom.settle(relay)
        #expect(try await books.states() == ["\(Self.queue) published": 2])
        let report = try await books.verifier().verify()
        #expect(report.after == Position(5) && report.events == 2)
      }
    }
  }

  @Test func `what a consumer had handled before it ended counts as consumed, though it did not say so`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      try await books.running { relay in
        // It reports to nobody.
        try await books.listener.running { _ in
          try await newsroom.deleteProducts(1...4)
          try await newsroom.settle(relay)
          try await newsroom.until("hearing") { books.listener.heard.count == 4 }
        }
        #expect(try await books.states() == ["\(Self.queue) published": 4])
        let report = try await books.verifier().verify()
        #expect(report.findings == [])
        #expect(report.unreported == 4, "\(report)")
        try await books.execute("update ops.messages set updated_at = updated_at - interval '2 minutes'")
        try await newsroom.until("being noted") { try await books.states() == ["\(Self.queue) consumed": 4] }
      }
    }
  }

  @Test func `a queue and a binding that somebody deleted are there again, though nobody reads them`() async throws {
    try await Books.use { books in
      let newsroom = books.newsroom
      try await books.running(topologyInterval: .milliseconds(50)) { relay in
        // Whatever came before the binding is not in the queue.
        @Sendable func fills(from count: Int) async throws -> Bool {
          try await newsroom.deleteProducts([1])
          try await newsroom.settle(relay)
          return await ((try? newsroom.client.state(of: books.listener.queue).messages) ?? 0) > count
        }
        try await newsroom.until("making") { try await fills(from: 0) }
        try await newsroom.client.deleteQueue(books.listener.queue)
        try await newsroom.until("making again") { try await fills(from: 0) }
        for binding in books.listener.bindings { try await newsroom.client.unbind(binding) }
        let before = try await newsroom.client.state(of: books.listener.queue).messages
        try await newsroom.until("binding again") { try await fills(from: before) }
      }
    }
  }

  private static let position = "(headers ->> 'cloudEvents:position')::bigint"

  private static func send(_ message: RabbitMQMessage, _ books: Books) async throws {
    let publisher = try await books.newsroom.client.publisher()
    #expect(try await publisher.publish(message) == .confirmed)
    await publisher.close()
  }
}
