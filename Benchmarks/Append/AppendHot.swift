import Aggregates
import EventSourcing
import EventStore
import Foundation
import JSON
import Migrations
import Postgres

/// `append.hot`: one product with a stock of 100,000, 64 buyers in two processes who each reserve one piece again and again, until it is gone.
/// Through the aggregates and as shipped: a reservation appends two events to two streams and sets the timer of its expiry.
enum AppendHot {
  static let stock = 100_000
  static let processes = 2
  static let buyersEach = 32
  static let product: Int64 = 1_000

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await ScratchServer.with(["event_store"], bench.settings) { server in
      let log = server.log()
      try await stockUp(log)
      try await server.settle("event_store")
      say("  \(processes) processes with \(buyersEach) buyers each")
      let start = monotonicMicroseconds() + 2_000_000
      var environment = bench.settings.environment
      environment["EVENT_STORE_URL"] = server.url("event_store", as: .app)
      let arguments = environment
      let results = try await withThrowingTaskGroup(of: HotResult.self) { group in
        for number in 0..<processes {
          group.addTask {
            let output = try await Subprocess.output(
              [CommandLine.arguments[0], "buyers", "--number", String(number), "--start", String(start)], environment: arguments)
            return try HotResult(jsonBytes: Array(output.utf8))
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let held = results.reduce(0) { $0 + $1.held }
      let appended = try await count(log)
      await log.close()
      let last = results.map(\.lastSuccess).max() ?? start
      let seconds = Double(last - start) / 1_000_000
      let shares = results.map { Double($0.held) / Double(max(1, held)) }
      let isExact = held == stock && appended == stock
      if !isExact { say("  \(held) acknowledged and \(appended) recorded instead of \(stock)") }
      return [
        Measurement(
          name: "append.hot", value: Double(held) / seconds, unit: "reservations/s", target: .atLeast(5_000),
          settings: [
            ("loop", "closed"), ("processes", String(processes)), ("buyers a process", String(buyersEach)), ("stock", String(stock)),
            ("acknowledged", String(held)), ("recorded", String(appended)),
            ("shares", shares.map { String(format: "%.2f", $0) }.joined(separator: " / ")), ("seconds", String(format: "%.1f", seconds)),
            ("p50_ms", results.map { String(format: "%.1f", $0.p50) }.joined(separator: " / ")),
            ("p99_ms", results.map { String(format: "%.1f", $0.p99) }.joined(separator: " / ")),
          ], condition: isExact && shares.allSatisfy { $0 >= 0.25 })
      ]
    }
  }

  /// An event as the import of stock would write it.
  private static func stockUp(_ log: PostgresEventLog) async throws {
    let payload = """
      {"product_id":\(product),"level":{"on_hand":\(stock),"reserved":0,"previous_stock":0,"new_stock":\(stock)},\
      "change":\(stock),"reason":"set"}
      """
    let event = EventData(type: StockAdjusted.type.name, isPublic: true, payload: Array(payload.utf8), occurredAt: .now())
    _ = try await log.append(Append(streams: [StreamAppend(stream: Stock.stream(product), expected: .noStream, events: [event])]))
  }

  /// How many reservations the log holds.
  private static func count(_ log: PostgresEventLog) async throws -> Int {
    var count = 0
    try await log.readBulk(after: .start, through: log.head(), filter: EventFilter(types: [StockReserved.type.name])) { count += $0.count }
    return count
  }
}

/// What one process of buyers reports.
struct HotResult: JSONCodable {
  var held: Int
  /// By the machine's monotonic clock, in microseconds.
  var lastSuccess: Int64
  /// Milliseconds.
  var p50: Double
  var p99: Double

  init(held: Int, lastSuccess: Int64, p50: Double, p99: Double) {
    self.held = held
    self.lastSuccess = lastSuccess
    self.p50 = p50
    self.p99 = p99
  }

  init(from json: inout JSONObjectReader) throws {
    held = try json.int("held")
    lastSuccess = try json.int64("last_success")
    p50 = try json.double("p50")
    p99 = try json.double("p99")
  }

  func encode(to json: inout JSONWriter) {
    json.field("held", held)
    json.field("last_success", lastSuccess)
    json.field("p50", p50)
    json.field("p99", p99)
  }
}
