import Aggregates
import ArgumentParser
import EventSourcing
import EventStore
import Foundation
import Logging
import Postgres

/// One process of buyers of `append.hot`; started by it.
struct Buyers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "One process of buyers; append.hot starts it.", shouldDisplay: false)

  @Option var number: Int
  @Option(help: "When to begin: microseconds of the monotonic clock.") var start: Int64

  func run() async throws {
    var logger = Logger(label: "comptoir.bench")
    logger.logLevel = .error
    guard let url = ProcessInfo.processInfo.environment["EVENT_STORE_URL"] else { throw BenchmarkError("EVENT_STORE_URL is not set") }
    let log = PostgresEventLog(try PostgresConfiguration(url: url), logger: logger)
    _ = try await log.head()
    let executor = CommandExecutor(log: log)
    let latency = Latency()
    while monotonicMicroseconds() < start { try await Task.sleep(for: .microseconds(200)) }
    let (held, last) = try await withThrowingTaskGroup(of: (Int, Int64).self) { group in
      for buyer in 0..<AppendHot.buyersEach {
        group.addTask { try await buy(buyer, executor, latency) }
      }
      return try await group.reduce((0, start)) { ($0.0 + $1.0, max($0.1, $1.1)) }
    }
    await log.close()
    let result = HotResult(held: held, lastSuccess: last, p50: latency.milliseconds(at: 50), p99: latency.milliseconds(at: 99))
    FileHandle.standardOutput.write(Data(result.jsonBytes))
  }

  /// Reserves one piece an order until there is none.
  private func buy(_ buyer: Int, _ executor: CommandExecutor, _ latency: Latency) async throws -> (Int, Int64) {
    var held = 0
    var last = start
    var order = Int64(number * AppendHot.buyersEach + buyer + 1) * 1_000_000
    while true {
      order += 1
      let begin = monotonicMicroseconds()
      let command = ReserveStock(
        orderID: OrderID(order), items: [StockItem(productID: ProductID(AppendHot.product), quantity: 1)],
        expiresAt: Timestamp(microseconds: Timestamp.now().rawValue + 900_000_000))
      let outcome = try await executor.execute(command)
      guard outcome.answer?.status == .held else { return (held, last) }
      held += 1
      last = monotonicMicroseconds()
      latency.record(microseconds: last - begin)
    }
  }
}
