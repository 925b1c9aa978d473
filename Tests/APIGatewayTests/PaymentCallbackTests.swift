import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import ProcessManagers
import Testing

@testable import APIGateway

/// Where the payment provider calls back.
@Suite struct PaymentCallbackTests {
  private static let path = "/api/v1/orders/payments/callback"
  private static let signature = WebhookSignature(secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")!
  private static let order = OrderID(2_000)
  private static let authorised = #"{"type":"payment.authorised","order_id":2000,"attempt":1,"provider_id":"p","amount":"12.00"}"#
  private static let captured = #"{"type":"payment.captured","order_id":2000,"attempt":1,"provider_id":"p","amount":"12.00"}"#

  /// A gateway over an order whose payment has been asked for.
  private func harness(adapt: (inout GatewayConfiguration) -> Void = { _ in }) async throws -> Harness {
    let harness = try await Harness(groups: APIGateway.groups) {
      $0.paymentWebhook = Self.signature
      adapt(&$0)
    }
    let executor = harness.services.executor
    let product = ProductFacts(
      productID: ProductID(7), name: "P", ref: "P7", priceHT: Cents(1_000), vatRate: VATRate(rawValue: 20_000), stock: 9)
    _ = try await executor.execute(
      AddBasketItem(
        basketID: BasketID(1), userID: UserID(1), itemID: BasketItemID(1), productID: ProductID(7), quantity: 1, product: product))
    _ = try await executor.execute(
      StartCheckout(
        basketID: BasketID(1), userID: UserID(1), orderID: Self.order, orderNumber: "ORD-1", firstOrderItemID: OrderItemID(1),
        orderItemIDCount: 1, billingAddressID: AddressID(1), ownAddressIDs: [AddressID(1)], paymentToken: "sandbox_delayed",
        products: [ProductID(7): product], copiesPosition: .start))
    _ = try await executor.execute(PlaceOrder(basketID: BasketID(1), attempt: 1))
    _ = try await executor.execute(ConfirmStock(orderID: Self.order, paymentID: PaymentID(1), provider: "sandbox"))
    return harness
  }

  private func call(
    _ harness: Harness, _ body: String, id: String, age: Int64 = 0, signedBy signer: WebhookSignature = signature
  ) async throws -> Answer {
    let seconds = Timestamp.now().rawValue / 1_000_000 - age
    return try await harness.send(
      .post, Self.path, body,
      headers: [
        "webhook-id": id, "webhook-timestamp": String(seconds),
        "webhook-signature": "v1,AAAA \(signer.sign(id: id, timestamp: seconds, body: Array(body.utf8)))",
      ])
  }

  private func events(_ harness: Harness) -> [String] { harness.log.events.map(\.type) }

  private func order(_ harness: Harness) async throws -> Order.State {
    var state = Order.initialState
    for event in harness.log.events where event.stream == Order.stream(Self.order) {
      Order.evolve(&state, try OrderEvent.decoder.decode(event, keys: [:]))
    }
    return state
  }

  @Test func `an authorisation confirms the order, once, however often it is delivered`() async throws {
    let harness = try await harness()
    for _ in 0..<3 { #expect(try await call(harness, Self.authorised, id: "m1").status == 204) }
    #expect(try await order(harness).status == .confirmed)
    #expect(events(harness).count { $0 == PaymentReportReceived.type.name } == 1)
    #expect(events(harness).count { $0 == CaptureRequested.type.name } == 1)
  }

  @Test func `a capture before its authorisation is taken as it comes`() async throws {
    let harness = try await harness()
    #expect(try await call(harness, Self.captured, id: "m1").status == 204)
    #expect(try await call(harness, Self.authorised, id: "m2").status == 204)
    #expect(try await order(harness).paid == Cents(1_200))
    #expect(events(harness).count { $0 == CaptureRequested.type.name } == 0)
    #expect(try await call(harness, #"{"type":"payment.refused","order_id":2000,"attempt":1,"reason":"late"}"#, id: "m3").status == 204)
    #expect(try await order(harness).status == .confirmed)
  }

  @Test func `what is not signed with the secret, or not fresh, is not taken`() async throws {
    let harness = try await harness()
    let before = harness.log.events.count
    let other = WebhookSignature(secret: "whsec_MTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")!
    #expect(try await harness.send(.post, Self.path, Self.authorised).status == 401)
    #expect(try await call(harness, Self.authorised, id: "m1", signedBy: other).status == 401)
    #expect(try await call(harness, Self.authorised, id: "m1", age: 400).status == 401)
    #expect(try await call(harness, Self.authorised, id: "m1", age: -400).status == 401)
    #expect(harness.log.events.count == before)
    let deaf = try await self.harness { $0.paymentWebhook = nil }
    #expect(try await call(deaf, Self.authorised, id: "m1").status == 401)
  }

  @Test(arguments: [
    (#"{"type":"payment.authorised","order_id":2001,"attempt":1,"provider_id":"p"}"#, 404),
    (#"{"type":"payment.authorised","order_id":2000,"attempt":2,"provider_id":"p"}"#, 404),
    (#"{"type":"payment.authorised","order_id":2000,"attempt":1}"#, 422),
    (#"{"type":"payment.captured","order_id":2000,"attempt":1,"provider_id":"p"}"#, 422),
    (#"{"type":"payment.captured","order_id":2000,"attempt":1,"amount":"12.00"}"#, 422),
    (#"{"type":"payment.captured","order_id":2000,"attempt":1,"provider_id":"p","amount":"0.00"}"#, 422),
    (#"{"type":"payment.captured","order_id":2000,"attempt":1,"provider_id":"p","amount":"-1.00"}"#, 422),
    (#"{"type":"payment.refunded","order_id":2000,"attempt":1}"#, 422),
    (#"{"type":"payment.refund_failed","order_id":2000,"attempt":1,"refund_id":3}"#, 422),
    (#"{"type":"payment.refused","order_id":2000,"attempt":1}"#, 422),
    (#"{"type":"payment.invented","order_id":2000,"attempt":1}"#, 422),
    (#"{"type":"payment.refused","order_id":2000,"attempt":0,"reason":"no"}"#, 422),
    (#"{"type":"payment.refunded","order_id":2000,"attempt":1,"refund_id":3}"#, 204),
  ]) func `what a message lacks or names in vain is told`(body: String, status: Int) async throws {
    let harness = try await harness()
    #expect(try await call(harness, body, id: "m1").status == status)
  }

  @Test func `signed messages are not limited, others are as anybody without a token`() async throws {
    let harness = try await harness { $0.anonymousLimit = RateLimit("anonymous", quota: 2, windowSeconds: 60) }
    for number in 0..<6 { #expect(try await call(harness, Self.authorised, id: "m\(number)").status == 204) }
    for _ in 0..<2 { #expect(try await harness.send(.post, Self.path, Self.authorised).status == 401) }
    #expect(try await harness.send(.post, Self.path, Self.authorised).status == 429)
    #expect(try await call(harness, Self.authorised, id: "m9").status == 204)
  }
}
