import Foundation
import Synchronization

/// A process of ours that runs beside.
final class RunningProcess: Sendable {
  private struct State {
    var status: Int32?
    var waiting: [CheckedContinuation<Int32, Never>] = []
  }

  /// How long an orderly end may take.
  static let patience: Duration = .seconds(60)

  let id: Int32
  private let name: String
  private let output: URL
  private let state: Mutex<State>

  private init(id: Int32, name: String, output: URL) {
    self.id = id
    self.name = name
    self.output = output
    state = Mutex(State())
  }

  /// - Parameter output: a file for what it writes.
  static func start(_ command: [String], environment: [String: String], output: URL) async throws -> RunningProcess {
    let result: Result<RunningProcess, any Error> = await withCheckedContinuation { continuation in
      // A thread of its own, which waits for the process, and without a signal mask that the process would inherit: see `Subprocess`.
      Thread.detachNewThread {
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        do {
          guard FileManager.default.createFile(atPath: output.path, contents: nil) else {
            throw BenchmarkError("\(output.path) cannot be written")
          }
          let handle = try FileHandle(forWritingTo: output)
          process.standardOutput = handle
          process.standardError = handle
          try process.run()
        } catch {
          continuation.resume(returning: .failure(error))
          return
        }
        let running = RunningProcess(id: process.processIdentifier, name: command.prefix(2).joined(separator: " "), output: output)
        continuation.resume(returning: .success(running))
        process.waitUntilExit()
        running.ended(process.terminationStatus)
      }
    }
    return try result.get()
  }

  var isRunning: Bool { state.withLock { $0.status == nil } }

  /// Waits for its end.
  /// - Throws: `BenchmarkError` with its last words when it ends with another status than 0.
  func wait() async throws {
    let status = await withCheckedContinuation { continuation in
      let known: Int32? = state.withLock { state in
        if state.status == nil { state.waiting.append(continuation) }
        return state.status
      }
      if let known { continuation.resume(returning: known) }
    }
    guard status == 0 else { throw failure("ended with status \(status)") }
  }

  /// Asks it to end, and waits until it has.
  func stop() async throws {
    guard isRunning else { throw failure("ended by itself") }
    Foundation.kill(id, SIGTERM)
    let deadline = ContinuousClock.now + Self.patience
    while isRunning {
      guard ContinuousClock.now < deadline else {
        kill()
        throw failure("did not end within \(Self.patience)")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  /// Ends it at once.
  func kill() {
    if isRunning { Foundation.kill(id, SIGKILL) }
  }

  /// An error that ends with what the process wrote last.
  func failure(_ what: String) -> BenchmarkError {
    let text = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
    return BenchmarkError("\(name) \(what): \(text.suffix(1_000))")
  }

  private func ended(_ status: Int32) {
    let waiting = state.withLock { state in
      state.status = status
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: status) }
  }
}
