import Foundation
import PostgresTesting
import Testing

/// A shop whose services are processes of their own, linked by a RabbitMQ that only they have; its databases are on a server of its own too.
struct LinkedShop {
  let shop: Shop
  let server: PrivateServer
  let broker: PrivateBroker
  /// What the real program is started with.
  let environment: [String: String]
  /// For what the processes say and keep; it stays where a test failed.
  let folder: URL

  /// Runs `body` with the shop, and with the default rows in it; everything is ended whatever happens.
  static func run(_ body: (LinkedShop) async throws -> Void) async throws {
    try await PrivateServer.run { server in
      try await PrivateBroker.run { broker in
        try await Shop.open(on: server.url, prefix: "", runsSagas: false, databases: nil) { shop in
          let folder = URL.temporaryDirectory.appending(path: "comptoir-\(UUID().uuidString)")
          try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
          var environment = shop.environment(in: folder)
          environment["RABBITMQ_URL"] = try broker.url()
          environment["COMPTOIR_POSTGRES_ADMIN_URL"] = server.url
          environment["COMPTOIR_SCHEMA"] = projectSchema
          let linked = LinkedShop(shop: shop, server: server, broker: broker, environment: environment, folder: folder)
          try await linked.expect("seed")
          try await body(linked)
          try FileManager.default.removeItem(at: folder)
        }
      }
    }
  }

  /// What all processes say.
  var output: URL { folder.appending(path: "output") }

  /// Roles that are not yet started.
  /// - Parameter settings: beside those of every role.
  func roles(_ names: String..., settings: [String: String] = [:]) -> [RoleProcess] {
    names.map { RoleProcess([$0], environment.merging(settings) { $1 }, output: output) }
  }

  /// Expects a command to end well.
  func expect(
    _ command: String, within limit: Duration = .seconds(60), _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let run = try await ComptoirRun.end(command.split(separator: " ").map(String.init), environment, within: limit)
    #expect(run.status == 0, "comptoir \(command): \(run.errors.suffix(20).joined(separator: "\n"))", sourceLocation: location)
  }

  /// How far a subscription has come, as the event store has it.
  func place(_ subscription: String) async throws -> Int64 {
    let found = try await shop.strings(
      "event_store", "select position::text from event_store.subscriptions where name = '\(subscription)'")
    return found.first.flatMap { Int64($0) } ?? 0
  }
}
