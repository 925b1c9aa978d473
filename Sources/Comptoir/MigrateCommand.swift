import ArgumentParser
import Migrations
import Projectors

/// `comptoir migrate`
struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes databases, roles and tables, and brings them to the version of the files in schema/.",
    discussion: "Needs COMPTOIR_POSTGRES_ADMIN_URL, a role that may create databases and roles; nothing else does.",
    subcommands: [Apply.self, Down.self, Status.self, Fresh.self], defaultSubcommand: Apply.self)

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "up", abstract: "Applies what is missing.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Services or databases; all when none is named.") var databases: [String] = []

    func run() async throws {
      let migrator = try await Settings(options).migrator()
      let steps = try await migrator.up(databases.isEmpty ? nil : migrator.names(of: databases))
      for step in steps { print("applied \(step)") }
      if steps.isEmpty { print("Every database is at the newest version.") }
    }
  }

  struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Reverts the newest migration of a database.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "A service or a database.") var database: String

    func run() async throws {
      let migrator = try await Settings(options).migrator()
      let database = try migrator.name(of: database)
      let step = try await migrator.down(database)
      print(step.map { "reverted \($0)" } ?? "\(database) has no migration to revert.")
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists every migration and whether it is applied.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Services or databases; all when none is named.") var databases: [String] = []

    func run() async throws {
      let migrator = try await Settings(options).migrator()
      for line in try await migrator.status(databases.isEmpty ? nil : migrator.names(of: databases)) {
        print("\(line.state.rawValue)\t\(line.database)\t\(line.part.rawValue)/\(line.migration)")
      }
    }
  }

  struct Fresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Drops databases with all they hold and makes them anew.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Services or databases; there is no undoing this.") var databases: [String] = []
    @Flag(help: "All of them, the log with every event among them.") var all = false

    func validate() throws {
      guard all == databases.isEmpty else { throw ValidationError("name at least one database, or give --all") }
    }

    func run() async throws {
      let migrator = try await Settings(options).migrator()
      for step in try await migrator.fresh(all ? migrator.databases : migrator.names(of: databases)) { print("applied \(step)") }
    }
  }
}

extension Migrator {
  /// The database of a service (`orders`, `messages-broker`), or the one that has this name.
  fileprivate func name(of serviceOrDatabase: String) throws -> String {
    let name = serviceOrDatabase.replacing("-", with: "_")
    let found = databases.first { $0 == name || $0 == "\(name)_service_db" || $0 == "\(name)_service" }
    guard let found else {
      throw PlainError("there is no database \(serviceOrDatabase); there are \(databases.joined(separator: ", "))")
    }
    return found
  }

  fileprivate func names(of servicesOrDatabases: [String]) throws -> [String] { try servicesOrDatabases.map { try name(of: $0) } }
}

extension Settings {
  /// Over the folder COMPTOIR_SCHEMA, or `schema` where the program was started.
  func migrator() throws -> Migrator {
    let rights = Projection.all.map { ("\($0.database)_projector", $0.ownCategories) }
    return try Migrator(
      adminURL: required("COMPTOIR_POSTGRES_ADMIN_URL"), schemaDirectory: optional("COMPTOIR_SCHEMA") ?? "schema",
      passwordSeed: required("COMPTOIR_ROLE_PASSWORD_SEED"), logReaders: Dictionary(uniqueKeysWithValues: rights), logger: logger)
  }
}
