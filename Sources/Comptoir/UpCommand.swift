import ArgumentParser
import EventStore
import Projectors

/// `comptoir up`
struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Runs everything in one process: gateway, projectors, process managers, relay, webhooks. Seeds first.")
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      try await roles.checkStores(of: Projection.all)
      try await Seed.seed(stores, settings)
      let projectors = try Projection.all.map { ($0.database, try roles.projector($0)) }
      let checkout = try roles.checkout()
      let gateway = try await roles.gateway(checkout, projectors: Dictionary(uniqueKeysWithValues: projectors))
      // Drained from the end: first no more requests, then what follows from the last ones, then their messages and rows.
      try await roles.run(
        [LogListener(stores.log)] + projectors.map(\.1) + roles.relay(checkout) + roles.webhooks() + roles.processes(checkout) + [gateway])
    }
  }
}

/// `comptoir gateway`
struct Gateway: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serves HTTP on COMPTOIR_PORT (8100), on COMPTOIR_HOST (127.0.0.1).")
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      try await roles.checkStores(of: Projection.all)
      try await roles.run([LogListener(stores.log), try await roles.gateway(try roles.checkout())])
    }
  }
}

/// `comptoir projector`
struct Projector: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keeps read databases level with the log. Several may run; one works for each database.")
  @OptionGroup var options: CommonOptions
  @Option(help: "A service such as orders; all when not given. May be repeated.") var service: [String] = []

  func run() async throws {
    let settings = try await Settings(options)
    let projections = try service.isEmpty ? Projection.all : service.map(Projection.named)
    try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      try await roles.checkStores(of: projections)
      try await roles.run([LogListener(stores.log)] + projections.map { try roles.projector($0) })
    }
  }
}

/// `comptoir processes`
struct Processes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Runs the process managers: checkout with its time-outs and compensations, deliveries, the support desk's deadlines, files. Several may run; one works."
  )
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      try await roles.checkStores()
      try await roles.run([LogListener(stores.log)] + roles.processes(try roles.checkout()))
    }
  }
}

/// `comptoir relay`
struct RelayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "relay",
    abstract:
      "Publishes the log's public events to RabbitMQ (RABBITMQ_URL), in order, and keeps the ledger of messages. Several may run; one works."
  )
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    _ = try settings.required("RABBITMQ_URL")
    try await Stores.use(settings) { stores in
      let roles = Roles(settings: settings, stores: stores)
      try await roles.checkStores()
      try await roles.run([LogListener(stores.log)] + roles.relay(roles.checkout()))
    }
  }
}

extension Projection {
  /// By service (`orders`) or database (`orders_service_db`).
  static func named(_ name: String) throws -> Projection {
    guard let found = all.first(where: { $0.database == name || $0.database.hasPrefix("\(name)_service") }) else {
      throw PlainError("there is no service \(name); there are \(all.map(\.database).joined(separator: ", "))")
    }
    return found
  }
}
