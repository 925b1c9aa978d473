import ArgumentParser
import JSON
import Messaging

/// `comptoir asyncapi`
struct AsyncAPICommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "asyncapi",
    abstract: "Prints the AsyncAPI 3.0 document of what is published to RabbitMQ and who acts on it. Needs no server.")
  @Option(help: ArgumentHelp("What the document shall name as what it was made from.", valueName: "text")) var madeFrom: String?

  func run() async throws {
    let settings = Self.nowhere
    let consumers = try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      return try roles.consumers(roles.checkout())
    }
    print(try AsyncAPIDocument.make(Consumer.topology(of: consumers), madeFrom: madeFrom).prettyText)
  }

  /// Settings with which every process manager is there. Nothing is asked of it, so nothing is connected to.
  private static let nowhere = Settings(values: [
    "EVENT_STORE_URL": "postgres://nobody@127.0.0.1:1/none", "SUBJECT_KEYS_URL": "postgres://nobody@127.0.0.1:1/none",
    "NEWSLETTERS_SERVICE_DB_URL": "postgres://nobody@127.0.0.1:1/none", "COMPTOIR_ROLE_PASSWORD_SEED": "none", "COMPTOIR_SECRET": "none",
    "SMTP_URL": "smtp://127.0.0.1:1",
  ])
}
