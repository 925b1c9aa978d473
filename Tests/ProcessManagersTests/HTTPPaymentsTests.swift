import AsyncHTTPClient
import EventSourcing
import EventStoreTesting
import JSON
import NIOCore
import NIOHTTP1
import Testing

@testable import Aggregates
@testable import ProcessManagers

/// The checkout with the sandbox as a service of its own, over HTTP: each token's way to the order's end.
@Suite struct HTTPPaymentsTests {
  /// What the sandbox says that it did: `GET /operations`.
  private func operations(_ sandbox: RunningSandbox, query: String = "") async throws -> JSONValue {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(sandbox.port)/operations\(query)")
    request.headers.add(name: "authorization", value: "Bearer \(RunningSandbox.secret)")
    return try await sandbox.insist { [request] _ in
      let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
      return try JSONValue(parsing: Array(try await response.body.collect(upTo: 1 << 20).readableBytesView))
    }
  }

  private func kinds(_ sandbox: RunningSandbox, of order: OrderID) async throws -> [String] {
    try await operations(sandbox)["operations"]!.arrayValue!.filter { $0["order_id"]?.int64Value == order.rawValue }
      .map { $0["kind"]!.stringValue! }
  }

  /// Captured less refunded is what the confirmed orders paid.
  private func checkBalance(
    _ sandbox: RunningSandbox, _ shop: Shop, _ orders: [OrderID], _ location: SourceLocation = #_sourceLocation
  )
    async throws
  {
    var due: Int64 = 0
    for order in orders {
      let state = try await shop.order(order)
      if state.isConfirmed { due += (state.paid?.rawValue ?? 0) - state.refunded.rawValue }
    }
    let told = try await operations(sandbox)
    let captured = try Cents(decimal: told["captured"]!.stringValue!).rawValue
    let refunded = try Cents(decimal: told["refunded"]!.stringValue!).rawValue
    #expect(captured - refunded == due, sourceLocation: location)
  }

  @Test func `each token leads over HTTP to its order's end, and the money balances`() async throws {
    try await CallbackReceiver.with { receiver, url in
      try await RunningSandbox.with(callbacks: url) { sandbox in
        let shop = Shop(provider: sandbox.payments)
        receiver.serve(shop)
        try await shop.stock(7, 50)
        try await shop.running(shop.runner()) { runner in
          var orders: [SandboxToken: OrderID] = [:]
          for (index, token) in SandboxToken.allCases.enumerated() {
            orders[token] = try await shop.buy(Int64(index + 1), token: token.rawValue)
          }
          let paid: [SandboxToken] = [.ok, .delayed, .twice, .outOfOrder, .answerLost]
          for token in paid {
            try await shop.until("\(token) is paid") { try await shop.order(orders[token]!).paid != nil }
            #expect(try await shop.order(orders[token]!).status == .confirmed)
            #expect(try await kinds(sandbox, of: orders[token]!) == ["authorised", "captured"], "\(token)")
          }
          try await shop.until("the refused one") { try await shop.order(orders[.refuse]!).cancellation == .paymentFailed }
          #expect(try await kinds(sandbox, of: orders[.refuse]!) == [])
          #expect(try await shop.order(orders[.silent]!).status == .pending)
          for captureTry in 1...3 {
            try await shop.until("try \(captureTry)") { shop.count(CaptureFailed.type) == captureTry }
            try await shop.settle(runner)
            if captureTry < 3 { shop.log.advance(by: .seconds(2)) }
          }
          try await shop.until("giving the promise back") { shop.count(PaymentVoided.type) == 1 }
          #expect(try await shop.order(orders[.captureFails]!).cancellation == .captureFailed)
          #expect(try await kinds(sandbox, of: orders[.captureFails]!) == ["authorised", "voided"])
          shop.log.advance(by: .seconds(10))
          try await shop.until("the silent one") { try await shop.order(orders[.silent]!).cancellation == .paymentFailed }
          // One who changes his mind is paid back.
          _ = try await shop.executor.execute(CancelOrder(orderID: orders[.ok]!, canceller: .customer(UserID(1))))
          try await shop.until("paying back") { try await shop.order(orders[.ok]!).status == .refunded }
          try await shop.until("the second delivery") { receiver.received.count == 5 }
          try await shop.settle(runner)
          #expect(shop.count(PaymentReportReceived.type) == 4)
          try await checkBalance(sandbox, shop, Array(orders.values))
          #expect(try await operations(sandbox)["captured"]?.stringValue == "60.00")
        }
        #expect(shop.log.timers.isEmpty)
      }
    }
  }

