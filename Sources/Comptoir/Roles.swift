import APIGateway
import Aggregates
import EventSourcing
import EventStore
import FoundationEssentials
import Jobs
import Logging
import Mail
import Messaging
import Postgres
import ProcessManagers
import Projectors
import RabbitMQ
import Redis
import ServiceLifecycle
import UnixSignals

/// Builds the long-running parts from the settings. `up` runs all of them in one process, the other subcommands one kind each.
struct Roles {
  let settings: Settings
  let stores: Stores
  /// Names this process wherever only one of several may work.
  let holder = "\(ProcessInfo.processInfo.hostName)/\(ProcessInfo.processInfo.processIdentifier)/\(UUID().uuidString.prefix(8))"

  /// Refuses to start without the log, or over read databases that lack what this program reads and writes: better one line now
  /// than a failure with each request and each event.
  func checkStores(of projections: [Projection] = []) async throws {
    try await stores.log.checkSchema()
    // Asks for a key that nobody has, to know that the keys can be asked for.
    _ = try await stores.keys.keys(of: [SubjectID("nobody")], create: false)
    for projection in projections {
      let client = PostgresClient(try settings.reader(of: projection.database), logger: settings.logger)
      do {
        try await projection.checkSchema(client)
      } catch {
        await client.close()
        throw error
      }
      await client.close()
    }
  }

  /// The projector of one read database.
  func projector(_ projection: Projection) throws -> ProjectorRunner {
    ProjectorRunner(
      projection, log: stores.log, leases: stores.log, configuration: try settings.writer(of: projection.database), holder: holder,
      logger: settings.logger)
  }

  /// The checkout's process manager with the payment provider of the settings.
  func checkout() throws -> Checkout {
    Checkout(log: stores.log, executor: stores.executor, payments: try settings.payments(), logger: settings.logger)
  }

  /// The runners of all process managers, and the workers that carry out their jobs.
  func processes(_ checkout: Checkout) throws -> [any Service] {
    let (ports, workers) = try processManagers(checkout)
    let broker = try broker("processes")
    let (log, logger) = (stores.log, settings.logger)
    var places = BrokerSource.Configuration()
    places.holder = holder
    let configuration = places
    let source: @Sendable (any MessagePort) -> (any MessageSource)? = { port in
      broker.flatMap {
        BrokerSource(of: port, log: log, subscriptions: log, broker: $0, configuration: configuration, logger: logger)
      }
    }
    let runners = ports.map {
      ProcessManagerRunner(log: log, subscriptions: log, port: $0, broker: source, holder: holder, logger: logger)
    }
    // Drained from the end: first no more jobs.
    return runners + workers
  }

  /// All process managers that the settings allow, and the workers that carry out their jobs.
  func processManagers(_ checkout: Checkout) throws -> (ports: [any MessagePort], workers: [any Service]) {
    let deliveries = Deliveries(log: stores.log, executor: stores.executor, carriers: SandboxCarriers(), logger: settings.logger)
    let emails = stores.emails
    let fingerprint: @Sendable (String) -> String = { emails.fingerprint(of: $0) }
    var ports: [any MessagePort] = [
      checkout, deliveries, SupportDesk(log: stores.log, executor: stores.executor),
      ClosedAccounts(log: stores.log, executor: stores.executor),
      FileKeeper(log: stores.log, executor: stores.executor, objects: stores.objects),
      ImageResizer(log: stores.log, executor: stores.executor, objects: stores.objects, logger: settings.logger),
      Contacts(log: stores.log, executor: stores.executor, logger: settings.logger, fingerprint: fingerprint),
      Newsletters(
        log: stores.log, executor: stores.executor, logger: settings.logger, fingerprint: fingerprint,
        tokenHash: { emails.links.subscriberHash($0.rawValue) }),
    ]
    var workers: [any Service] = []
    if let mail = try settings.mail() {
      let transport = SMTPMailer(mail.server, logger: settings.logger)
      let links = MailLinks(stores.emails.links, at: try settings.publicURL())
      let templates = StoredMailTemplates(log: stores.log)
      ports += Correspondence.all.map {
        Mailer(
          $0, log: stores.log, executor: stores.executor, transport: transport, templates: templates, terms: mail.terms, links: links,
          logger: settings.logger)
      }
      let database = Projection.newsletters.database
      let queue = JobQueue("campaign", client: PostgresClient(try settings.writer(of: database), logger: settings.logger))
      ports.append(
        Campaigns(
          log: stores.log, executor: stores.executor, queue: queue,
          readers: ProjectedReaders(PostgresClient(try settings.reader(of: database), logger: settings.logger))))
      workers.append(
        CampaignSender(
          log: stores.log, executor: stores.executor, transport: transport, links: links, terms: mail.terms, logger: settings.logger
        ).worker(queue, concurrency: mail.server.connections))
    }
    return (ports, workers)
  }

  /// All process managers that there are, to be asked what they are: nothing is connected to.
  static func everyProcessManager() async throws -> [any MessagePort] {
    let nowhere = Settings(values: [
      "EVENT_STORE_URL": "postgres://nobody@127.0.0.1:1/none", "SUBJECT_KEYS_URL": "postgres://nobody@127.0.0.1:1/none",
      "NEWSLETTERS_SERVICE_DB_URL": "postgres://nobody@127.0.0.1:1/none", "COMPTOIR_ROLE_PASSWORD_SEED": "none", "COMPTOIR_SECRET": "none",
      "SMTP_URL": "smtp://127.0.0.1:1",
    ])
    return try await Stores.use(nowhere) { stores in
      let roles = Roles(settings: nowhere, stores: stores)
      return try roles.processManagers(roles.checkout()).ports
    }
  }

