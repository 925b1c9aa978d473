import Foundation
import Testing

/// A run of the real program that is expected to end by itself, and soon.
struct ComptoirRun {
  /// How it ended.
  let status: Int32
  /// What it said about it, log lines apart.
  let errors: [String]

  /// Runs the program that `COMPTOIR_BIN` names to its end.
  /// - Throws: `StillRuns` after that time.
  static func end(
    _ arguments: [String], _ environment: [String: String], within limit: Duration = .seconds(60)
  ) async throws -> ComptoirRun {
    guard let program = ProcessInfo.processInfo.environment["COMPTOIR_BIN"], !program.isEmpty else {
      preconditionFailure("COMPTOIR_BIN is not set: these tests need the path of the program comptoir")
    }
    let output = URL.temporaryDirectory.appending(path: "comptoir-run-\(UUID().uuidString)")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: output) }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = environment
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    let deadline = ContinuousClock.now + limit
    while process.isRunning {
      guard ContinuousClock.now < deadline else {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        throw StillRuns(said: try String(contentsOf: output, encoding: .utf8))
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    // A line of the log begins with its time.
    let lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map(String.init)
    return ComptoirRun(status: process.terminationStatus, errors: lines.filter { $0.first?.isNumber != true })
  }

  struct StillRuns: Error {
    let said: String
  }
}
