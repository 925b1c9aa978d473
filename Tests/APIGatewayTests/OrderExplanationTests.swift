import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway
@testable import Aggregates

@Suite struct OrderExplanationTests {
  private let user = UserID(1)
  private let basket = BasketID(1_000)
  private let order = OrderID(2_000)

  /// Sells two products with two codes, and changes everything afterwards.
  private func sell(_ harness: Harness) async throws {
    let executor = harness.services.executor
    func run(_ command: some Command) async throws { _ = try await executor.execute(command) }
    try await run(AddVATRate(id: VATRateID(1), row: VAT.Row(name: "TVA", rate: VATRate(rawValue: 10_000))))
    try await run(ChangeVATRate(id: VATRateID(1)) { $0.rate = VATRate(rawValue: 20_000) })
    try await run(AddProductType(id: ProductTypeID(1), row: ProductType.Row(name: "Laptop", vatID: VATRateID(1))))
    for (id, price) in [(7, 1_000), (8, 333)] {
      let details = Product.Details(
        name: "P\(id)", ref: "P\(id)", priceHT: Cents(Int64(price)),
        types: id == 7 ? [ProductTypeLink(id: LinkID(1), typeID: ProductTypeID(1))] : [])
      try await run(AddProduct(productID: ProductID(Int64(id)), details: details, stock: 9))
    }
    try await run(ChangeProduct(productID: ProductID(8)) { $0.priceHT = Cents(500) })
    for (id, code, kind, value) in [(1, "FIVE", DiscountKind.fixed, 500), (2, "TEN", .percentage, 1_000)] {
      let definition = PromoCodeDefinition(
        promoCodeID: PromoCodeID(Int64(id)), name: code, kind: kind, discount: Int64(value))
      try await run(AddPromoCode(code: code, definition: definition))
    }
    for (id, price, item) in [(7, 1_000, 1), (8, 500, 2)] {
      try await run(
        AddBasketItem(
          basketID: basket, userID: user, itemID: BasketItemID(Int64(item)), productID: ProductID(Int64(id)), quantity: 2,
          product: facts(id, price)))
    }
    for (link, code) in [(1, "FIVE"), (2, "TEN")] {
      try await run(ApplyPromoCode(basketID: basket, userID: user, linkID: LinkID(Int64(link)), code: code))
    }
    let seen = try await harness.log.head()
    try await run(
      StartCheckout(
        basketID: basket, userID: user, orderID: order, orderNumber: "ORD-1", firstOrderItemID: OrderItemID(1), orderItemIDCount: 2,
        billingAddressID: AddressID(1), ownAddressIDs: [AddressID(1)], paymentToken: "sandbox_ok",
        products: [ProductID(7): facts(7, 1_000), ProductID(8): facts(8, 500)], copiesPosition: seen))
    try await run(PlaceOrder(basketID: basket, attempt: 1))
    try await run(ChangeProduct(productID: ProductID(8)) { $0.priceHT = Cents(1) })
    try await run(ChangeVATRate(id: VATRateID(1)) { $0.rate = VATRate(rawValue: 0) })
  }

  private func facts(_ id: Int, _ price: Int) -> ProductFacts {
    ProductFacts(
      productID: ProductID(Int64(id)), name: "P\(id)", ref: "P\(id)", priceHT: Cents(Int64(price)), vatRate: VATRate(rawValue: 20_000),
      stock: 9)
  }

  private func types(_ value: JSONValue?) -> [String] {
    (value?["decided_by"]?.arrayValue ?? []).map { "\($0["type"]!.stringValue!) \($0["stream"]!.stringValue!)" }
  }

  @Test func `each cent of an order has the events that decided it, whatever changed since`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    try await sell(harness)
    let answer = try await harness.send(.get, "/api/v1/orders/orders/2000/explain", token: harness.token(1))
    #expect(answer.status == 200)
    let data = try #require(try answer.json["data"])
    let route = try #require(APIGateway.groups.flatMap(\.routes).first { $0.operation == "explainOrder" })
    #expect(SchemaCheck(components: route.output!.components).faults(try answer.json, route.output!.json) == [])

    #expect(types(data) == ["CheckoutStarted basket-1000", "OrderPlaced order-2000"])
    let lines = try #require(data["lines"]?.arrayValue)
    #expect(types(lines[0]["unit_price_ht"]) == ["ProductAdded product-7"])
    #expect(types(lines[1]["unit_price_ht"]) == ["PriceChanged product-8"])
    #expect(lines[1]["unit_price_ht"]?["value"]?.stringValue == "5.00")
    #expect(types(lines[0]["vat_rate"]) == ["ProductAdded product-7", "ProductTypeAdded producttype-1", "VATRateChanged vat-1"])
    #expect(types(lines[1]["vat_rate"]) == [])
    #expect(lines[0]["vat_rate"]?["value"]?.stringValue == "20.00")

    // Ten percent come first, and five euros of what they leave: 20.00 and 10.00 become 18.00 and 9.00, then 14.67 and 7.33.
    func shares(_ line: JSONValue) -> [String] {
      line["discounts"]!.arrayValue!.map { "\($0["code"]!.stringValue!) \($0["amount"]!.stringValue!)" }
    }
    #expect(shares(lines[0]) == ["FIVE 3.33", "TEN 2.00"])
    #expect(shares(lines[1]) == ["FIVE 1.67", "TEN 1.00"])
    #expect(data["codes"]?.arrayValue?.map(types) == ["FIVE", "TEN"].map { ["PromoCodeAdded promo-\($0)", "PromoClaimed promo-\($0)"] })
    #expect(data["total_discount"]?.stringValue == "8.00")
    #expect(data["total_amount_ttc"]?.stringValue == "26.40")
  }

  @Test func `an order is explained to its owner and to administrators alone`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    try await sell(harness)
    let path = "/api/v1/orders/orders/2000/explain"
    #expect(try await harness.send(.get, path).status == 401)
    #expect(try await harness.send(.get, path, token: harness.token(2)).status == 404)
    #expect(try await harness.send(.get, path, token: harness.token(2, .support)).status == 404)
    #expect(try await harness.send(.get, path, token: harness.token(2, .admin)).status == 200)
    #expect(try await harness.send(.get, "/api/v1/orders/orders/9/explain", token: harness.token(2, .admin)).status == 404)
  }

  @Test func `an imported order's amounts are its source's`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let id = OrderID.imported(5)
    let line = try ImportedOrderLine(
      orderItemID: .imported(1), productID: .imported(2), productName: "P", productRef: "R", quantity: 2, totalHT: Cents(500),
      discount: Cents(100), couponAmount: .zero)
    _ = try await harness.services.executor.execute(
      ImportOrder(
        orderID: id, orderNumber: "CJ-5", userID: user, reference: "5", billingAddressID: AddressID(1), lines: [line],
        totalDiscount: Cents(100), totalHT: Cents(400), totalTTC: Cents(400), couponAmount: .zero,
        occurredAt: Timestamp(microseconds: 1)))
    let answer = try await harness.send(.get, "/api/v1/orders/orders/\(id)/explain", token: harness.token(1))
    #expect(answer.status == 200)
    #expect(types(try answer.json["data"]?["lines"]?[0]?["unit_price_ht"]) == ["OrderImported order-\(id)"])
  }
}
