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
    @Argument(help: "Databases; all when none is named.") var databases: [String] = []

    func run() async throws {
      let steps = try await Settings(options).migrator().up(databases.isEmpty ? nil : databases)
      for step in steps { print("applied \(step)") }
      if steps.isEmpty { print("Every database is at the newest version.") }
    }
  }

  struct Down: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Reverts the newest migration of a database.")
    @OptionGroup var options: CommonOptions
    @Argument var database: String

    func run() async throws {
      let step = try await Settings(options).migrator().down(database)
      print(step.map { "reverted \($0)" } ?? "\(database) has no migration to revert.")
    }
  }

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists every migration and whether it is applied.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Databases; all when none is named.") var databases: [String] = []

    func run() async throws {
      for line in try await Settings(options).migrator().status(databases.isEmpty ? nil : databases) {
        print("\(line.state.rawValue)\t\(line.database)\t\(line.part.rawValue)/\(line.migration)")
      }
    }
  }

  struct Fresh: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Drops databases with all they hold and makes them anew.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "At least one database; there is no undoing this.") var databases: [String]

    func run() async throws {
      for step in try await Settings(options).migrator().fresh(databases) { print("applied \(step)") }
    }
  }
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
