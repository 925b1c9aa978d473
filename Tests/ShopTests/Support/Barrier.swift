import Synchronization

/// Requests that wait for each other, and set off together.
private final class Barrier: Sendable {
  private struct State {
    var missing: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(_ count: Int) {
    state = Mutex(State(missing: count))
  }

  func pass() async {
    await withCheckedContinuation { continuation in
      let released = state.withLock { state -> [CheckedContinuation<Void, Never>] in
        state.missing -= 1
        state.waiting.append(continuation)
        guard state.missing == 0 else { return [] }
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in released { continuation.resume() }
    }
  }
}

/// Makes `count` requests that all start at the same moment.
/// - Returns: what became of each, by its index.
func together<Answer: Sendable>(
  _ count: Int, _ request: @escaping @Sendable (Int) async throws -> Answer
) async -> [Result<Answer, any Error>] {
  let barrier = Barrier(count)
  return await withTaskGroup(of: (Int, Result<Answer, any Error>).self) { group in
    for index in 0..<count {
      group.addTask {
        await barrier.pass()
        do {
          return (index, .success(try await request(index)))
        } catch {
          return (index, .failure(error))
        }
      }
    }
    return await group.reduce(into: [Int: Result<Answer, any Error>]()) { $0[$1.0] = $1.1 }
  }.sorted { $0.key < $1.key }.map(\.value)
}

extension [Result<Void, any Error>] {
  /// Rethrows the first failure.
  func check() throws {
    for result in self { try result.get() }
  }
}
