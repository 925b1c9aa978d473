import Synchronization

/// One of many who ask again as soon as they were answered.
protocol LoopWorker: Sendable {
  /// Does one operation.
  /// - Returns: how many units of the figure it was worth.
  mutating func step() async throws -> Int
}

/// Load by a fixed number of workers, each with one operation under way at a time.
enum ClosedLoop {
  struct Outcome {
    /// Units a second.
    let rate: Double
    let operations: Int
    let latency: Latency
  }

  /// Runs all workers; what begins before the warm-up is over, or ends after the end, does not count.
  static func run(_ workers: [some LoopWorker], warmUpSeconds: Int = 3, seconds: Int) async throws -> Outcome {
    let latency = Latency()
    let begin = monotonicMicroseconds() + Int64(warmUpSeconds) * 1_000_000
    let end = begin + Int64(seconds) * 1_000_000
    let counts = try await withThrowingTaskGroup(of: (units: Int, operations: Int).self) { group in
      for worker in workers {
        group.addTask {
          var worker = worker
          var units = 0
          var operations = 0
          while true {
            let start = monotonicMicroseconds()
            if start >= end { return (units, operations) }
            let worth = try await worker.step()
            let stop = monotonicMicroseconds()
            if start >= begin, stop <= end {
              latency.record(microseconds: stop - start)
              units += worth
              operations += 1
            }
          }
        }
      }
      return try await group.reduce(into: (units: 0, operations: 0)) {
        $0.units += $1.units
        $0.operations += $1.operations
      }
    }
    return Outcome(rate: Double(counts.units) / Double(seconds), operations: counts.operations, latency: latency)
  }
}
