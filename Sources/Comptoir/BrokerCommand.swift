import ArgumentParser
import EventSourcing
import Messaging
import RabbitMQ

/// `comptoir broker`
struct BrokerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "broker", abstract: "Looks after messages between services.", subcommands: [Verify.self])

  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Walks log, ledger and queues, and names every public event that was not published or not consumed; exit status 1 when there are some."
    )
    @OptionGroup var options: CommonOptions
    @Option(help: "Seconds to wait at most until relay and process managers are level with the log.") var wait = 10
    @Option(help: "At most so many are named.") var limit = 100

    func validate() throws {
      guard (0...86_400).contains(wait) else { throw ValidationError("--wait is a number of seconds, at most 86400") }
      guard limit > 0 else { throw ValidationError("--limit must be positive") }
    }

    func run() async throws {
      let settings = try await Settings(options)
      let report = try await Stores.use(settings) { stores in
        let roles = Roles(settings: settings, stores: stores)
        let consumers = try roles.consumers(roles.checkout())
        let ledger = try roles.ledger(consumers)
        return try await TopologyCommand.use(settings) { broker in
          let verifier = LedgerVerifier(
            log: stores.log, ledger: ledger, consumers: consumers, subscriptions: stores.log, broker: broker)
          return try await verifier.verify(waiting: .seconds(wait))
        }
      }
      for finding in report.findings.prefix(limit) { print(finding) }
      if report.findings.count > limit { print("and \(report.findings.count - limit) more") }
      let unreported = report.unreported == 0 ? "" : ", \(report.unreported) of them not reported yet"
      print(
        "\(report.events) public events after \(report.after) through \(report.through), \(report.rows) messages at their queues\(unreported): "
          + (report.findings.isEmpty ? "all published and consumed." : "\(report.findings.count) findings."))
      guard report.findings.isEmpty else { throw ExitCode.failure }
    }
  }
}
