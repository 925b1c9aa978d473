import Foundation
import Histogram
import Synchronization

/// Times of many operations, in microseconds, three digits kept.
final class Latency: Sendable {
  private let histogram = Mutex(Histogram<UInt32>(highestTrackableValue: 120_000_000))

  func record(microseconds: Int64) {
    histogram.withLock { _ = $0.record(UInt64(max(1, microseconds))) }
  }

  /// Milliseconds at a percentile, 0 to 100.
  func milliseconds(at percentile: Double) -> Double {
    Double(histogram.withLock { $0.valueAtPercentile(percentile) }) / 1_000
  }

  var count: UInt64 { histogram.withLock { $0.totalCount } }
  var maximumMilliseconds: Double { Double(histogram.withLock { $0.max }) / 1_000 }

  /// The percentiles that every figure states.
  var settings: [(String, String)] {
    [("p50_ms", 50.0), ("p90_ms", 90), ("p99_ms", 99), ("p99.9_ms", 99.9)].map { ($0, String(format: "%.2f", milliseconds(at: $1))) }
      + [("max_ms", String(format: "%.2f", maximumMilliseconds))]
  }
}

/// Microseconds of the clock that never goes back.
func monotonicMicroseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}
