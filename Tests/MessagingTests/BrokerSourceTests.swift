import Aggregates
import EventSourcing
import EventStoreTesting
import Foundation
import Messaging
import ProcessManagers
import RabbitMQ
import RabbitMQTesting
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(3))) struct BrokerSourceTests {
  @Test func `what another service publishes reaches a process manager by its queue, and what is its own does without a broker`()
    async throws
  {
    try await Listener.run { listener in
      let newsroom = listener.newsroom
      try await newsroom.deleteProducts(1...40)
      try await newsroom.append("basket-9", "BasketDeleted", #"{"basket_id":9,"user_id":3}"#)
      // Nobody publishes yet: only what is its own is there.
      try await listener.running { runner in
        try await newsroom.until("hearing of its own") { listener.heard == [41] }
        #expect(runner.status.position == .start)
        try await newsroom.running(try newsroom.relay()) { relay in
          try await newsroom.until("hearing of others") { listener.heard.count == 41 }
          try await newsroom.deleteProducts(41...100)
          try await newsroom.until("hearing of more") { listener.heard.count == 101 }
          try await newsroom.settle(relay)
          try await newsroom.until("writing it down") { runner.status.position.rawValue >= 100 }
        }
      }
      #expect(listener.heard.filter { $0 != 41 } == Array(1...40) + Array(42...101))
      // All of it was acknowledged.
      #expect(try await newsroom.client.state(of: listener.queue).messages == 0)
    }
  }

  @Test func `a message that comes twice, late or without sense is heard once or not at all`() async throws {
    try await Listener.run { listener in
      let newsroom = listener.newsroom
      try await newsroom.running(try newsroom.relay()) { relay in
        try await listener.running { _ in
          try await newsroom.deleteProducts(1...30)
          try await newsroom.until("hearing") { listener.heard.count == 30 }
          let publisher = try await newsroom.client.publisher()
          var messages: [RabbitMQMessage] = []
          for position in [3, 30, 1] {
            messages.append(
              RabbitMQMessage(
                exchange: newsroom.exchange, routingKey: "products.product.deleted",
                properties: RabbitMQProperties(messageID: "again-\(position)", headers: [Envelope.positionHeader: .string("\(position)")]),
                body: []))
          }
          for (number, headers) in [[:], [Envelope.positionHeader: "far"], [Envelope.positionHeader: "-4"]].enumerated() {
            messages.append(
              RabbitMQMessage(
                exchange: newsroom.exchange, routingKey: "products.product.deleted",
                properties: RabbitMQProperties(messageID: "senseless-\(number)", headers: headers.mapValues { .string($0) }), body: []))
          }
          #expect(try await publisher.send(messages).outcomes().allSatisfy { $0 == .confirmed })
          try await newsroom.deleteProducts(31...35)
          try await newsroom.until("hearing of more") { listener.heard.count == 35 }
          try await newsroom.until("putting aside") { try await newsroom.client.state(of: listener.deadLetters).messages == 3 }
          try await newsroom.settle(relay)
        }
      }
      #expect(listener.heard == Array(1...35))
    }
  }

  @Test(arguments: ["deleted", "purged", "unbound"])
  func `a queue that is lost, emptied or unbound is made again, and every message is heard`(_ how: String) async throws {
    try await Listener.run { listener in
      let newsroom = listener.newsroom
      try await listener.running { _ in
        try await newsroom.running(try newsroom.relay()) { relay in
          try await newsroom.deleteProducts(1...10)
          try await newsroom.until("hearing") { listener.heard.count == 10 }
          switch how {
          case "deleted": try await newsroom.client.deleteQueue(listener.queue)
          case "unbound":
            for binding in listener.bindings { try await newsroom.client.unbind(binding) }
          default: break
          }
          if how == "purged" {
            // With nobody reading, so that the messages are in the queue.
            listener.isDeaf = true
            try await newsroom.deleteProducts(11...12)
            try await newsroom.settle(relay)
            try await newsroom.until("handing over") { try await newsroom.client.state(of: listener.queue).messages == 0 }
            listener.isDeaf = false
          }
          try await newsroom.deleteProducts(13...20)
          try await newsroom.settle(relay)
          let count = how == "purged" ? 20 : 18
          try await newsroom.until("hearing of what was lost") { listener.heard.count == count }
          try await newsroom.deleteProducts(21...25)
          try await newsroom.until("hearing by the queue again") { listener.heard.count == count + 5 }
        }
      }
      #expect(listener.heard == listener.heard.sorted() && Set(listener.heard).count == listener.heard.count)
    }
  }

  @Test func `a runner that dies before it writes its place down is continued by the next, which hears the rest again`() async throws {
    try await Listener.run { listener in
      let newsroom = listener.newsroom
      try await newsroom.running(try newsroom.relay()) { relay in
        try await newsroom.deleteProducts(1...20)
        try await newsroom.settle(relay)
        listener.deafAfter = 7
        try await listener.running { _ in try await newsroom.until("dying") { listener.heard.count == 7 } }
        listener.isDeaf = false
        try await listener.running(holder: "two") { _ in
          try await newsroom.until("hearing all") { Set(listener.heard).count == 20 }
        }
      }
      #expect(Set(listener.heard) == Set((1...20).map(Int64.init)))
    }
  }

  @Test func `a connection that breaks again and again costs nothing but time`() async throws {
    try await Listener.run { listener in
      let newsroom = listener.newsroom
      let proxy = try Proxy(to: try Newsroom.broker())
      defer { proxy.close() }
      try await newsroom.running(try newsroom.relay()) { _ in
        try await listener.running(through: proxy.configuration) { _ in
          for round in 0..<8 {
            try await newsroom.deleteProducts((round * 25 + 1)...(round * 25 + 25))
            proxy.cut()
            try await newsroom.until("hearing, round \(round)") { listener.heard.count >= (round + 1) * 20 }
          }
          try await newsroom.until("hearing all") { listener.heard.count == 200 }
        }
      }
      #expect(listener.heard == (1...200).map(Int64.init))
    }
  }

  @Test func `a timer waits while messages of other services are on their way`() async throws {
    try await Listener.run { listener in
      let newsroom = listener.newsroom
      try await newsroom.deleteProducts([5])
      _ = try await newsroom.log.append(
        Append(streams: [], timers: [.set(name: "product-5", due: .at(InMemoryEventLog.defaultStart), payload: Array("{}".utf8))]))
      try await listener.running { _ in
        // Long enough for some looks.
        try await Task.sleep(for: .milliseconds(300))
        #expect(listener.fired == 0 && listener.heard.isEmpty)
        try await newsroom.running(try newsroom.relay()) { _ in
          try await newsroom.until("firing") { listener.fired > 0 }
        }
        #expect(listener.heard == [1])
      }
    }
  }

  @Test func `queues are bound to exactly what their process managers act on`() throws {
    let consumer = try #require(
      Consumer(of: Listener(newsroom: Newsroom(client: RabbitMQClient(try Newsroom.broker(), logger: quietLogger)))))
    #expect(consumer.queue == "baskets.listener")
    #expect(consumer.routingKeys == ["products.product.deleted"])
    let topology = Consumer.topology(of: [consumer])
    #expect(
      topology.bindings == [RabbitMQBinding(exchange: Consumer.exchange, queue: "baskets.listener", routingKey: "products.product.deleted")]
    )
    #expect(topology.queues.map(\.name) == ["dead_letters", "baskets.listener"])
  }
}

