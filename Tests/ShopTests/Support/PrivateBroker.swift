import Foundation

/// A RabbitMQ of one test's own, which may be killed: the shared one may not.
final class PrivateBroker: Sendable {
  /// What went wrong with it.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private let folder: String

  // Not below TMPDIR: the server's own user must be able to reach it.
  private init() { folder = "/tmp/comptoir-test-\(UUID().uuidString.lowercased())" }

  /// Runs `body` with a broker, which is ended and deleted whatever happens.
  static func run<R>(_ body: (PrivateBroker) async throws -> R) async throws -> R {
    let broker = PrivateBroker()
    let result: Result<R, any Error>
    do {
      try await broker.start()
      result = .success(try await body(broker))
    } catch {
      result = .failure(error)
    }
    try? await broker.servers("stop", "rabbitmq")
    try? FileManager.default.removeItem(atPath: broker.folder)
    return try result.get()
  }

  /// Starts it, also after a kill, on the port it had.
  func start() async throws { try await servers("start", "rabbitmq") }

  /// Raises or lifts the alarm that it is short of disk: it takes nothing from publishers meanwhile.
  func setDiskAlarm(_ isRaised: Bool) async throws {
    try await servers("rabbitmqctl", "set_disk_free_limit", isRaised ? "900000GB" : "1MB")
  }

  /// kill -9 of the node.
  func kill() throws {
    guard let pid = try text("pids/rabbitmq").split(separator: " ").first.flatMap({ Int32($0) }) else {
      throw Failure(description: "the broker does not run")
    }
    Foundation.kill(pid, SIGKILL)
    // A zombie until its parent looks; its sockets are closed before.
    while let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8), !state.contains(") Z ") { usleep(10_000) }
  }

  func url() throws -> String {
    "amqp://comptoir:\(try text("secrets/rabbitmq"))@127.0.0.1:\(try text("ports/rabbitmq"))/comptoir"
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// Not by Foundation's `Process`: it waits until nobody holds what the child inherited, and the broker would for as long as it runs.
  private func servers(_ arguments: String...) async throws {
    let script = String(#filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()) + "/scripts/servers"
    let words = ([script] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let command = "COMPTOIR_RUN='\(folder)' COMPTOIR_USUAL_PORTS=0 exec \(words) </dev/null >/dev/null 2>&1"
    let status = await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: system(command)) }
    }
    guard status == 0 else { throw Failure(description: "scripts/servers \(arguments.joined(separator: " ")) ended with \(status >> 8)") }
  }
}
