import EventSourcing
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
public import Logging
import NIOCore
public import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#endif

/// The HTTP edge: commands and queries of all services on one port.
public struct APIGateway: Service {
  private let configuration: GatewayConfiguration
  private let responder: GatewayResponder
  private let sweeper: CacheSweeper
  private let logger: Logger
  private let onRunning: @Sendable (Int) async -> Void

  /// - Parameter onRunning: called with the port once requests are answered.
  public init(
    configuration: GatewayConfiguration, services: GatewayServices, logger: Logger,
    onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    self.init(configuration: configuration, services: services, groups: Self.groups, logger: logger, onRunning: onRunning)
  }

  /// A gateway with other routes; for tests.
  init(
    configuration: GatewayConfiguration, services: GatewayServices, groups: [RouteGroup], logger: Logger,
    onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.logger = logger
    self.onRunning = onRunning
    sweeper = CacheSweeper(
      caches: services.caches, reads: services.reads, interval: configuration.sweepInterval, owner: UUID.random().uuidString,
      logger: logger)
    responder = GatewayResponder(services: services, table: Self.table(groups), logger: logger)
  }

  /// Answers requests until a graceful shutdown; then lets those under way finish.
  /// - Throws: `PortInUse`, or what the server fails with.
  public func run() async throws {
    do {
      async let sweeping: Void = sweeper.run()
      try await application.run()
      await sweeping
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw PortInUse(port: configuration.port)
    }
  }

  /// Another program listens where the gateway was to.
  public struct PortInUse: Error {
    public let port: Int
  }

  /// The server, not yet running.
  var application: Application<GatewayResponder> {
    let onRunning = onRunning
    return Application(
      responder: responder,
      configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port), backlog: 1_024),
      onServerRunning: { await onRunning($0.localAddress?.port ?? 0) }, logger: logger)
  }

  /// Routes and their description.
  static func table(_ groups: [RouteGroup]) -> RouteTable {
    let root = HealthRoutes.routes
    let document = OpenAPIDocument.make(groups, rootRoutes: root + [openAPI([])]).serialized
    return RouteTable(groups, root: root + [openAPI(document)])
  }

  private static func openAPI(_ document: [UInt8]) -> Route {
    Route(
      .get, "/openapi.json", "openapi", "This description", in: NoInput.self, out: Schema(["type": "object"]), access: .everyone,
      idempotency: .none, problems: []
    ) { _, _ in Reply(.bytes(document)) }
  }

  /// Every service's routes.
  static let groups = [
    AuthRoutes.group, AddressRoutes.group, ProductRoutes.group, BasketRoutes.group, OrderRoutes.group, DeliveryRoutes.group,
    SavRoutes.group, WebsiteRoutes.group, QuestionRoutes.group,
    ContactRoutes.group, NewsletterRoutes.group, MessageRoutes.group,
  ]
}
