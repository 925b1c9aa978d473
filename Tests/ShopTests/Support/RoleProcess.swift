import Foundation

/// One role of the real program, such as `comptoir relay`; killed without a warning, and started again.
final class RoleProcess {
  let arguments: [String]
  private let environment: [String: String]
  private let output: URL
  private var process: Process?

  /// - Parameter output: a file for what it says; several may share one.
  init(_ arguments: [String], _ environment: [String: String], output: URL) {
    self.arguments = arguments
    self.environment = environment
    self.output = output
  }

  /// Whether it runs; a role that cannot reach what it needs at start ends by itself.
  var isRunning: Bool { process?.isRunning ?? false }

  func start() throws {
    guard let program = ProcessInfo.processInfo.environment["COMPTOIR_BIN"], !program.isEmpty else {
      preconditionFailure("COMPTOIR_BIN is not set: these tests need the path of the program comptoir")
    }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = environment
    if !FileManager.default.fileExists(atPath: output.path) { _ = FileManager.default.createFile(atPath: output.path, contents: nil) }
    let handle = try FileHandle(forWritingTo: output)
    try handle.seekToEnd()
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    self.process = process
  }

  /// Stops it in the middle of whatever it does; it does not notice.
  func pause() { signal(SIGSTOP) }

  /// Lets it go on.
  func resume() { signal(SIGCONT) }

  private func signal(_ number: Int32) {
    guard let process, process.isRunning else { return }
    Foundation.kill(process.processIdentifier, number)
  }

  /// kill -9, and no sooner back than it is gone.
  func kill() {
    signal(SIGKILL)
    process?.waitUntilExit()
  }
}
