import ArgumentParser
import Messaging
import RabbitMQ

/// `comptoir topology`
struct TopologyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "topology", abstract: "What process managers need on RabbitMQ (RABBITMQ_URL): shows it, makes it, or compares it.",
    subcommands: [Show.self, Apply.self, Diff.self], defaultSubcommand: Show.self)

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists exchanges, queues and what each queue is bound to.")
    @OptionGroup var options: CommonOptions

    func run() async throws {
      let topology = try await TopologyCommand.topology(try await Settings(options))
      for exchange in topology.exchanges { print("exchange \(exchange.name) (\(exchange.kind.rawValue))") }
      for queue in topology.queues {
        print("queue \(queue.name)")
        for binding in topology.bindings where binding.queue == queue.name { print("  \(binding.routingKey)") }
      }
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Makes what is missing, bindings too. Removes nothing.")
    @OptionGroup var options: CommonOptions

    func run() async throws {
      let settings = try await Settings(options)
      let topology = try await TopologyCommand.topology(settings)
      try await TopologyCommand.use(settings) { broker in try await broker.apply(topology) }
      print("\(topology.queues.count) queues are there, bound to \(topology.bindings.count) keys.")
    }
  }

  struct Diff: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Names exchanges and queues that are missing or others than they should be; exit status 1 when there are some.",
      discussion: "AMQP has no question for bindings: `comptoir topology apply` makes those that are missing.")
    @OptionGroup var options: CommonOptions

    func run() async throws {
      let settings = try await Settings(options)
      let topology = try await TopologyCommand.topology(settings)
      let differences = try await TopologyCommand.use(settings) { broker in try await broker.differences(from: topology) }
      for difference in differences { print(difference) }
      guard differences.isEmpty else { throw ExitCode.failure }
      print("Exchanges and queues are as they should be.")
    }
  }

  /// Of the process managers that run with these settings.
  private static func topology(_ settings: Settings) async throws -> RabbitMQTopology {
    try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      return try Consumer.topology(of: roles.consumers(roles.checkout())) + LedgerKeeper.topology()
    }
  }

  static func use<R>(
    _ settings: Settings, _ body: (RabbitMQClient) async throws -> R
  ) async throws -> R {
    _ = try settings.required("RABBITMQ_URL")
    guard let configuration = try settings.rabbitMQ() else { throw PlainError("RABBITMQ_URL is not set") }
    let broker = RabbitMQClient(configuration, logger: settings.logger)
    let result: Result<R, any Error>
    do { result = .success(try await body(broker)) } catch { result = .failure(error) }
    await broker.close()
    return try result.get()
  }
}
