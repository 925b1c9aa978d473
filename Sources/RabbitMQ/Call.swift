import Glibc
import Synchronization

/// Something that wants a connection: run once, or ended before.
final class Call: Sendable {
  private let hasBegun = Mutex(false)
  /// When it gives up waiting, in monotonic nanoseconds.
  let deadline: UInt64
  private let run: @Sendable (Link) -> Void
  private let fail: @Sendable (RabbitMQError) -> Void

  init(deadline: UInt64, run: @escaping @Sendable (Link) -> Void, fail: @escaping @Sendable (RabbitMQError) -> Void) {
    self.deadline = deadline
    self.run = run
    self.fail = fail
  }

  var hasEnded: Bool { hasBegun.withLock { $0 } }

  func begin(_ link: Link) { if mayBegin() { run(link) } }

  /// Answers with an error, unless it has begun.
  func end(_ error: RabbitMQError) { if mayBegin() { fail(error) } }

  private func mayBegin() -> Bool {
    hasBegun.withLock { hasBegun in
      defer { hasBegun = true }
      return !hasBegun
    }
  }
}

/// A result that one task waits for; given once.
final class Answer<Value: Sendable>: Sendable {
  typealias Outcome = Result<Value, RabbitMQError>

  private enum State {
    case empty
    case waited(CheckedContinuation<Outcome, Never>)
    case given(Outcome)
  }

  private let state = Mutex(State.empty)

  /// Gives the result; what comes later is left alone.
  func give(_ outcome: Outcome) {
    let continuation: CheckedContinuation<Outcome, Never>? = state.withLock { state in
      switch state {
      case .empty:
        state = .given(outcome)
        return nil
      case .waited(let continuation):
        state = .given(outcome)
        return continuation
      case .given: return nil
      }
    }
    continuation?.resume(returning: outcome)
  }

  /// Waits for the result; by one task at a time.
  func value() async -> Outcome {
    await withCheckedContinuation { continuation in
      let outcome: Outcome? = state.withLock { state in
        if case .given(let outcome) = state { return outcome }
        state = .waited(continuation)
        return nil
      }
      if let outcome { continuation.resume(returning: outcome) }
    }
  }
}

/// The clock that never goes back (CLOCK_MONOTONIC), in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
