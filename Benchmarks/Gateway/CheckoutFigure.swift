import Foundation
import JSON
import Synchronization

/// `checkout`: from POST to the confirmed order, in a closed loop, and at half the target's rate in an open one. Every checkout is that of
/// another customer, whose basket was filled before. `checkout.broker`: the same while services hear of each other over RabbitMQ alone.
enum CheckoutFigure {
  static let waiting = 64
  static let products = 500
  /// Lines of each basket.
  static let lines = 2
  private static let warmUpSeconds = 3

  /// How services hear of each other, and what is asked for then.
  private struct Way {
    let name: String
    let broker: String
    /// Orders a second.
    let target: Double
    /// Milliseconds, at half of that.
    let latency: Double

    var openRate: Int { Int(target / 2) }
    /// So many baskets a second are filled for the closed loop: twice the target.
    var prepared: Int { Int(target * 2) }
  }

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await measure(Way(name: "checkout", broker: "none", target: 500, latency: 100), nil, bench)
  }

  static func measureOverBroker(_ bench: Bench) async throws -> [Measurement] {
    guard let url = bench.settings.environment["RABBITMQ_URL"] else { throw NotMeasurable("RABBITMQ_URL is not set") }
    // The broker is of this run alone: nobody else's messages are in its queues.
    return try await measure(
      Way(name: "checkout.broker", broker: "RabbitMQ, quorum queues; relay and ledger in the same process", target: 200, latency: 250), url,
      bench)
  }

  private static func measure(_ way: Way, _ brokerURL: String?, _ bench: Bench) async throws -> [Measurement] {
    let seconds = bench.settings.duration
    let closedBaskets = (seconds + warmUpSeconds) * way.prepared
    let openBaskets = (seconds + warmUpSeconds) * way.openRate
    return try await Installation.with(bench.settings, brokerURL: brokerURL) { installation in
      try await installation.up { comptoir in
        let ready = try await fill(closedBaskets + openBaskets, comptoir)
        say("  \(waiting) waiting, \(seconds) s")
        let closed = try await closedLoop(Array(ready[..<closedBaskets]), comptoir, seconds)
        try await comptoir.waitUntilLevel()
        say("  \(way.openRate) a second, \(seconds) s")
        let open = try await openLoop(Array(ready[closedBaskets...]), comptoir, way.openRate, seconds)
        let about = [
          ("lines a basket", String(lines)), ("products", String(products)), ("payments", "sandbox, no delay"), ("broker", way.broker),
          ("seconds", String(seconds)), ("counted", "answers that say confirmed, by Prefer: wait; any other ends the run"),
        ]
        return [
          Measurement(
            name: way.name, value: closed.rate, unit: "orders/s", target: .atLeast(way.target),
            settings: [("loop", "closed"), ("waiting", String(waiting))] + about + closed.latency.settings),
          Measurement(
            name: "\(way.name).p99", value: open.latency.milliseconds(at: 99), unit: "ms", target: .atMost(way.latency),
            settings: [("loop", "open"), ("orders a second", String(way.openRate))] + about + open.latency.settings),
        ]
      }
    }
  }

  /// A basket that waits to be bought.
  private struct Filled: Sendable {
    let customer: Customer
    let basket: Int64
  }

  private static func fill(_ count: Int, _ comptoir: Comptoir) async throws -> [Filled] {
    say("  filling \(count) baskets")
    let shop = try await Storefront.open(comptoir)
    let products = try await shop.products(products)
    try await comptoir.importSales(JourneyFiles(products: 1, households: count))
    let customers = try await shop.customers(count)
    let baskets = Mutex([Int64](repeating: 0, count: count))
    try await HTTPConnection.spread(count, over: waiting, comptoir.port) { connection, number in
      for line in 0..<lines {
        let product = products[(number * lines + line) % products.count]
        let answer = try await connection.send(customers[number].adding(product)).expecting(201).json
        guard let basket = answer["data"]?["basket_id"]?.int64Value else { throw BenchmarkError("a basket has no id") }
        baskets.withLock { $0[number] = basket }
      }
    }
    try await comptoir.waitUntilLevel()
    try await comptoir.installation.server.settle("event_store")
    return zip(customers, baskets.withLock { $0 }).map { Filled(customer: $0, basket: $1) }
  }

  /// - Throws: `BenchmarkError` unless the order is confirmed.
  private static func checkOut(_ filled: Filled, _ connection: HTTPConnection) async throws {
    let answer = try await connection.send(filled.customer.checkingOut(filled.basket)).expecting(201)
    guard try answer.json["data"]?["status"]?.stringValue == "confirmed" else {
      throw BenchmarkError("an order is not confirmed: \(String(decoding: answer.body, as: UTF8.self))")
    }
  }

  private static func closedLoop(_ ready: [Filled], _ comptoir: Comptoir, _ seconds: Int) async throws -> ClosedLoop.Outcome {
    var workers: [Worker] = []
    for number in 0..<waiting {
      let own = stride(from: number, to: ready.count, by: waiting).map { ready[$0] }
      workers.append(Worker(connection: try await HTTPConnection.open(comptoir.port), ready: own))
    }
    let outcome = try await ClosedLoop.run(workers, warmUpSeconds: warmUpSeconds, seconds: seconds)
    for worker in workers { await worker.connection.close() }
    return outcome
  }

  private struct Worker: LoopWorker {
    let connection: HTTPConnection
    var ready: [Filled]

    mutating func step() async throws -> Int {
      guard let next = ready.popLast() else {
        throw BenchmarkError("twice as many checkouts a second as asked for: more baskets must be filled before")
      }
      try await CheckoutFigure.checkOut(next, connection)
      return 1
    }
  }

  private static func openLoop(_ ready: [Filled], _ comptoir: Comptoir, _ rate: Int, _ seconds: Int) async throws -> OpenLoop.Outcome {
    let connections = ConnectionPool(comptoir.port)
    let outcome = try await OpenLoop.run(rate: rate, warmUpSeconds: warmUpSeconds, seconds: seconds) { number, _ in
      let connection = try await connections.take()
      try await checkOut(ready[number], connection)
      connections.give(connection)
    }
    await connections.close()
    return outcome
  }
}

/// Connections that are kept for whoever asks next; as many as were ever under way at once.
final class ConnectionPool: Sendable {
  private let port: Int
  private let free = Mutex<[HTTPConnection]>([])

  init(_ port: Int) {
    self.port = port
  }

  func take() async throws -> HTTPConnection {
    if let connection = free.withLock({ $0.popLast() }) { return connection }
    return try await HTTPConnection.open(port)
  }

  func give(_ connection: HTTPConnection) {
    free.withLock { $0.append(connection) }
  }

  /// Closes those that are free.
  func close() async {
    for connection in free.withLock({ $0 }) { await connection.close() }
  }
}