/// A process manager of baskets that writes down what it hears of: deleted products of another service, and deleted baskets of its own.
final class Listener: MessagePort {
  let newsroom: Newsroom
  private let state = Mutex(State())

  private struct State {
    var heard: [Int64] = []
    var fired = 0
    var isDeaf = false
    var deafAfter = Int.max
    var troubling: Set<Int64> = []
  }

  struct Trouble: Error, CustomStringConvertible { let description = "trouble" }

  private let isOneSaga: Bool

  /// - Parameter isOneSaga: whether all messages belong together.
  init(newsroom: Newsroom, isOneSaga: Bool = true) {
    self.newsroom = newsroom
    self.isOneSaga = isOneSaga
  }

  let name = "listener"
  let service: String? = "baskets"
  let messageTypes = ["ProductDeleted", "BasketDeleted"]

  /// The positions of the events, in the order in which it was told of them.
  var heard: [Int64] { state.withLock { $0.heard } }
  var fired: Int { state.withLock { $0.fired } }
  /// The positions of events at which it fails.
  var troubling: Set<Int64> {
    get { state.withLock { $0.troubling } }
    set { state.withLock { $0.troubling = newValue } }
  }
  /// Whether it hears and does not come back.
  var isDeaf: Bool {
    get { state.withLock { $0.isDeaf } }
    set { state.withLock { $0.isDeaf = newValue } }
  }
  var deafAfter: Int {
    get { state.withLock { $0.deafAfter } }
    set { state.withLock { $0.deafAfter = newValue } }
  }

