import ArgumentParser

/// The one program. Each subcommand is a file; the work is in the modules below.
@main
struct Comptoir: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "comptoir",
    abstract: "An event-sourced commerce backend.",
    discussion: """
      Commands become events in one PostgreSQL log; projectors turn the log into read databases; a gateway serves both over HTTP.

      `comptoir up` runs everything in one process. Each role also runs alone, as many times as needed: gateway, projector, processes,
      relay, webhooks.

      Settings come from the environment, or from a file given with --settings: KEY=VALUE lines, or one JSON object where its name ends in .json. The
      environment wins. Those every role needs:
        EVENT_STORE_URL               postgres://role:password@host:port/database of the log
        SUBJECT_KEYS_URL              the same for the keys that encrypt personal data
        <DATABASE>_URL                the same for each read database, such as ORDERS_SERVICE_DB_URL
        COMPTOIR_ROLE_PASSWORD_SEED   the passwords of the roles that `comptoir migrate` makes derive from it
        COMPTOIR_SECRET               keys the hashes of e-mail addresses
      Files need an object storage that speaks S3: OBJECT_STORAGE_URL, OBJECT_STORAGE_ACCESS_KEY, OBJECT_STORAGE_SECRET_KEY, and where they differ
      from us-east-1, path and the first address: OBJECT_STORAGE_REGION, OBJECT_STORAGE_ADDRESSING (path or virtual), OBJECT_STORAGE_PUBLIC_URL.
      Other services hear of what happened over RabbitMQ: RABBITMQ_URL (amqp:// or amqps://user:password@host:port/vhost).
      Mail needs a mail server: SMTP_URL, and MAIL_FROM for who writes (Name <local@domain>).
      Payments go to the provider at PAYMENT_URL; without it no money is moved and the token decides (`comptoir payment-sandbox --help`).
      """,
    subcommands: [
      Up.self, Gateway.self, Projector.self, Processes.self, RelayCommand.self, WebhooksCommand.self, Migrate.self, Seed.self, Replay.self,
      Import.self, VerifyLog.self, TopologyCommand.self, AsyncAPICommand.self, SagasCommand.self, BrokerCommand.self, JobsCommand.self,
      PaymentSandboxCommand.self,
    ])

  /// As ArgumentParser does it, but for failures that one line explains.
  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      exit(withError: Explanation.line(for: error).map(PlainError.init) ?? error)
    }
  }
}

/// What every subcommand takes.
struct CommonOptions: ParsableArguments {
  @Option(name: .long, help: "A file of KEY=VALUE lines, or .json with one object; the environment wins over it.")
  var settings: String?

  @Option(name: .long, help: "trace, debug, info, notice, warning or error.")
  var logLevel: String = "info"
}

/// A failure that one line explains: printed as it is, with exit status 1.
struct PlainError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
