import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// One line on the terminal that says how far something is, how fast it goes and how long it will take.
/// Without a terminal it prints a line every ten seconds.
final class ProgressBar: Sendable {
  private struct State {
    var label = ""
    var start = ContinuousClock.now
    var firstDone = 0
    var lastShown: ContinuousClock.Instant?
  }

  private let state = Mutex(State())
  private let isTerminal = isatty(1) == 1

  func show(_ label: String, _ done: Int, of total: Int, note: String = "") {
    let line: String? = state.withLock { state in
      let now = ContinuousClock.now
      if state.label != label { state = State(label: label, start: now, firstDone: done) }
      let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
      if let last = state.lastShown, done < total, now - last < pause { return nil }
      state.lastShown = now
      let seconds = (now - state.start) / .seconds(1)
      let rate = seconds > 0 ? Double(done - state.firstDone) / seconds : 0
      let left = rate > 0 ? Self.text(.seconds(Double(total - done) / rate)) : "?"
      let width = 24
      let filled = total > 0 ? width * done / total : width
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled)
      return "\(label) [\(bar)] \(done)/\(total), \(Int(rate))/s, \(left) left\(note.isEmpty ? "" : ", \(note)")"
    }
    guard let line else { return }
    print(isTerminal ? "\r\u{1B}[K\(line)" : line, terminator: isTerminal ? "" : "\n")
    fflush(nil)
  }

  /// Ends the line.
  func finish() {
    if isTerminal { print() }
  }

  /// A duration as people say it: `1 min 5 s`.
  static func text(_ duration: Duration) -> String {
    let seconds = Int(duration / .seconds(1))
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min \(seconds % 60) s"
  }
}
