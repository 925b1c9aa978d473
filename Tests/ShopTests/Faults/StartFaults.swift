import Foundation
import Migrations
import Postgres
import PostgresTesting
import Testing

extension Faults {
  /// What stands in the way of a start is told in one line, and the program ends with 1.
  @Suite struct OfTheStart {
    @Test func `another program on its port`() async throws {
      try await installed { environment, _ in
        let port = try Occupied()
        defer { port.free() }
        let run = try await ComptoirRun.end(["up"], environment.merging(["COMPTOIR_PORT": "\(port.number)"]) { $1 })
        #expect(run.status == 1)
        #expect(run.errors == ["Error: port \(port.number) is in use: give another one with COMPTOIR_PORT"])
      }
    }

    @Test func `a wrong password, for the log and for rows`() async throws {
      try await installed { environment, _ in
        for name in ["EVENT_STORE_URL", "SUBJECT_KEYS_URL", "ORDERS_SERVICE_DB_URL"] {
          var configuration = try PostgresConfiguration(url: environment[name]!)
          configuration.password = "wrong"
          let run = try await ComptoirRun.end(["up"], environment.merging([name: configuration.urlWithPassword()]) { $1 })
          expect(run, ["PostgreSQL refused the login: check the passwords in the settings", configuration.user], name)
          #expect(!run.errors.joined().contains("wrong"))
        }
      }
    }

    @Test func `a missing or senseless setting`() async throws {
      try await installed { environment, _ in
        for name in ["EVENT_STORE_URL", "SUBJECT_KEYS_URL", "COMPTOIR_SECRET", "COMPTOIR_ROLE_PASSWORD_SEED", "BASKETS_SERVICE_DB_URL"] {
          var without = environment
          without[name] = nil
          let run = try await ComptoirRun.end(["up"], without)
          #expect(run.status == 1)
          #expect(run.errors == ["Error: \(name) is not set: give it in the environment or in the file of --settings"])
        }
        expect(
          try await ComptoirRun.end(["up"], environment.merging(["EVENT_STORE_URL": "https://example.org"]) { $1 }), ["EVENT_STORE_URL: "])
        expect(
          try await ComptoirRun.end(["up"], environment.merging(["COMPTOIR_PORT": "many"]) { $1 }),
          ["COMPTOIR_PORT must be a whole number"])
      }
    }

    @Test func `no server where the settings say there is one`() async throws {
      try await Shop.open(runsSagas: false, databases: []) { shop in
        var environment = shop.environment(in: .temporaryDirectory)
        var configuration = try PostgresConfiguration(url: environment["EVENT_STORE_URL"]!)
        configuration.port = try freePort()
        environment["EVENT_STORE_URL"] = configuration.urlWithPassword()
        let commands = ["up", "gateway", "projector", "processes", "seed"]
        let runs = await together(commands.count) { [environment] in try await ComptoirRun.end([commands[$0]], environment) }
        for (command, run) in zip(commands, runs) { expect(try run.get(), ["PostgreSQL cannot be reached: "], command) }
      }
    }

    @Test func `no database, or one that was migrated in part`() async throws {
      try await Shop.open(runsSagas: false, databases: []) { shop in
        let environment = shop.environment(in: .temporaryDirectory)
        expect(try await ComptoirRun.end(["up"], environment), ["the database does not exist: run `comptoir migrate` first"])

        let older = try SchemaWithout(["event_store/fixed/20261124020005_leases_timers_ids_snapshots.sql"])
        defer { older.remove() }
        try await Migrator(sameAs: shop.migrator, schemaDirectory: older.path).up()
        expect(try await ComptoirRun.end(["up"], environment), ["the database's schema is not this program's: run `comptoir migrate`"])
      }
      try await Shop.open(runsSagas: false, databases: []) { shop in
        let environment = shop.environment(in: .temporaryDirectory)
        let older = try SchemaWithout(["orders_service_db/generation/live/20261124000200_payments.sql"])
        defer { older.remove() }
        try await Migrator(sameAs: shop.migrator, schemaDirectory: older.path).up()
        for command in ["up", "gateway", "projector"] {
          let run = try await ComptoirRun.end([command], environment)
          #expect(run.status == 1)
          #expect(
            run.errors == [
              "Error: orders_service_db has no live.payments.id: it is older than this program; run `comptoir migrate`"
            ])
        }
      }
    }

    @Test func `settings come from a JSON file as well, and what is wrong with it is told without its values`() async throws {
      try await installed { environment, folder in
        let file = folder.appending(path: "settings.json")
        func write(_ text: String) throws { try text.write(to: file, atomically: false, encoding: .utf8) }
        func end() async throws -> ComptoirRun {
          try await ComptoirRun.end(["seed", "--settings", file.path], ["PATH": "/usr/bin:/bin"])
        }
        let members = environment.filter { $0.key != "PATH" }.map { "\"\($0.key)\": \"\($0.value)\"" }
        try write("{\(members.joined(separator: ", ")), \"COMPTOIR_PORT\": 8100}")
        let seeded = try await end()
        #expect(seeded.status == 0)
        #expect(seeded.errors == ["Default rows are there."])
        for (text, words) in [
          ("{\"A\": \"hidden\"", "malformed JSON"), ("[\"hidden\"]", "it is no JSON object"),
          ("{\"A\": [\"hidden\"]}", "A is neither a text nor a number"),
        ] {
          try write(text)
          let run = try await end()
          expect(run, ["--settings \(file.path)", words])
          #expect(!run.errors.joined().contains("hidden"))
        }
        try FileManager.default.removeItem(at: file)
        expect(try await end(), ["--settings \(file.path)", "it cannot be read"])
      }
    }

    /// A migrated installation and the settings of the program over it.
    private func installed(_ body: ([String: String], URL) async throws -> Void) async throws {
      try await Shop.open(runsSagas: false, databases: nil) { shop in
        let folder = URL.temporaryDirectory.appending(path: "comptoir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(shop.environment(in: folder), folder)
      }
    }

    /// One line with all of these words, and status 1.
    private func expect(
      _ run: ComptoirRun, _ words: [String], _ comment: String = "", _ location: SourceLocation = #_sourceLocation
    ) {
      #expect(run.status == 1, "\(comment)", sourceLocation: location)
      #expect(run.errors.count == 1, "\(comment) \(run.errors)", sourceLocation: location)
      for word in words { #expect(run.errors.first?.contains(word) == true, "\(comment) \(run.errors)", sourceLocation: location) }
    }
  }
}

/// A port at which somebody listens already.
private struct Occupied {
  let number: Int
  private let descriptor: Int32

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let listens = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && listen(descriptor, 1) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard listens else { throw ComptoirProcess.NotUp() }
    number = Int(UInt16(bigEndian: address.sin_port))
  }

  func free() { close(descriptor) }
}

/// The project's migrations but for some, as an older version had them.
private struct SchemaWithout {
  let path: String

  init(_ missing: [String]) throws {
    path = URL.temporaryDirectory.appending(path: "schema-\(UUID().uuidString)").path
    try FileManager.default.copyItem(atPath: projectSchema, toPath: path)
    for file in missing { try FileManager.default.removeItem(atPath: "\(path)/\(file)") }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
