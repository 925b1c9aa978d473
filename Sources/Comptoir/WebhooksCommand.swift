import ArgumentParser
import EventStore

/// `comptoir webhooks`
struct WebhooksCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "webhooks",
    abstract: "Tells subscribers outside of messages over HTTP, signed, until they take them. Several may run, all send.")
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      try await roles.checkStores()
      try await roles.run([LogListener(stores.log)] + roles.webhooks())
    }
  }
}
