import EventSourcing
import Foundation
import ProcessManagers
import Testing

@testable import Aggregates

extension Faults {
  /// The program with the payment sandbox as a process of its own.
  @Suite struct OfThePaymentProvider {
    private static let tokens = SandboxToken.allCases.map(\.rawValue)

    @Test func `with the sandbox killed again and again every order comes to its token's end, and the money balances`() async throws {
      try await running { shop, program, sandbox in
        let product = try await addProduct(program.url, stock: 1_000)
        let customers = try await together(Self.tokens.count) { [url = program.url] in try await Customer.register($0, url) }
          .map { try $0.get() }
        let acknowledgements = Acknowledgements()
        let shopping = zip(customers, Self.tokens).map { customer, token in
          Task { try await customer.buy(product, times: 2, acknowledgements, token: token) }
        }
        for _ in 0..<3 {
          try await Task.sleep(for: .milliseconds(Int.random(in: 300...900)))
          sandbox.kill()
          try await Task.sleep(for: .milliseconds(Int.random(in: 0...500)))
          try await sandbox.start()
        }
        for task in shopping { try await task.value }
        try await shop.until("all orders' end") {
          let ledger = try await shop.ledger()
          return ledger.unfinished.isEmpty && ledger.faults.isEmpty
        }
        let ledger = try await shop.ledger()
        for checkout in acknowledgements.all {
          let order = try #require(ledger.orders[checkout.order])
          switch SandboxToken(rawValue: checkout.token) {
          case .ok, .delayed, .twice, .outOfOrder, .answerLost: #expect(order.status == .confirmed, "\(checkout.token)")
          case .refuse, .silent: #expect(order.cancellation == .paymentFailed, "\(checkout.token)")
          case .captureFails: #expect(order.cancellation == .captureFailed, "\(checkout.token)")
          case nil: Issue.record("\(checkout.token) is no token")
          }
        }
        #expect(acknowledgements.all.count == 2 * Self.tokens.count)
        try await shop.until("giving back what was promised") {
          try await sandbox.operations().count { $0.kind == "voided" } == 2
        }
        shop.checkMoney(try await sandbox.operations(), ledger)
      }
    }

    @Test func `a sandbox that is killed between authorisation and capture captures once when it is back, and pays back`() async throws {
      try await running { shop, program, sandbox in
        let product = try await addProduct(program.url, stock: 10)
        let customer = try await Customer.register(0, program.url)
        let acknowledgements = Acknowledgements()
        // Half a second passes between the authorisation and the callback that tells of it.
        try await customer.buy(product, times: 1, acknowledgements, token: "sandbox_delayed")
        let order = acknowledgements.all[0].order
        try await shop.until("the authorisation's callback") {
          try await sandbox.operations().contains { $0.kind == "authorised" }
        }
        sandbox.kill()
        try await sandbox.start()
        try await shop.until("the end") { try await shop.ledger().orders[order]?.paid != nil }
        _ = try await customer.client.insist("PUT", "/api/v1/orders/orders/\(order)/cancel", #"{"reason":"not needed"}"#)
        try await shop.until("paying back") { try await shop.ledger().orders[order]?.status == .refunded }
        let operations = try await sandbox.operations()
        #expect(operations.map(\.kind) == ["authorised", "captured", "refunded"])
        shop.checkMoney(operations, try await shop.ledger())
      }
    }

    /// The program over a shop of its own, and its sandbox.
    private func running(_ body: (Shop, ComptoirProcess, SandboxProcess) async throws -> Void) async throws {
      try await Shop.open(runsSagas: false, databases: nil) { shop in
        let folder = URL.temporaryDirectory.appending(path: "comptoir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let port = try freePort()
        let sandbox = try await SandboxProcess(in: folder, gateway: port)
        defer { sandbox.kill() }
        let environment = shop.environment(in: folder).merging(sandbox.settings) { $1 }
        let program = try await ComptoirProcess(environment, port: port, output: folder.appending(path: "output"))
        defer { program.kill() }
        try await body(shop, program, sandbox)
      }
    }
  }
}