  /// A client of the broker; nil where none is configured.
  /// - Parameter what: shown in the broker's list of connections.
  func broker(_ what: String) throws -> RabbitMQClient? {
    guard var configuration = try settings.rabbitMQ() else { return nil }
    configuration.connectionName = "comptoir \(what) \(holder)"
    return RabbitMQClient(configuration, logger: settings.logger)
  }

  /// What process managers take from the broker.
  func consumers(_ checkout: Checkout) throws -> [Consumer] {
    try processManagers(checkout).ports.compactMap { Consumer(of: $0) }
  }

  /// What became of messages, as the role that writes it.
  func ledger(_ consumers: [Consumer]) throws -> Ledger {
    var configuration = try settings.writer(of: "messages_broker")
    configuration.statementTimeout = .seconds(30)
    return Ledger(client: PostgresClient(configuration, logger: settings.logger), consumers: consumers)
  }

  /// What publishes the log's public events, and what keeps the ledger of them; nothing where no broker is configured.
  func relay(_ checkout: Checkout) throws -> [any Service] {
    guard let publishing = try broker("relay"), let keeping = try broker("ledger") else { return [] }
    let consumers = try consumers(checkout)
    let ledger = try ledger(consumers)
    var configuration = LedgerKeeper.Configuration()
    configuration.retention = try settings.ledgerRetention()
    return [
      LedgerKeeper(
        ledger, consumers: consumers, subscriptions: stores.log, broker: keeping, holder: holder, configuration: configuration,
        logger: settings.logger),
      Relay(
        log: stores.log, subscriptions: stores.log, broker: publishing, ledger: ledger, holder: holder, logger: settings.logger),
    ]
  }

  /// The HTTP edge.
  /// - Parameter projectors: those that run in this process, so that a waiting reader can wake its own; by database.
  func gateway(_ checkout: Checkout, projectors: [String: ProjectorRunner] = [:]) async throws -> APIGateway {
    var configuration = GatewayConfiguration()
    configuration.host = settings.optional("COMPTOIR_HOST") ?? configuration.host
    configuration.platformDomain = settings.optional("COMPTOIR_PLATFORM_DOMAIN")?.lowercased() ?? configuration.platformDomain
    let hosts = settings.optional("COMPTOIR_PLATFORM_HOSTS")?.lowercased().split(separator: ",") ?? []
    configuration.platformHosts.formUnion(hosts.map { $0.filter { $0 != " " } })
    configuration.port = try settings.integer("COMPTOIR_PORT", default: configuration.port)
    configuration.trustedProxies = try settings.integer("COMPTOIR_TRUSTED_PROXIES", default: configuration.trustedProxies)
    configuration.anonymousLimit = try limit(configuration.anonymousLimit, "COMPTOIR_ANONYMOUS_REQUESTS_PER_MINUTE")
    configuration.callerLimit = try limit(configuration.callerLimit, "COMPTOIR_CALLER_REQUESTS_PER_MINUTE")
    configuration.cacheSeconds = max(0, try settings.integer("COMPTOIR_CACHE_SECONDS", default: configuration.cacheSeconds))
    configuration.mailWebhook = try settings.webhook("COMPTOIR_MAIL_WEBHOOK_SECRET")
    configuration.paymentWebhook = try settings.webhook("COMPTOIR_PAYMENT_WEBHOOK_SECRET")
    func side(_ service: String, _ projection: Projection) throws -> ReadSide {
      let runner = projectors[projection.database]
      return ReadSide(
        service, client: PostgresClient(try settings.reader(of: projection.database), logger: settings.logger)
      ) { _ in runner?.touch() }
    }
    let services = await GatewayServices(
      configuration: configuration, log: stores.log, executor: stores.executor, recent: checkout.recent,
      reads: ReadSides(
        auth: try side("auth", .auth), addresses: try side("addresses", .addresses), products: try side("products", .products),
        baskets: try side("baskets", .baskets), orders: try side("orders", .orders),
        deliveries: try side("deliveries", .deliveries), sav: try side("sav", .sav), websites: try side("websites", .websites),
        questions: try side("questions", .questions), contacts: try side("contacts", .contacts),
        newsletters: try side("newsletters", .newsletters),
        messages: ReadSide(
          "messages-broker", client: PostgresClient(try settings.reader(of: "messages_broker"), logger: settings.logger))),
      signingKey: try SigningKey(file: settings.optional("COMPTOIR_SIGNING_KEY") ?? ".run/signing-key.pem"),
      passwords: try PasswordHasher(), emails: stores.emails, objects: stores.objects,
      broker: try broker("gateway").map { MessageBroker(client: $0, consumers: try consumers(checkout)) },
      webhooks: WebhookDesk(secrets: try settings.webhookSecrets(), guardian: try settings.webhookGuard()),
      caches: Caches(redis: try settings.redis().map { RedisClient($0, logger: settings.logger) }, logger: settings.logger))
    return APIGateway(configuration: configuration, services: services, logger: settings.logger)
  }

  /// A limit with the quota of a setting; none where that is 0.
  private func limit(_ usual: RateLimit?, _ name: String) throws -> RateLimit? {
    guard var limit = usual else { return nil }
    limit.quota = try settings.integer(name, default: limit.quota)
    return limit.quota > 0 ? limit : nil
  }

  /// Runs services until SIGTERM or SIGINT, which drain them in reverse order.
  func run(_ services: [any Service]) async throws {
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint], logger: settings.logger))
    try await group.run()
  }
}
