import Foundation
public import Postgres

/// A PostgreSQL of one test's own, which may be killed, starved and given settings of its own: the shared one may not.
public final class PrivateServer {
  /// What went wrong with it.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Holds the folder `data` and what the test puts beside it; the server's user owns it.
  public let folder: String
  /// TCP port on 127.0.0.1.
  public let port: Int
  private let programs: String
  private let settings: [String]
  private var postmaster: Process?

  /// The administrator's URL. It has no password: the server listens on loopback alone and lives as long as its test.
  public var url: String { "postgres://postgres@127.0.0.1:\(port)/postgres" }

  /// The same, with what the URL can say.
  public func configuration() throws -> PostgresConfiguration { try PostgresConfiguration(url: url) }

  private init(folder: String, programs: String, port: Int, settings: [String]) {
    self.folder = folder
    self.programs = programs
    self.port = port
    self.settings = settings
  }

  /// Runs `body` with a server, which is ended and deleted whatever happens.
  /// - Parameters:
  ///   - settings: such as `ssl=on`; they win over the defaults.
  ///   - prepare: called when the folder is there and empty, before anything is in it.
  ///   - configure: called with data, before the first start.
  ///   - clear: called when the server has ended, before the folder is deleted.
  /// - Throws: `Failure`, or what the closures throw.
  public static func run<R: Sendable>(
    settings: [String] = [], prepare: (PrivateServer) throws -> Void = { _ in }, configure: (PrivateServer) throws -> Void = { _ in },
    clear: (PrivateServer) -> Void = { _ in }, _ body: (PrivateServer) async throws -> R
  ) async throws -> R {
    let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").compactMap(Int.init).sorted()
    guard let version = versions.last else { throw Failure(description: "no PostgreSQL server is installed") }
    // Not below TMPDIR: the server's own user must be able to reach it.
    let folder = "/tmp/comptoir-test-\(UUID().uuidString.lowercased())"
    let server = PrivateServer(
      folder: folder, programs: "/usr/lib/postgresql/\(version)/bin", port: freePort(),
      settings: settings)
    defer {
      server.kill()
      clear(server)
      try? FileManager.default.removeItem(atPath: folder)
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try prepare(server)
    try server.initialise()
    try configure(server)
    try await server.start()
    return try await body(server)
  }

  /// A random port that nobody listens on, below the range that the kernel gives to outgoing connections.
  private static func freePort() -> Int {
    while true {
      let port = UInt16.random(in: 20_000..<32_000)
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
      address.sin_port = port.bigEndian
      let isFree = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
      }
      if isFree { return Int(port) }
    }
  }

  private func initialise() throws {
    if getuid() == 0 { try run("/usr/bin/chown", ["postgres", folder]) }
    try run(
      "\(programs)/initdb",
      [
        "--pgdata", "\(folder)/data", "--no-sync", "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8",
      ],
      asServer: true)
  }

  /// Starts it, also after a kill: then it recovers first.
  /// - Throws: `Failure` when it ends instead, or does not answer within 60 seconds.
  public func start() async throws {
    let process = make(
      "\(programs)/postgres",
      [
        "-D", "\(folder)/data", "-p", "\(port)", "-h", "127.0.0.1", "-k", "", "-c", "fsync=on", "-c", "shared_buffers=64MB",
        "-c", "timezone=UTC",
      ] + settings.flatMap { ["-c", $0] }, asServer: true)
    try process.run()
    postmaster = process
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      let probe = make("\(programs)/pg_isready", ["-q", "-h", "127.0.0.1", "-p", "\(port)"])
      try probe.run()
      probe.waitUntilExit()
      guard process.isRunning, ContinuousClock.now < deadline else {
        throw Failure(description: "the private server does not answer on port \(port)")
      }
      if probe.terminationStatus == 0 { return }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Whether it runs: it ends by itself when it cannot write its WAL.
  public var isRunning: Bool { postmaster?.isRunning ?? false }

  /// kill -9 of the postmaster and of each of its processes, as when the machine stops.
  public func kill() {
    guard let postmaster, postmaster.isRunning else { return }
    Foundation.kill(postmaster.processIdentifier, SIGKILL)
    // A backend that waits for a lock of one that is gone never ends by itself. It would hold the shared memory, and what
    // `waitUntilExit` waits for. So it is looked until nobody is left; a list that could not be read says nothing.
    while true {
      let family = processes()
      for process in family ?? [] { Foundation.kill(process, SIGKILL) }
      if family?.isEmpty == true { break }
      usleep(10_000)
    }
    postmaster.waitUntilExit()
    self.postmaster = nil
    try? FileManager.default.removeItem(atPath: "\(folder)/data/postmaster.pid")
  }

  /// All processes that work in its data folder, as the postmaster and its children do; nil when that cannot be told.
  private func processes() -> [Int32]? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc") else { return nil }
    return names.compactMap { Int32($0) }.filter { process in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")) == "\(folder)/data"
    }
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

  /// Runs a program to its end.
  /// - Parameter asServer: as the server's user.
  /// - Throws: `Failure` when it ends otherwise than well.
  public func run(_ program: String, _ arguments: [String], asServer: Bool = false) throws {
    let process = make(program, arguments, asServer: asServer)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(description: "\(program) ended with \(process.terminationStatus)") }
  }
}
