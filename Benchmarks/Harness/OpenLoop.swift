import Synchronization

/// Load at a fixed rate, whether or not what was asked before has been answered: who waits for a slow answer still counts his whole wait.
enum OpenLoop {
  /// More operations than this under way mean that the rate cannot be kept.
  static let maximumUnderWay = 20_000

  struct Outcome {
    let operations: Int
    /// From the moment an operation was due until it was done.
    let latency: Latency
  }

  /// Begins `rate` operations a second; those of the warm-up are carried out and not counted.
  /// - Parameters:
  ///   - operation: gets its number, from 0, and whether it counts.
  /// - Throws: what an operation fails with, or `BenchmarkError` when the rate cannot be kept.
  static func run(
    rate: Int, warmUpSeconds: Int = 3, seconds: Int, _ operation: @escaping @Sendable (_ number: Int, _ counts: Bool) async throws -> Void
  ) async throws -> Outcome {
    let latency = Latency()
    let underWay = Counter()
    let first = rate * warmUpSeconds
    let total = first + rate * seconds
    let begin = monotonicMicroseconds() + 10_000
    try await withThrowingDiscardingTaskGroup { group in
      for number in 0..<total {
        let due = begin + Int64(number) * 1_000_000 / Int64(rate)
        let early = due - monotonicMicroseconds()
        if early > 0 { try await Task.sleep(for: .microseconds(early)) }
        let waiting = underWay.add(1)
        guard waiting <= maximumUnderWay else {
          throw BenchmarkError("\(rate) operations a second are more than it can do: \(waiting) wait")
        }
        group.addTask {
          try await operation(number, number >= first)
          if number >= first { latency.record(microseconds: monotonicMicroseconds() - due) }
          underWay.add(-1)
        }
      }
    }
    return Outcome(operations: total - first, latency: latency)
  }

  private final class Counter: Sendable {
    private let value = Mutex(0)

    @discardableResult
    func add(_ difference: Int) -> Int {
      value.withLock { value in
        value += difference
        return value
      }
    }
  }
}
