import Foundation

/// Runs a program to its end.
enum Subprocess {
  /// What it wrote to standard output; standard error goes to ours.
  /// - Throws: `BenchmarkError` when it ends with another status than 0.
  static func output(_ command: [String], environment: [String: String]) async throws -> String {
    let result: Result<Data, any Error> = await withCheckedContinuation { continuation in
      // A thread of its own, because waiting blocks, and because threads of the pool block all signals: a child inherits that, and a load
      // generator that ends by an alarm would run for ever.
      Thread.detachNewThread {
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        continuation.resume(returning: Result { try run(command, environment) })
      }
    }
    return String(decoding: try result.get(), as: UTF8.self)
  }

  private static func run(_ command: [String], _ environment: [String: String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError("\(command.joined(separator: " ")) ended with status \(process.terminationStatus)")
    }
    return data
  }
}
