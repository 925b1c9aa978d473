import Aggregates
import EventSourcing
import EventStoreTesting
import Foundation
import HTTPTypes
import JSON
import Logging
import Messaging
import ProcessManagers
import RabbitMQ
import Testing

@testable import APIGateway

@Suite(.timeLimit(.minutes(3))) struct MessageRoutesTests {
  private static let root = "/api/v1/messages-broker"

  /// A gateway over a ledger, with queues of the test's own on a real broker.
  private struct Post {
    let harness: Harness
    let databases: ReadDatabases
    let client: RabbitMQClient
    let broker: MessageBroker
    let admin: String

    /// The queue of the deliveries' process manager, which nobody reads.
    var queue: String { broker.prefix + "deliveries" }

    static func open(_ body: (Post) async throws -> Void) async throws {
      let url = try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_RABBITMQ_URL"], "COMPTOIR_TEST_RABBITMQ_URL is not set")
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let client = RabbitMQClient(try RabbitMQConfiguration(url: url), logger: logger)
      let name = "gateway-\(UUID().uuidString.lowercased())"
      let log = InMemoryEventLog()
      let port = Deliveries(log: log, executor: CommandExecutor(log: log), carriers: SandboxCarriers(), logger: logger)
      let consumer = try #require(Consumer(of: port))
      let broker = MessageBroker(client: client, consumers: [consumer], exchange: name, prefix: name + "-")
      let result: Result<Void, any Error>
      do {
        try await client.apply(Consumer.topology(of: [consumer], exchange: name, prefix: broker.prefix))
        try await ReadDatabases.with(only: ["messages_broker"]) { databases in
          let harness = try await Harness(groups: [MessageRoutes.group], reads: databases.sides, broker: broker)
          let post = Post(
            harness: harness, databases: databases, client: client, broker: broker, admin: try await harness.token(1, .superAdmin))
          try await body(post)
        }
        result = .success(())
      } catch {
        result = .failure(error)
      }
      for queue in broker.queues { try? await client.deleteQueue(broker.prefix + queue) }
      try? await client.deleteExchange(name)
      await client.close()
      try result.get()
    }

    /// Takes so many messages off the queue.
    func take(_ count: Int) async throws -> [RabbitMQDelivery] {
      let consumer = try await client.consumer(of: queue, prefetch: 10)
      var taken: [RabbitMQDelivery] = []
      while taken.count < count { taken += try await consumer.next(atMost: count - taken.count) }
      consumer.acknowledge(taken)
      await consumer.close()
      return taken
    }

    /// A message that waits at the queue.
    func fail(_ id: Int, canRetry: Bool = true) async throws {
      try await databases.execute(
        "messages_broker",
        """
        insert into ops.messages (message_id, queue, exchange, routing_key, type, payload, headers, status, created_at)
        values ('m\(id)', 'deliveries', 'x', 'orders.order.confirmed', 'order.confirmed', '{"event_id":"m\(id)"}',
          '{"cloudEvents:position":"\(id)"}', 'dead_letter', now());
        insert into ops.failed_messages
          (id, message_id, queue, routing_key, payload, headers, exception, exception_trace, last_failed_at, can_retry, created_at)
        overriding system value
        values (\(id), 'm\(id)', 'deliveries', 'orders.order.confirmed', '{"event_id":"m\(id)"}', '{"cloudEvents:position":"\(id)"}',
          'trouble', '', now(), \(canRetry), now())
        """)
    }
  }

  @Test func `an administrator publishes by hand, once for each key, and sees it in the ledger`() async throws {
    try await Post.open { post in
      let path = "\(Self.root)/messages/publish"
      let body = #"{"exchange":"\#(post.broker.exchange)","routing_key":"orders.order.confirmed","data":{"order_id":7}}"#
      let first = try await post.harness.send(.post, path, body, token: post.admin, headers: ["Idempotency-Key": "k1"])
      #expect(first.status == 201)
      let id = try #require(first.json["data"]?["message_id"]?.stringValue)
      let second = try await post.harness.send(.post, path, body, token: post.admin, headers: ["Idempotency-Key": "k1"])
      #expect(try second.json["data"]?["message_id"]?.stringValue == id)
      for delivery in try await post.take(2) {
        let envelope = try JSONValue(parsing: delivery.body)
        #expect(envelope["event_id"]?.stringValue == id && delivery.properties.messageID == id)
        #expect(envelope["event_type"]?.stringValue == "order.confirmed" && envelope["data"]?["order_id"]?.int64Value == 7)
        #expect(envelope["metadata"]?["user_id"]?.int64Value == 1)
      }
      let list = try await post.harness.send(.get, "\(Self.root)/messages?queue=deliveries&status=published", token: post.admin)
      let row = try #require(list.json["data"]?[0])
      #expect(row["message_id"]?.stringValue == id && row["payload"]?["data"]?["order_id"]?.int64Value == 7)
      #expect(try list.json["data"]?.arrayValue?.count == 1)
      let one = try await post.harness.send(.get, "\(Self.root)/messages/\(try #require(row["id"]?.int64Value))", token: post.admin)
      #expect(try one.json["data"]?["routing_key"]?.stringValue == "orders.order.confirmed")
    }
  }

  @Test func `what cannot be published is refused with the field and the reason`() async throws {
    try await Post.open { post in
      let path = "\(Self.root)/messages/publish"
      for (body, status, code) in [
        (#"{"exchange":"no-such","routing_key":"a.b.c","data":{}}"#, 422, "unknown-reference"),
        (#"{"routing_key":"a.b.c","data":{}}"#, 422, "missing-field"), (#"{"exchange":"x","data":{}}"#, 422, "missing-field"),
        (#"{"exchange":"x","routing_key":"a","data":[]}"#, 422, "wrong-type"),
        (#"{"exchange":"x","routing_key":"","data":{}}"#, 422, "too-short"),
      ] {
        let answer = try await post.harness.send(.post, path, body, token: post.admin)
        let found = try answer.code
        #expect(answer.status == status && found == code, "\(body)")
      }
      let customer = try await post.harness.token(2, .customer)
      #expect(try await post.harness.send(.post, path, "{}", token: customer).status == 403)
      #expect(try await post.harness.send(.get, "\(Self.root)/queues").status == 401)
    }
  }

  @Test func `whoever missed messages of a routing key finds all behind a position, from the log alone`() async throws {
    try await Post.open { post in
      for number in 1...5 {
        let type = number == 3 ? "BasketDeleted" : "ProductDeleted"
        let payload =
          number == 3 ? #"{"basket_id":3,"user_id":1}"# : #"{"product_id":\#(number),"ref":"R\#(number)","reason":null}"#
        _ = try await post.harness.log.append(
          Append(streams: [
            StreamAppend(
              stream: StreamName(rawValue: "thing-\(number)"), expected: .any,
              events: [
                EventData(type: type, isPublic: true, payload: Array(payload.utf8), occurredAt: InMemoryEventLog.defaultStart)
              ])
          ]))
      }
      func missed(_ query: String) async throws -> Answer {
        try await post.harness.send(.get, "\(Self.root)/messages?\(query)", token: post.admin)
      }
      let answer = try await missed("routing_key=products.product.deleted&after=1&limit=2")
      let found = try #require(answer.json["data"]?.arrayValue)
      #expect(found.map { $0["position"]?.int64Value } == [2, 4])
      #expect(found.map { $0["previous_position"]?.int64Value } == [1, 2])
      #expect(found.map { $0["payload"]?["data"]?["ref"]?.stringValue } == ["R2", "R4"])
      #expect(try answer.json["page"]?["has_more"]?.boolValue == true)
      let rest = try await missed("routing_key=products.product.deleted&after=4")
      #expect(try rest.json["data"]?.arrayValue?.map { $0["position"]?.int64Value } == [5])
      #expect(try rest.json["page"]?["has_more"]?.boolValue == false)
      #expect(try await missed("routing_key=products.product.deleted&after=5").json["data"]?.arrayValue?.isEmpty == true)
      for query in [
        "after=1", "routing_key=no.such.key&after=1", "routing_key=products.product.deleted&after=-1",
        "routing_key=products.product.deleted&after=1&colour=red",
      ] {
        #expect(try await missed(query).status == 400, "\(query)")
      }
    }
  }

  @Test func `a message that failed is brought again once, and another time only when it has failed again`() async throws {
    try await Post.open { post in
      try await post.fail(1)
      try await post.fail(2, canRetry: false)
      let listed = try await post.harness.send(.get, "\(Self.root)/messages/failed?queue=deliveries&can_retry=true", token: post.admin)
      #expect(try listed.json["data"]?.arrayValue?.map { $0["message_id"]?.stringValue } == ["m1"])
      let first = try await post.harness.send(.post, "\(Self.root)/messages/retry/1", token: post.admin)
      #expect(first.status == 200)
      #expect(try first.json["data"]?["queue"]?.stringValue == "deliveries")
      let delivery = try await post.take(1)[0]
      #expect(delivery.properties.messageID == "m1" && delivery.properties.headers[BrokerSource.requestHeader] == .string("retry"))
      #expect(delivery.properties.headers[Envelope.positionHeader] == .string("1"))
      let second = try await post.harness.send(.post, "\(Self.root)/messages/retry/1", token: post.admin)
      #expect(second.status == 409)
      #expect(try second.json["current"]?.stringValue == "published")
      #expect(try await post.harness.send(.post, "\(Self.root)/messages/retry/2", token: post.admin).status == 409)
      #expect(try await post.harness.send(.post, "\(Self.root)/messages/retry/3", token: post.admin).status == 404)
    }
  }

  @Test func `all that failed are brought again; one that is given up is gone, with the reason at its message`() async throws {
    try await Post.open { post in
      for id in 1...3 { try await post.fail(id) }
      let gone = try await post.harness.send(.delete, "\(Self.root)/messages/failed/2?reason=nonsense", token: post.admin)
      #expect(gone.status == 204)
      #expect(try await post.take(1)[0].properties.headers[BrokerSource.requestHeader] == .string("discard"))
      let listed = try await post.harness.send(.get, "\(Self.root)/messages?message_id=m2", token: post.admin)
      #expect(try listed.json["data"]?[0]?["error_message"]?.stringValue == "discarded by user-1: nonsense")
      #expect(try await post.harness.send(.delete, "\(Self.root)/messages/failed/2", token: post.admin).status == 404)
      let none = try await post.harness.send(.post, "\(Self.root)/messages/retry", #"{"queue":"another"}"#, token: post.admin)
      #expect(try none.json["data"]?["retried"]?.int64Value == 0)
      let all = try await post.harness.send(.post, "\(Self.root)/messages/retry", "{}", token: post.admin)
      #expect(try all.json["data"]?["retried"]?.int64Value == 2)
      #expect(Set(try await post.take(2).map(\.properties.messageID)) == ["m1", "m3"])
    }
  }

  @Test func `queues are listed, looked at and emptied; others than ours are not there`() async throws {
    try await Post.open { post in
      try await post.fail(1)
      let publisher = try await post.client.publisher()
      let message = RabbitMQMessage(exchange: "", routingKey: post.queue, properties: RabbitMQProperties(messageID: "m9"), body: [])
      #expect(try await publisher.publish(message) == .confirmed)
      await publisher.close()
      let list = try await post.harness.send(.get, "\(Self.root)/queues", token: post.admin)
      let queues = try #require(list.json["data"]?.arrayValue)
      #expect(queues.map { $0["name"]?.stringValue } == ["dead_letters", "deliveries", "messages_broker.audit"])
      #expect(queues.map { $0["exists"]?.boolValue } == [true, true, false])
      let figures = try await post.harness.send(.get, "\(Self.root)/queues/deliveries/stats", token: post.admin)
      #expect(try figures.json["data"]?["dead_letter"]?.int64Value == 1)
      let purged = try await post.harness.send(.post, "\(Self.root)/queues/deliveries/purge", token: post.admin)
      #expect(try purged.json["data"]?["purged"]?.int64Value == 1)
      for (method, path) in [("GET", "stats"), ("POST", "purge")] {
        let answer = try await post.harness.send(.init(method)!, "\(Self.root)/queues/amq.gen/\(path)", token: post.admin)
        #expect(answer.status == 404)
      }
      #expect(try await post.harness.send(.get, "\(Self.root)/health").status == 200)
    }
  }

  @Test func `sagas that wait at an event of whatever service are listed until they go on`() async throws {
    try await ReadDatabases.with(only: ["messages_broker"]) { databases in
      let harness = try await Harness(groups: [MessageRoutes.group], reads: databases.sides)
      let admin = try await harness.token(1, .admin)
      let path = "\(Self.root)/sagas/parked"
      func parked() async throws -> [JSONValue] {
        let answer = try await harness.send(.get, path, token: admin)
        #expect(answer.status == 200)
        return try #require(try answer.json["data"]?.arrayValue)
      }
      #expect(try await parked() == [])
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let executor = CommandExecutor(log: harness.log)
      let checkout = Checkout(log: harness.log, executor: executor, payments: SandboxPayments(), logger: logger)
      let closing = ClosedAccounts(log: harness.log, executor: executor)
      var own = Examples.event(OrderPlaced.type)
      own.stream = Order.stream(7)
      var foreign = Examples.event(UserDeleted.type)
      foreign.stream = User.stream(5)
      try await checkout.park("7", at: own, from: Position(3), tries: 8, error: "no reason")
      try await closing.park("user-5", at: foreign, from: Position(4), tries: 8, error: "another")
      let both = try await parked()
      #expect(both.map { $0["stream"]?.stringValue } == ["checkout-7", "accountsaga-user-5"])
      #expect(both.map { $0["process_manager"]?.stringValue } == ["checkout", "closed-accounts"])
      #expect(both[0]["message_id"]?.stringValue == own.id.uuidString.lowercased() && both[0]["position"]?.int64Value == 3)
      #expect(both[0]["tries"]?.int64Value == 8 && both[0]["error"]?.stringValue == "no reason" && both[0]["since"]?.stringValue != nil)
      try await checkout.unpark("7", at: Position(3))
      #expect(try await parked().map { $0["stream"]?.stringValue } == ["accountsaga-user-5"])
      try await checkout.park("7", at: own, from: Position(3), tries: 8, error: "again")
      #expect(try await parked().map { $0["stream"]?.stringValue } == ["accountsaga-user-5", "checkout-7"])
      #expect(try await harness.send(.get, path, token: harness.token(2, .customer)).status == 403)
    }
  }

  @Test func `without a broker the ledger is read, and what needs one answers 503`() async throws {
    try await ReadDatabases.with(only: ["messages_broker"]) { databases in
      let harness = try await Harness(groups: [MessageRoutes.group], reads: databases.sides)
      let admin = try await harness.token(1, .admin)
      #expect(try await harness.send(.get, "\(Self.root)/messages", token: admin).status == 200)
      #expect(try await harness.send(.get, "\(Self.root)/health").status == 200)
      #expect(try await harness.send(.get, "\(Self.root)/queues", token: admin).status == 503)
      #expect(try await harness.send(.post, "\(Self.root)/messages/retry/1", token: admin).status == 503)
    }
  }
}
