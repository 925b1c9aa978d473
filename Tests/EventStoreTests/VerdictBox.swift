import EventSourcing
import Synchronization

/// Verdicts as they come in.
final class VerdictBox: Sendable {
  private let all = Mutex<[Int: Result<AppendResult, AppendError>]>([:])

  func add(_ verdict: Result<AppendResult, AppendError>, at index: Int) {
    all.withLock { $0[index] = verdict }
  }

  var count: Int { all.withLock { $0.count } }

  /// By index.
  var verdicts: [Result<AppendResult, AppendError>] {
    all.withLock { all in all.keys.sorted().map { all[$0]! } }
  }
}
