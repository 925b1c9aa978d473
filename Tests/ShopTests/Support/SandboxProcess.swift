import Foundation
import FoundationNetworking
import JSON
import Testing

@testable import Aggregates

/// The real program, `comptoir payment-sandbox`; killed without a warning, and started again over the same journal.
final class SandboxProcess {
  static let secret = "a secret for tests"
  static let webhookSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

  private var process = Process()
  private let folder: URL
  private let port: Int
  private let callbackURL: String

  var url: String { "http://127.0.0.1:\(port)" }

  /// Where a gateway takes its callbacks, and whom that gateway asks.
  var settings: [String: String] {
    ["PAYMENT_URL": url, "PAYMENT_SECRET": Self.secret, "COMPTOIR_PAYMENT_WEBHOOK_SECRET": Self.webhookSecret]
  }

  /// - Parameter gateway: the port on which somebody takes its callbacks, or will.
  init(in folder: URL, gateway: Int) async throws {
    self.folder = folder
    port = try freePort()
    callbackURL = "http://127.0.0.1:\(gateway)/api/v1/orders/payments/callback"
    try await start()
  }

  /// Starts the program that `COMPTOIR_BIN` names, and waits until it answers.
  func start() async throws {
    guard let program = ProcessInfo.processInfo.environment["COMPTOIR_BIN"], !program.isEmpty else {
      preconditionFailure("COMPTOIR_BIN is not set: these tests need the path of the program comptoir")
    }
    process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = ["payment-sandbox"]
    process.environment = settings.merging([
      "PATH": "/usr/bin:/bin", "PAYMENT_SANDBOX_PORT": "\(port)", "PAYMENT_CALLBACK_URL": callbackURL,
      "PAYMENT_SANDBOX_JOURNAL": folder.appending(path: "payments/journal").path,
    ]) { $1 }
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let deadline = ContinuousClock.now + .seconds(60)
    while (try? await ShopClient(url).send("GET", "/health").status) != 200 {
      guard process.isRunning, ContinuousClock.now < deadline else {
        kill()
        throw ComptoirProcess.NotUp()
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// kill -9, and no sooner back than it is gone.
  func kill() {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// What it did.
  struct Operation: Hashable {
    var kind: String
    var order: OrderID
    var amount: Cents
  }

  /// Everything that it says it has done, in order.
  func operations() async throws -> [Operation] {
    var client = ShopClient(url)
    client.token = Self.secret
    var all: [Operation] = []
    while true {
      let answer = try await client.insist("GET", "/operations?after=\(all.count)&limit=500").json
      for operation in answer["operations"]?.arrayValue ?? [] {
        all.append(
          Operation(
            kind: try #require(operation["kind"]?.stringValue), order: OrderID(try #require(operation["order_id"]?.int64Value)),
            amount: try Cents(decimal: #require(operation["amount"]?.stringValue))))
      }
      if all.count == answer["count"]?.int64Value.map(Int.init) { return all }
    }
  }
}

extension Shop {
  /// What the provider captured less what it paid back is what the orders paid less what went back to their buyers, order by order.
  func checkMoney(_ operations: [SandboxProcess.Operation], _ ledger: Ledger, _ location: SourceLocation = #_sourceLocation) {
    var held: [OrderID: Int64] = [:]
    for operation in operations {
      if operation.kind == "captured" { held[operation.order, default: 0] += operation.amount.rawValue }
      if operation.kind == "refunded" { held[operation.order, default: 0] -= operation.amount.rawValue }
    }
    for (order, state) in ledger.orders where state.isConfirmed || held[order] != nil {
      let due = (state.paid?.rawValue ?? 0) - state.refunded.rawValue
      #expect(held[order, default: 0] == due, "order \(order)", sourceLocation: location)
      held[order] = nil
    }
    #expect(held.values.allSatisfy { $0 == 0 }, sourceLocation: location)
    for kind in ["authorised", "captured", "voided"] {
      let orders = operations.filter { $0.kind == kind }.map(\.order)
      #expect(Set(orders).count == orders.count, "\(kind) twice", sourceLocation: location)
    }
  }
}
