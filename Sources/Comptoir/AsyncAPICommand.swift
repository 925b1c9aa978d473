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
    let consumers = try await Roles.everyProcessManager().compactMap { Consumer(of: $0) }
    print(try AsyncAPIDocument.make(Consumer.topology(of: consumers), madeFrom: madeFrom).prettyText)
  }
}