  @Test func `the capture is told of before the authorisation, and both are taken as they come`() async throws {
    try await CallbackReceiver.with { receiver, url in
      try await RunningSandbox.with(callbacks: url) { sandbox in
        let shop = Shop(provider: sandbox.payments)
        receiver.serve(shop)
        receiver.refuse(3)
        try await shop.stock(7, 5)
        try await shop.running(shop.runner()) { runner in
          let order = try await shop.buy(1, token: "sandbox_out_of_order")
          try await shop.until("both callbacks") { receiver.received.count == 2 }
          try await shop.settle(runner)
          #expect(receiver.received == ["sandbox-\(order)-1-captured", "sandbox-\(order)-1-authorised"])
          #expect(try await shop.state(Payment.self, order).status == .captured)
          #expect(shop.count(CaptureRequested.type) == 0, "it was captured already")
          let told = shop.log.events.filter { $0.type == PaymentReportReceived.type.name }
          let keys = try await shop.log.subjectKeys([UserID(1).subject], create: false)
          let body = try PayloadDecoder(PaymentReportReceived.self).decode(told[0], keys: keys).personal?.body
          #expect(body?.contains("\"payment.captured\"") == true)
        }
      }
    }
  }

  @Test func `a sandbox that ends between authorisation and capture, and comes back, has captured once`() async throws {
    try await RunningSandbox.with { sandbox in
      let shop = Shop(provider: StoppingPayments(sandbox.payments) { await sandbox.stop() })
      try await shop.stock(7, 5)
      try await shop.running(shop.runner()) { runner in
        let order = try await shop.buy(1)
        try await shop.until("asking in vain") { shop.count(CaptureRequested.type) == 1 }
        try await sandbox.start()
        try await shop.until("the capture") { try await shop.order(order).paid != nil }
        try await shop.settle(runner)
        #expect(try await kinds(sandbox, of: order) == ["authorised", "captured"])
        #expect(shop.count(CaptureFailed.type) == 0)
        try await checkBalance(sandbox, shop, [order])
        // Once more from its journal: what was done is known, and not done again.
        await sandbox.stop()
        try await sandbox.start()
        let again = PromiseRequest(
          orderID: order, attempt: 1, providerID: "sandbox_ok-\(order)-1", amount: Cents(1_200), key: "capture-1")
        #expect(try await sandbox.insist { try await $0.capture(again) } == .done(providerID: "sandbox_ok-\(order)-1"))
        #expect(try await kinds(sandbox, of: order) == ["authorised", "captured"])
      }
    }
  }

  @Test func `a callback that was not taken before the sandbox ended is delivered when it is back`() async throws {
    try await CallbackReceiver.with { receiver, url in
      try await RunningSandbox.with(callbacks: url) { sandbox in
        receiver.refuse(.max)
        let request = AuthorisationRequest(
          orderID: OrderID(1_000), attempt: 1, amount: Cents(1_200), currency: "EUR", method: .card, token: "sandbox_delayed")
        #expect(try await sandbox.payments.authorise(request) == .pending)
        await sandbox.stop()
        receiver.refuse(0)
        let shop = Shop()
        try await sandbox.start()
        try await shop.until("the callback") { sandbox.journalText.contains("\"delivered\"") }
        await sandbox.stop()
        // It has been taken: the next one is the only one.
        try await sandbox.start()
        let next = AuthorisationRequest(
          orderID: OrderID(1_001), attempt: 1, amount: Cents(1_200), currency: "EUR", method: .card, token: "sandbox_delayed")
        #expect(try await sandbox.insist { try await $0.authorise(next) } == .pending)
        try await shop.until("the next callback") { receiver.received.count > 1 }
        #expect(receiver.received == ["sandbox-1000-1-authorised", "sandbox-1001-1-authorised"])
      }
    }
  }

