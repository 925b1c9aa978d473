import Foundation
import Postgres

/// A PostgreSQL of one test's own, which may be killed: the shared one may not.
final class PrivateServer {
  private let folder: String
  private let programs: String
  private let port: Int
  private var postmaster: Process?

  /// The administrator's URL. It has no password: the server listens on loopback alone and lives as long as its test.
  var url: String { "postgres://postgres@127.0.0.1:\(port)/postgres" }

  private init(folder: String, programs: String, port: Int) {
    self.folder = folder
    self.programs = programs
    self.port = port
  }

  /// Runs `body` with a server, which is ended and deleted whatever happens.
  static func run<R: Sendable>(_ body: (PrivateServer) async throws -> R) async throws -> R {
    let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").compactMap(Int.init).sorted()
    guard let version = versions.last else { throw NotSo(description: "no PostgreSQL server is installed") }
    // Not below TMPDIR: the server's own user must be able to reach it.
    let folder = "/tmp/event-store-test-\(UUID().uuidString.lowercased())"
    let server = PrivateServer(
      folder: folder, programs: "/usr/lib/postgresql/\(version)/bin", port: Int.random(in: 20_000..<32_000))
    defer {
      server.kill()
      try? FileManager.default.removeItem(atPath: folder)
    }
    try server.initialise()
    try await server.start()
    return try await body(server)
  }

  private func initialise() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if getuid() == 0 { try command("/usr/bin/chown", ["postgres", folder]) }
    try command(
      "\(programs)/initdb",
      ["--pgdata", "\(folder)/data", "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8"],
      asServer: true)
  }

  /// Starts it, also after a kill: then it recovers first.
  func start() async throws {
    let process = make(
      "\(programs)/postgres",
      [
        "-D", "\(folder)/data", "-p", "\(port)", "-h", "127.0.0.1", "-k", "", "-c", "fsync=on", "-c", "shared_buffers=64MB",
        "-c", "timezone=UTC",
      ], asServer: true)
    try process.run()
    postmaster = process
    try await eventually("the private server answers") {
      let probe = make("\(programs)/pg_isready", ["-q", "-h", "127.0.0.1", "-p", "\(port)"])
      try probe.run()
      probe.waitUntilExit()
      return probe.terminationStatus == 0
    }
  }

  /// kill -9 of the postmaster and of each of its processes, as when the machine stops.
  func kill() {
    guard let postmaster, postmaster.isRunning else { return }
    let family = descendants(of: postmaster.processIdentifier)
    for process in [postmaster.processIdentifier] + family { Foundation.kill(process, SIGKILL) }
    postmaster.waitUntilExit()
    self.postmaster = nil
    // A backend that still holds the shared memory would keep the next start from succeeding.
    while family.contains(where: { Foundation.kill($0, 0) == 0 }) { usleep(10_000) }
    try? FileManager.default.removeItem(atPath: "\(folder)/data/postmaster.pid")
  }

  private func descendants(of parent: Int32) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init)) ?? []
    let children = all.filter { process in
      // "pid (name) state parent …"; the name may hold anything, so from the last parenthesis on.
      guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8), let end = stat.lastIndex(of: ")") else {
        return false
      }
      return stat[end...].split(separator: " ").dropFirst(2).first == Substring(String(parent))
    }
    return children + children.flatMap { descendants(of: $0) }
  }

  private func make(_ program: String, _ arguments: [String], asServer: Bool = false) -> Process {
    let process = Process()
    // PostgreSQL refuses to run as root.
    if asServer, getuid() == 0 {
      process.executableURL = URL(filePath: "/usr/bin/setpriv")
      process.arguments = ["--reuid=postgres", "--regid=postgres", "--clear-groups", program] + arguments
    } else {
      process.executableURL = URL(filePath: program)
      process.arguments = arguments
    }
    process.currentDirectoryURL = URL(filePath: "/")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  private func command(_ program: String, _ arguments: [String], asServer: Bool = false) throws {
    let process = make(program, arguments, asServer: asServer)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw NotSo(description: "\(program) ended with \(process.terminationStatus)") }
  }
}
