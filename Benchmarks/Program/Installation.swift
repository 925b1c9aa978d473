import APIGateway
import Foundation
import Migrations
import Projectors

/// Everything the program `comptoir` needs to run: databases of its own on the server under test, and a folder for its key and its output.
struct Installation: Sendable {
  let server: ScratchServer
  let folder: URL
  /// The program that is measured, as `COMPTOIR_BIN` names it.
  let program: String
  /// What it is started with.
  let environment: [String: String]

  static let administrator = (email: "admin@bench.example", password: "an administrator of measurements")

  /// Migrates, runs `body`, and removes everything again, also when it throws.
  /// - Parameter brokerURL: over which services hear of each other; nil for reading each other's public events off the log.
  static func with<R>(_ settings: Settings, brokerURL: String? = nil, _ body: (Installation) async throws -> R) async throws -> R {
    guard let program = settings.environment["COMPTOIR_BIN"], !program.isEmpty else {
      throw BenchmarkError("COMPTOIR_BIN is not set: `make bench` builds the program and sets it")
    }
    let rights = Dictionary(uniqueKeysWithValues: Projection.all.map { ("\($0.database)_projector", $0.ownCategories) })
    // Beside the servers' data, which is deleted also when this process is killed.
    let home = settings.environment["COMPTOIR_RUN"].map { URL(fileURLWithPath: $0) } ?? FileManager.default.temporaryDirectory
    let folder = home.appending(path: "comptoir-bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await ScratchServer.with(nil, settings, logReaders: rights) { server in
      var environment = environment(server, folder, settings)
      environment["RABBITMQ_URL"] = brokerURL
      return try await body(Installation(server: server, folder: folder, program: program, environment: environment))
    }
  }

  /// The settings that `scripts/servers` writes for an installation, for this one; of the caller's own, all that name no server or account.
  private static func environment(_ server: ScratchServer, _ folder: URL, _ settings: Settings) -> [String: String] {
    var environment = settings.environment.filter { !$0.key.hasSuffix("_URL") }
    environment["ADMIN_EMAIL"] = administrator.email
    environment["ADMIN_PASSWORD"] = administrator.password
    environment["COMPTOIR_ROLE_PASSWORD_SEED"] = server.passwordSeed
    environment["COMPTOIR_SECRET"] = UUID().uuidString
    environment["COMPTOIR_SIGNING_KEY"] = folder.appending(path: "signing-key.pem").path
    for database in server.migrator.readDatabases {
      environment["\(database.uppercased())_URL"] = server.url(database, as: .reader)
    }
    environment["EVENT_STORE_URL"] = server.url("event_store", as: .app)
    environment["SUBJECT_KEYS_URL"] = server.url("subject_keys", as: .app)
    return environment
  }

  /// Runs `comptoir up` until `body` is over.
  func up<R>(cacheSeconds: Int = 0, _ body: (Comptoir) async throws -> R) async throws -> R {
    let port = try HTTPConnection.freePort()
    let process = try await start(["up"], port: port, cacheSeconds: cacheSeconds)
    do {
      let comptoir = Comptoir(installation: self, process: process, port: port)
      try await comptoir.waitUntilReady()
      let result = try await body(comptoir)
      try await process.stop()
      return result
    } catch {
      process.kill()
      throw error
    }
  }

  /// Starts the program with these arguments.
  /// - Parameter cacheSeconds: how long answers are kept; 0, so that what is measured is the way to the rows, not to a kept answer. Where they are kept, Redis keeps them, as it does after `make run`.
  func start(_ arguments: [String], port: Int = 0, cacheSeconds: Int = 0) async throws -> RunningProcess {
    var environment = environment
    environment["COMPTOIR_PORT"] = String(port)
    // What is measured is how much it can do, not how much one client may ask for.
    environment["COMPTOIR_ANONYMOUS_REQUESTS_PER_MINUTE"] = "0"
    environment["COMPTOIR_CALLER_REQUESTS_PER_MINUTE"] = "0"
    environment["COMPTOIR_CACHE_SECONDS"] = String(cacheSeconds)
    if cacheSeconds > 0 { environment["REDIS_URL"] = ProcessInfo.processInfo.environment["REDIS_URL"] }
    return try await RunningProcess.start(
      [program] + arguments + ["--log-level", "warning"], environment: environment,
      output: folder.appending(path: "output-\(UUID().uuidString)"))
  }

  /// Signs tokens that this installation's gateways accept, good for longer than any figure takes.
  func tokenIssuer() async throws -> TokenIssuer {
    await TokenIssuer(try SigningKey(file: folder.appending(path: "signing-key.pem").path), lifetime: .seconds(7_200))
  }
}
