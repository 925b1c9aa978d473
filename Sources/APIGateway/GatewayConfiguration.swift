public import Aggregates
public import EventSourcing
public import ObjectStorage
public import ProcessManagers

/// Settings of the gateway. Every bound has a name and a unit.
public struct GatewayConfiguration: Sendable {
  /// Address to listen on.
  public var host = "127.0.0.1"
  /// Port to listen on; 0 takes a free one.
  public var port = 8_100
  /// Largest body that is read, in bytes.
  public var maximumBodyBytes = 1 << 20
  /// Who issues access tokens, and for whom: `iss` and `aud`.
  public var issuer = "comptoir"
  public var audience = "comptoir"
  /// How long an access token is good.
  public var accessTokenLifetime: Duration = .seconds(15 * 60)
  /// How long a refresh token is good; each use gives a new one.
  public var refreshTokenLifetime: Duration = .seconds(14 * 86_400)
  /// How long a token that was mailed for another password, or to verify an address, is good.
  public var passwordResetLifetime: Duration = .seconds(30 * 60)
  public var emailVerificationLifetime: Duration = .seconds(48 * 3_600)
  /// How long after one such mail the next of its kind may follow.
  public var mailedTokenInterval: Duration = .seconds(60)
  /// How often one network address may try to sign in to one account, or ask for its password to be replaced.
  public var loginLimit = RateLimit("login", quota: 5, windowSeconds: 300)
  /// How often the interface may be asked by one network address without a token, and by one account; nil for no limit.
  public var anonymousLimit: RateLimit? = RateLimit("anonymous", quota: 60, windowSeconds: 60)
  public var callerLimit: RateLimit? = RateLimit("caller", quota: 600, windowSeconds: 60)
  /// How long answers that are the same for everybody are shown again, in whole seconds; 0 for never.
  public var cacheSeconds = 5
  /// How often the tables `cache` are rid of what is no longer good.
  public var sweepInterval: Duration = .seconds(300)
  /// How many askers' requests are counted in this process.
  public var rateLimitCapacity = 100_000
  /// How many proxies of our own stand before the gateway, each of which adds where it was asked from to `X-Forwarded-For`. With 0 the
  /// header is not looked at, since anybody can send one.
  public var trustedProxies = 0
  /// How long a right that was taken may go on counting.
  public var rightsMaximumAge: Duration = .seconds(1)
  /// How many accounts' rights are remembered.
  public var rightsCacheCapacity = 10_000
  /// How many verified tokens are remembered.
  public var tokenCacheCapacity = 10_000
  /// How long the answer to an `Idempotency-Key` is kept.
  public var idempotencyRetention: Duration = .seconds(48 * 3_600)
  /// How long a query waits for `Comptoir-Min-Position` when the client does not say.
  public var defaultWait: Duration = .seconds(2)
  /// The longest wait that a client can ask for.
  public var maximumWait: Duration = .seconds(30)
  /// Under which websites without a domain of their own are found: `<label>.<this>`.
  public var platformDomain = "comptoir.example"
  /// Further hosts of the platform, in lower case and without ports; every other host is looked for among the websites.
  public var platformHosts: Set<String> = ["localhost", "127.0.0.1", "[::1]"]
  /// How long a host is known to be a website's, or not to be.
  public var tenantMaximumAge: Duration = .seconds(10)
  /// How long the link that confirms a subscription to the newsletter works.
  public var confirmationLifetime: Duration = .seconds(7 * 86_400)
  /// Recognises the mail provider's reports; without it none is taken.
  public var mailWebhook: WebhookSignature?
  /// Recognises what the payment provider tells by itself; without it nothing is taken.
  public var paymentWebhook: WebhookSignature?
  /// How long each step of a checkout may take.
  public var checkoutTimeouts = CheckoutTimeouts()
  /// What deliveries cost, and how long they take.
  public var deliveryTerms = DeliveryTerms()
  /// How long tickets may wait.
  public var ticketTimes = TicketTimes()
  /// How long returns may take.
  public var returnTimes = ReturnTimes()

  /// Defaults for one machine.
  public init() {}
}

