import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import ProcessManagers
import Testing

@testable import APIGateway
@testable import Aggregates

/// The numbers of orders, tickets and deliveries.
@Suite struct NumberTests {
  @Test func `a thousand orders, tickets and deliveries at once all have numbers of their own`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let (log, executor) = (harness.log, harness.services.executor)
    let product = ProductFacts(
      productID: ProductID(1), name: "P", ref: "P", priceHT: Cents(100), vatRate: VATRate(rawValue: 20_000), stock: 9)
    let orders = try await UniqueValueTests.together(1_000) { number in
      let (basket, user) = (BasketID(Int64(number)), UserID(Int64(number)))
      _ = try await executor.execute(
        AddBasketItem(
          basketID: basket, userID: user, itemID: BasketItemID(Int64(number)), productID: ProductID(1), quantity: 1, product: product))
      return try await executor.execute(
        StartCheckout(
          basketID: basket, userID: user, orderID: OrderID(Int64(number)), orderNumber: OrderNumber.next(log),
          firstOrderItemID: OrderItemID(Int64(number)), orderItemIDCount: 1, billingAddressID: AddressID(1),
          ownAddressIDs: [AddressID(1)], paymentToken: "sandbox_ok", products: [ProductID(1): product], copiesPosition: .start)
      ).answer?.orderNumber
    }
    let tickets = try await UniqueValueTests.together(1_000) { number in
      try await executor.execute(
        OpenTicket(
          ticketID: TicketID(Int64(number)), ticketNumber: TicketNumber.next(harness.services), userID: UserID(1), subject: "S",
          description: "D")
      ).answer?.ticketNumber
    }
    let deliveries = try await UniqueValueTests.together(1_000) { number in
      let method = number % 2 == 0 ? DeliveryMethod.pickup : .standard
      return try await TrackingNumber.draw(method, from: log, at: .now()) { text in
        try await executor.execute(
          CreateDelivery(
            deliveryID: DeliveryID(Int64(number)), trackingNumber: text, orderID: OrderID(Int64(number)), userID: UserID(1),
            content: DeliveryContent(), needsAddress: false)
        ).answer?.trackingNumber
      }
    }
    for (numbers, form) in [
      (orders, "ORD-[0-9]{8}-[0-9]{4}"), (tickets, "TKT-[0-9A-F]{13}"),
      (deliveries, "DEL-([0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9A-Z]{6}|PICKUP-[0-9A-Z]{8})"),
    ] {
      let known = numbers.compactMap(\.self)
      #expect(Set(known).count == 1_000)
      let form = try Regex(form)
      for number in known { #expect(try form.wholeMatch(in: number) != nil, "\(number)") }
    }
  }

  /// Counters start at 1,000.
  private func count(_ order: Int64) -> Int64 { 999 + order }

  @Test func `a number that is taken is drawn again`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let (log, executor, token) = (harness.log, harness.services.executor, try await harness.token(1))
      let day = ParisDay(at: .now()).text()

      let ticket = TicketNumber.text(day: day, count: count(1), harness.services.emails)
      _ = try await executor.execute(
        OpenTicket(ticketID: TicketID(5), ticketNumber: ticket, userID: UserID(1), subject: "S", description: "D"))
      let opened = try await harness.send(.post, "/api/v1/sav/tickets", #"{"subject":"S","description":"D"}"#, token: token)
      #expect(opened.status == 201)
      #expect(
        try opened.json["data"]?["ticket_number"]?.stringValue == TicketNumber.text(day: day, count: count(2), harness.services.emails))

      let line = try ImportedOrderLine(
        orderItemID: .imported(1), productID: .imported(2), productName: "P", productRef: "R", quantity: 1, totalHT: Cents(500),
        discount: .zero, couponAmount: .zero)
      _ = try await executor.execute(
        ImportOrder(
          orderID: .imported(5), orderNumber: OrderNumber.text(day: day, number: 1), userID: UserID(9), reference: "5",
          billingAddressID: AddressID(1), lines: [line], totalDiscount: .zero, totalHT: Cents(500), totalTTC: Cents(500),
          couponAmount: .zero, occurredAt: Timestamp(microseconds: 1)))
      let item = try await harness.send(.post, "/api/v1/baskets/baskets/items", #"{"product_id":1,"quantity":1}"#, token: token)
      let basket = try #require(try item.json["data"]?["basket_id"]?.int64Value)
      let order = try await harness.send(
        .post, "/api/v1/orders/orders/create-from-basket",
        #"{"basket_id":\#(basket),"billing_address_id":1,"payment_token":"sandbox_ok"}"#, token: token, headers: ["Idempotency-Key": "k"])
      #expect(order.status == 201)
      #expect(try order.json["data"]?["order_number"]?.stringValue == OrderNumber.text(day: day, number: 2))

      func create(_ id: Int64, _ number: String) async throws -> String? {
        try await executor.execute(
          CreateDelivery(
            deliveryID: DeliveryID(id), trackingNumber: number, orderID: OrderID(id), userID: UserID(1), content: DeliveryContent(),
            needsAddress: false)
        ).answer?.trackingNumber
      }
      let now = Timestamp.now()
      let taken = TrackingNumber.text(.standard, on: ParisDay(at: now), count: 0)
      _ = try await create(8, taken)
      let drawn = try await TrackingNumber.draw(.standard, from: log, at: now) { try await create(9, $0) }
      #expect(drawn == TrackingNumber.text(.standard, on: ParisDay(at: now), count: 1))
    }
  }
}