  var prefix: String { newsroom.queue + "-" }
  var queue: String { prefix + "baskets.listener" }
  var deadLetters: String { prefix + Consumer.deadLetters }
  var bindings: [RabbitMQBinding] {
    Consumer.topology(of: [Consumer(of: self)!], exchange: newsroom.exchange, prefix: prefix).bindings
  }

  // One saga for all, so that the order shows; or one a stream.
  func saga(of message: RecordedEvent) throws -> String { isOneSaga ? "all" : message.stream.rawValue }

  func handle(_ message: RecordedEvent) async throws {
    while isDeaf { try await Task.sleep(for: .milliseconds(2)) }
    if troubling.contains(message.position.rawValue) { throw Trouble() }
    state.withLock { state in
      state.heard.append(message.position.rawValue)
      if state.heard.count >= state.deafAfter {
        state.isDeaf = true
        state.deafAfter = .max
      }
    }
    while isDeaf { try await Task.sleep(for: .milliseconds(2)) }
  }

  func saga(of timer: DueTimer) throws -> String? { "all" }
  func fire(_ timer: DueTimer) async throws { state.withLock { $0.fired += 1 } }
  func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {}
  func unpark(_ saga: String, at position: Position) async throws {}
  func parkedSagas() async throws -> [String: Position] { [:] }

  /// Runs a test, and deletes what it made on the broker.
  static func run(isOneSaga: Bool = true, _ body: (Listener) async throws -> Void) async throws {
    try await Newsroom.run(keys: []) { newsroom in
      let listener = Listener(newsroom: newsroom, isOneSaga: isOneSaga)
      let result: Result<Void, any Error>
      do { result = .success(try await body(listener)) } catch { result = .failure(error) }
      try? await newsroom.client.deleteQueue(listener.queue)
      try? await newsroom.client.deleteQueue(listener.deadLetters)
      try result.get()
    }
  }

  /// Runs its runner while a test goes on.
  func running(
    holder: String = "one", through broker: RabbitMQConfiguration? = nil, reportingTo audit: String? = nil,
    _ body: (ProcessManagerRunner) async throws -> Void
  ) async throws {
    var target = try broker ?? Newsroom.broker()
    target.reconnectBackoff = .milliseconds(20) ... .milliseconds(100)
    let client = RabbitMQClient(target, logger: quietLogger)
    var places = BrokerSource.Configuration()
    places.exchange = newsroom.exchange
    places.prefix = prefix
    places.silence = .milliseconds(300)
    places.pause = .milliseconds(20)
    places.batch = 8
    places.auditExchange = audit
    var configuration = ProcessManagerConfiguration()
    configuration.idleWait = .milliseconds(20)
    configuration.checkpointInterval = .milliseconds(5)
    configuration.timerInterval = .milliseconds(10)
    configuration.leaseInterval = .milliseconds(50)
    configuration.maximumTries = 2
    configuration.firstRetryDelay = .milliseconds(1)
    configuration.requestInterval = .milliseconds(10)
    let (log, subscriptions, source) = (newsroom.log, newsroom.subscriptions, places)
    let runner = ProcessManagerRunner(
      log: log, subscriptions: subscriptions, port: self,
      broker: { BrokerSource(of: $0, log: log, subscriptions: subscriptions, broker: client, configuration: source, logger: quietLogger) },
      holder: holder, configuration: configuration, logger: quietLogger)
    let task = Task { try await runner.run() }
    let result: Result<Void, any Error>
    do { result = .success(try await body(runner)) } catch { result = .failure(error) }
    task.cancel()
    try await task.value
    await client.close()
    try result.get()
  }
}
