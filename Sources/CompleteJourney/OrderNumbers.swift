import EventSourcing

/// Order numbers in the sequence of each day. The rows come in order of time, so one counter per day, asked in that order, gives ascending numbers.
final class OrderNumbers {
  struct Numbered: Sendable {
    let row: OrderRow
    let number: String
  }

  /// Numbers are drawn in blocks; what is left of a day's last block stays unused (gaps are allowed).
  private static let blockSize = 64

  private let log: any EventLog
  private var day = ""
  private var next: Int64 = 0
  private var left = 0

  init(log: any EventLog) {
    self.log = log
  }

  func number(of row: OrderRow) async throws -> Numbered {
    if row.day != day || left == 0 {
      // The counter of a kind starts at 1,000.
      next = try await log.nextIDs("order-number-\(row.day)", count: Self.blockSize) - 999
      day = row.day
      left = Self.blockSize
    }
    defer {
      next += 1
      left -= 1
    }
    let digits = String(next)
    return Numbered(row: row, number: "ORD-\(row.day)-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits)
  }
}