  @Test func `nobody there, another's secret and what cannot be read are errors, and nothing is done`() async throws {
    try await RunningSandbox.with { sandbox in
      let request = AuthorisationRequest(
        orderID: OrderID(1_000), attempt: 1, amount: Cents(1_200), currency: "EUR", method: .card, token: "sandbox_ok")
      let url = "http://127.0.0.1:\(sandbox.port)"
      await #expect(throws: HTTPPayments.UnexpectedStatus(status: 401)) {
        _ = try await HTTPPayments(url: url, secret: "another").authorise(request)
      }
      await #expect(throws: HTTPPayments.UnexpectedStatus(status: 401)) { _ = try await HTTPPayments(url: url).authorise(request) }
      await #expect(throws: HTTPPayments.UnexpectedStatus(status: 404)) {
        _ = try await HTTPPayments(url: url + "/nowhere", secret: RunningSandbox.secret).authorise(request)
      }
      await #expect(throws: (any Error).self) {
        _ = try await HTTPPayments(url: "http://127.0.0.1:1", timeout: .milliseconds(300)).authorise(request)
      }
      #expect(try await operations(sandbox)["count"]?.int64Value == 0)
      _ = try await sandbox.payments.authorise(request)
      _ = try await sandbox.payments.capture(
        PromiseRequest(orderID: OrderID(1_000), attempt: 1, providerID: "sandbox_ok-1000-1", amount: Cents(1_200), key: "capture-1"))
      let page = try await operations(sandbox, query: "?after=1&limit=1")
      #expect(page["operations"]?.arrayValue?.map { $0["number"]?.int64Value } == [2])
      #expect(page["operations"]?[0]?["amount"]?.stringValue == "12.00" && page["operations"]?[0]?["key"]?.stringValue == "capture-1")
      #expect(try await operations(sandbox, query: "?limit=0")["error"] != nil)
    }
  }

  @Test func `a line that a kill left half written is forgotten, all before it is known`() async throws {
    try await RunningSandbox.with { sandbox in
      let request = AuthorisationRequest(
        orderID: OrderID(1_000), attempt: 1, amount: Cents(1_200), currency: "EUR", method: .card, token: "sandbox_ok")
      _ = try await sandbox.payments.authorise(request)
      await sandbox.stop()
      try sandbox.appendToJournal(#"{"operations":[{"kind":"captured","or"#)
      try await sandbox.start()
      #expect(try await operations(sandbox)["count"]?.int64Value == 1)
      let back = PromiseRequest(orderID: OrderID(1_000), attempt: 1, providerID: "sandbox_ok-1000-1", amount: .zero, key: "void")
      _ = try await sandbox.insist { try await $0.void(back) }
      await sandbox.stop()
      try await sandbox.start()
      #expect(try await kinds(sandbox, of: OrderID(1_000)) == ["authorised", "voided"])
    }
  }
}

/// Ends the provider as soon as it has authorised.
private final class StoppingPayments: PaymentPort {
  let name = "sandbox"
  private let payments: HTTPPayments
  private let stop: @Sendable () async -> Void

  init(_ payments: HTTPPayments, stop: @escaping @Sendable () async -> Void) {
    self.payments = payments
    self.stop = stop
  }

  func authorise(_ request: AuthorisationRequest) async throws -> AuthorisationAnswer {
    let answer = try await payments.authorise(request)
    await stop()
    return answer
  }

  func capture(_ request: PromiseRequest) async throws -> PromiseAnswer { try await payments.capture(request) }
  func void(_ request: PromiseRequest) async throws -> PromiseAnswer { try await payments.void(request) }
  func refund(_ request: PromiseRequest) async throws -> PromiseAnswer { try await payments.refund(request) }
}