/// What routes work with.
public struct GatewayServices: Sendable {
  let configuration: GatewayConfiguration
  let log: any EventLog
  let executor: CommandExecutor
  /// What process managers of this process carry out as well.
  let recent: RecentCommands
  let reads: ReadSides
  let tokens: AccessTokens
  let standings: Standings
  let tenants: Tenants
  let passwords: PasswordHasher
  let emails: EmailFingerprint
  let ids: IDBlocks
  /// Counts requests.
  let limiter: RateLimiter
  /// Counts what is tried to get into an account.
  let logins: RateLimiter
  let caches: Caches
  let answers: AnswerCache
  /// Nil where none is configured: then files can be neither uploaded nor downloaded.
  let objects: ObjectStorage?
  /// Nil where none is configured: then nothing is published, and the routes of messages-broker answer 503.
  let broker: MessageBroker?
  /// Nil where the installation's secret is not known: then no webhook can be made.
  let webhooks: WebhookDesk?
  let openBaskets = OpenBaskets()
  let parkedSagas: ParkedSagas

  /// - Parameters:
  ///   - recent: best the checkout's, where it runs in the same process: both place orders.
  ///   - reads: the read databases.
  ///   - signingKey: signs access tokens; all gateways of one installation share it.
  ///   - emails: recognises e-mail addresses in claims.
  ///   - broker: what carries messages between services.
  ///   - webhooks: what makes and changes subscriptions of those outside.
  ///   - caches: where answers and counts are kept.
  public init(
    configuration: GatewayConfiguration, log: any EventLog, executor: CommandExecutor, recent: RecentCommands = RecentCommands(),
    reads: ReadSides, signingKey: SigningKey,
    passwords: PasswordHasher, emails: EmailFingerprint, objects: ObjectStorage? = nil,
    broker: MessageBroker? = nil, webhooks: WebhookDesk? = nil, caches: Caches
  ) async {
    self.configuration = configuration
    self.log = log
    self.executor = executor
    self.recent = recent
    self.reads = reads
    self.passwords = passwords
    self.emails = emails
    self.objects = objects
    self.broker = broker
    self.webhooks = webhooks
    ids = IDBlocks(log: log)
    parkedSagas = ParkedSagas(log: log)
    self.caches = caches
    limiter = RateLimiter(capacity: configuration.rateLimitCapacity, shared: caches.requests)
    logins = RateLimiter(capacity: configuration.rateLimitCapacity, shared: caches.cache(of: reads.auth))
    answers = AnswerCache(caches: caches, seconds: configuration.cacheSeconds)
    tenants = Tenants(
      reads.websites, platformDomain: configuration.platformDomain, platformHosts: configuration.platformHosts,
      maximumAge: configuration.tenantMaximumAge)
    standings = Standings(
      log: log, maximumAge: configuration.rightsMaximumAge, tokenLifetime: configuration.accessTokenLifetime,
      capacity: configuration.rightsCacheCapacity)
    tokens = await AccessTokens(
      key: signingKey, issuer: configuration.issuer, audience: configuration.audience, lifetime: configuration.accessTokenLifetime,
      cacheCapacity: configuration.tokenCacheCapacity)
  }
}

/// The read databases that queries use.
public struct ReadSides: Sendable {
  let auth: ReadSide
  let addresses: ReadSide
  let products: ReadSide
  let baskets: ReadSide
  let orders: ReadSide
  let deliveries: ReadSide
  let sav: ReadSide
  let websites: ReadSide
  let questions: ReadSide
  let contacts: ReadSide
  let newsletters: ReadSide
  /// The ledger of messages, which is written as messages pass; no projection.
  let messages: ReadSide

  /// Names each service's read side.
  public init(
    auth: ReadSide, addresses: ReadSide, products: ReadSide, baskets: ReadSide, orders: ReadSide, deliveries: ReadSide, sav: ReadSide,
    websites: ReadSide, questions: ReadSide, contacts: ReadSide, newsletters: ReadSide,
    messages: ReadSide
  ) {
    self.auth = auth
    self.addresses = addresses
    self.products = products
    self.baskets = baskets
    self.orders = orders
    self.deliveries = deliveries
    self.sav = sav
    self.websites = websites
    self.questions = questions
    self.contacts = contacts
    self.newsletters = newsletters
    self.messages = messages
  }

  /// Those that projections keep.
  var all: [ReadSide] {
    [auth, addresses, products, baskets, orders, deliveries, sav, websites, questions, contacts, newsletters]
  }
}
