import EventSourcing
import Synchronization

/// The newest known end of the log, and those who wait for it to move.
final class HeadWatch: Sendable {
  private struct State {
    var head = Position.start
    var nextWaiter = 0
    var waiters: [Int: (position: Position, continuation: CheckedContinuation<Void, Never>)] = [:]
  }

  private let state = Mutex(State())

  /// The newest known position; the log may be further.
  var head: Position { state.withLock { $0.head } }

  /// The log was seen to reach a position.
  func advance(to position: Position) {
    let ready = state.withLock { state -> [CheckedContinuation<Void, Never>] in
      guard position > state.head else { return [] }
      state.head = position
      let keys = state.waiters.filter { $0.value.position < position }.map(\.key)
      return keys.map { state.waiters.removeValue(forKey: $0)!.continuation }
    }
    for continuation in ready { continuation.resume() }
  }

  /// Returns when the head is known to be beyond a position, when the time is over, or when the task is cancelled.
  func wait(after position: Position, timeout: Duration) async {
    let waiter = state.withLock { state -> Int? in
      guard state.head <= position else { return nil }
      state.nextWaiter += 1
      return state.nextWaiter
    }
    guard let waiter else { return }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { try? await Task.sleep(for: timeout) }
      group.addTask { await self.park(waiter, after: position) }
      await group.next()
      group.cancelAll()
    }
  }

  private func park(_ waiter: Int, after position: Position) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.withLock { state in
          if state.head > position || Task.isCancelled { return true }
          state.waiters[waiter] = (position, continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: waiter)?.continuation }?.resume()
    }
  }
}
