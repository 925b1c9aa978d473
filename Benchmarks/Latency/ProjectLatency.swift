import Aggregates
import EventSourcing
import EventStore
import Migrations
import Projectors

/// `project.latency`: from the acknowledged append until another connection sees the row. Each command adds a line to a basket; the baskets'
/// projector runs as it does in `comptoir up`, in the process that appends.
enum ProjectLatency {
  static let rates = [1_000, 2_000]
  static let baskets = 2_000
  private static let warmUpSeconds = 3
  /// Lines that a basket may have.
  private static let lines = 200

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    var results: [Measurement] = []
    for rate in rates {
      say("  \(rate) commands a second, \(bench.settings.duration) s")
      guard rate * (bench.settings.duration + warmUpSeconds) <= baskets * lines else {
        throw BenchmarkError("\(baskets) baskets do not hold the lines of so many seconds")
      }
      results += try await measure(rate, bench)
    }
    return results
  }

  private static func measure(_ rate: Int, _ bench: Bench) async throws -> [Measurement] {
    let projection = Projection.baskets
    let rights = ["\(projection.database)_projector": projection.ownCategories]
    return try await ScratchServer.with(["event_store", projection.database], bench.settings, logReaders: rights) { server in
      let log = server.log()
      let projector = ProjectorRunner(
        projection, log: log, leases: log, configuration: server.migrator.configuration(projection.database, as: .projector),
        holder: "bench",
        logger: bench.settings.logger)
      let observer = RowObserver(
        server.migrator.configuration(projection.database, as: .reader), "select id from basket_items where id = any($1)", bench.settings)
      let services = [Task { try await projector.run() }, Task { try await LogListener(log).run() }, Task { try await observer.run() }]
      let outcome: Result<OpenLoop.Outcome, any Error>
      do {
        outcome = .success(try await load(rate, log, projector, observer, server, bench.settings))
      } catch {
        outcome = .failure(error)
      }
      for service in services { service.cancel() }
      for service in services { _ = await service.result }
      await observer.close()
      await log.close()
      let appended = try outcome.get().latency
      guard observer.latency.count == UInt64(rate * bench.settings.duration) else {
        throw BenchmarkError("\(observer.latency.count) rows were seen instead of \(rate * bench.settings.duration)")
      }
      let settings =
        [
          ("loop", "open"), ("commands a second", String(rate)), ("baskets", String(baskets)), ("seconds", String(bench.settings.duration)),
          ("process", "appends, projector and observer in one"), ("looks by key", String(observer.looks)),
          ("microseconds between looks", "\(RowObserver.interval), or as long as a look takes"),
          ("append_p50_ms", Table.number(appended.milliseconds(at: 50))), ("append_p99_ms", Table.number(appended.milliseconds(at: 99))),
        ] + observer.latency.settings
      return [(50.0, 5.0), (99, 25)].map { percentile, target in
        Measurement(
          name: "project.latency.\(rate).p\(Int(percentile))", value: observer.latency.milliseconds(at: percentile), unit: "ms",
          target: .atMost(target), settings: settings)
      }
    }
  }

  private static func load(
    _ rate: Int, _ log: PostgresEventLog, _ projector: ProjectorRunner, _ observer: RowObserver, _ server: ScratchServer,
    _ settings: Settings
  ) async throws -> OpenLoop.Outcome {
    let executor = CommandExecutor(log: log)
    for number in 1...Int64(baskets) {
      _ = try await executor.execute(OpenBasket(basketID: BasketID(number), userID: UserID(number)))
    }
    try await until { try await projector.status.position >= log.head() }
    try await server.settle("event_store")
    try await server.settle("baskets_service_db")
    let outcome = try await OpenLoop.run(rate: rate, warmUpSeconds: warmUpSeconds, seconds: settings.duration) { number, counts in
      let basket = Int64(number % baskets + 1)
      let line = Int64(number + 1)
      // Each time around, another product: so that each command makes a row.
      let product = ProductID(Int64(number / baskets + 1))
      let facts = ProductFacts(
        productID: product, name: "Article", ref: "ARTICLE", priceHT: Cents(1_990), vatRate: VATRate(rawValue: 2_000), stock: 1_000_000)
      _ = try await executor.execute(
        AddBasketItem(
          basketID: BasketID(basket), userID: UserID(basket), itemID: BasketItemID(line), productID: product, quantity: 1, product: facts))
      if counts { observer.expect(line) }
    }
    try await until { observer.isDone }
    return outcome
  }

  /// - Throws: `BenchmarkError` when a minute is over.
  private static func until(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
      guard ContinuousClock.now < deadline else { throw BenchmarkError("the projector does not come level") }
      try await Task.sleep(for: .milliseconds(5))
    }
  }
}
