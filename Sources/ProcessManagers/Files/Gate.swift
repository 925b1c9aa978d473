import DequeModule
import Synchronization

/// Lets so many through at once; the others wait, in the order in which they came.
final class Gate: Sendable {
  private struct State {
    var free: Int
    var waiting: Deque<CheckedContinuation<Void, Never>> = []
  }

  private let state: Mutex<State>

  init(_ count: Int) { state = Mutex(State(free: count)) }

  /// - Throws: what `body` throws; `CancellationError` without calling it, when the task was cancelled before its turn.
  func pass<Result>(_ body: () async throws -> Result) async throws -> Result {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        guard state.free == 0 else {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
    defer {
      let next = state.withLock { state in
        let next = state.waiting.popFirst()
        if next == nil { state.free += 1 }
        return next
      }
      next?.resume()
    }
    try Task.checkCancellation()
    return try await body()
  }
}
