import APIGateway
import Messaging
import Postgres
import ServiceLifecycle

extension Roles {
  /// What plans and makes deliveries to those outside.
  func webhooks() throws -> [any Service] {
    var configuration = WebhookConfiguration()
    configuration.publicURL = try settings.publicURL()
    configuration.retention = try settings.ledgerRetention()
    return [
      Webhooks(
        log: stores.log,
        store: WebhookStore(client: PostgresClient(try settings.writer(of: "messages_broker"), logger: settings.logger)),
        subscriptions: stores.log, secrets: try settings.webhookSecrets(), guardian: try settings.webhookGuard(), holder: holder,
        configuration: configuration, logger: settings.logger)
    ]
  }
}

extension Settings {
  /// How long the ledger's rows, and deliveries, are kept when nobody has to look at them any more.
  func ledgerRetention() throws -> Duration { .seconds(86_400 * max(1, try integer("COMPTOIR_LEDGER_DAYS", default: 7))) }

  /// The secrets of webhooks, derived from the installation's.
  func webhookSecrets() throws -> WebhookSecrets { WebhookSecrets(key: try derivedKey("webhooks")) }

  /// Where deliveries may go.
  func webhookGuard() throws -> WebhookGuard { WebhookGuard(allowsPrivate: try flag("COMPTOIR_WEBHOOK_ALLOW_PRIVATE")) }

  private func flag(_ name: String) throws -> Bool {
    switch optional(name) {
    case nil, "0", "false": return false
    case "1", "true": return true
    default: throw PlainError("\(name) must be 1 or 0")
    }
  }
}
