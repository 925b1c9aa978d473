import EventSourcing
import EventStore

@testable import Aggregates

extension RandomShop {
  // MARK: Baskets

  static let basketSteps: [Step] = [
    { shop in
      let id = DiscountTypeID(shop.freshID())
      let row = DiscountType.Row(name: shop.name("Rebate"), symbol: shop.any(["%", "€", "SHIP"])!)
      if try await shop.send(AddDiscountType(id: id, row: row)) != nil { shop.discountTypes.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.discountTypes) else { return }
      try await shop.send(ChangeDiscountType(id: id, row: DiscountType.Row(name: shop.name("Rebate"), symbol: "%")))
    },
    { shop in
      guard let id = shop.any(shop.discountTypes), !shop.codes.values.contains(where: { $0.typeID == id }) else { return }
      if try await shop.send(RemoveDiscountType(id: id, usedBy: 0)) != nil { shop.discountTypes.removeAll { $0 == id } }
    },
    { shop in
      let id = shop.freshID()
      let definition = shop.definition(PromoCodeID(id))
      if try await shop.send(AddPromoCode(code: "CODE\(id)", definition: definition)) != nil { shop.codes["CODE\(id)"] = definition }
    },
    { shop in
      guard let (code, old) = shop.any(shop.codes) else { return }
      let definition = shop.definition(old.promoCodeID)
      if try await shop.send(ChangePromoCode(code: code, definition: definition)) != nil { shop.codes[code] = definition }
    },
    { shop in
      guard shop.codes.count > 3, let (code, _) = shop.any(shop.codes) else { return }
      if try await shop.send(DeletePromoCode(code: code)) != nil { shop.codes[code] = nil }
    },
    { shop in
      guard shop.chance(30), let (code, _) = shop.any(shop.codes), let user = shop.any(shop.users) else { return }
      try await shop.send(ImportPromoUse(code: code, userID: user, usedAt: Timestamp(microseconds: 1_500_000_000_000_000)))
    },
    addItem, addItem, addItem,
    { shop in
      guard let (id, basket) = shop.any(shop.baskets), let item = shop.any(basket.items) else { return }
      try await shop.send(
        ChangeBasketItemQuantity(basketID: id, userID: basket.user, itemID: item, quantity: shop.number(1...9), stock: 1_000))
    },
    { shop in
      guard let (id, basket) = shop.any(shop.baskets), let item = shop.any(basket.items) else { return }
      if try await shop.send(RemoveBasketItem(basketID: id, userID: basket.user, itemID: item)) != nil {
        shop.baskets[id]!.items.removeAll { $0 == item }
      }
    },
    { shop in
      if let (id, basket) = shop.any(shop.baskets) { try await applyCode(to: id, of: basket.user, shop) }
    },
    { shop in
      guard let (id, basket) = shop.any(shop.baskets.filter { !$0.value.links.isEmpty }) else { return }
      try await shop.send(TakeOffPromoCode(basketID: id, userID: basket.user, linkID: shop.any(basket.links)!))
    },
    { shop in
      guard shop.chance(60), let (id, basket) = shop.any(shop.baskets) else { return }
      if try await shop.send(ClearBasket(basketID: id, userID: basket.user)) != nil { shop.baskets[id] = OpenBasket(user: basket.user) }
    },
    { shop in
      guard shop.chance(30), let (id, _) = shop.any(shop.baskets) else { return }
      if try await shop.send(DeleteBasket(basketID: id)) != nil { shop.baskets[id] = nil }
    },
  ]

  private func definition(_ id: PromoCodeID) -> PromoCodeDefinition {
    PromoCodeDefinition(
      promoCodeID: id, name: name("Offer"), kind: chance(50) ? .percentage : .fixed, discount: number(1...2_000),
      typeID: any(discountTypes),
      validUntil: chance(30) ? Timestamp(microseconds: 1_900_000_000_000_000) : nil,
      maxDiscount: chance(30) ? Cents(number(1...5_000)) : nil, maxUsage: chance(30) ? number(1...5) : nil,
      productIDs: chance(30) ? [any(products)?.key].compactMap { $0 } : [])
  }

  private static func addItem(_ shop: RandomShop) async throws {
    guard let user = shop.any(shop.users), let (product, _) = shop.any(shop.products) else { return }
    let own = shop.baskets.filter { $0.value.user == user }.keys.min()
    let id = own ?? BasketID(shop.freshID())
    let answer = try await shop.send(
      AddBasketItem(
        basketID: id, userID: user, itemID: BasketItemID(shop.freshID()), productID: product, quantity: shop.number(1...4),
        product: shop.facts(product)))
    guard let row = answer?.rowID.map({ BasketItemID($0) }) else { return }
    if shop.baskets[id]?.items.contains(row) != true { shop.baskets[id, default: OpenBasket(user: user)].items.append(row) }
  }

  private static func applyCode(to basket: BasketID, of user: UserID, _ shop: RandomShop) async throws {
    guard let (code, _) = shop.any(shop.codes) else { return }
    let link = LinkID(shop.freshID())
    if try await shop.send(ApplyPromoCode(basketID: basket, userID: user, linkID: link, code: code)) != nil {
      shop.baskets[basket]!.links.append(link)
    }
  }

  private func facts(_ id: ProductID) -> ProductFacts? {
    products[id].map {
      ProductFacts(
        productID: id, name: $0.name, ref: $0.ref, priceHT: $0.priceHT, vatRate: VATRate(rawValue: 20_000), stock: 1_000,
        withdrawalExclusion: id.rawValue % 3 == 0 ? .perishable : nil)
    }
  }

  // MARK: Orders

  static let orderSteps: [Step] = [
    { shop in
      guard shop.statuses.count < 4 else { return }
      let id = OrderStatusID(shop.freshID())
      if try await shop.send(AddOrderStatus(id: id, row: OrderStatus.Row(name: shop.name("Status")))) != nil { shop.statuses.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.statuses) else { return }
      try await shop.send(ChangeOrderStatus(id: id, row: OrderStatus.Row(name: shop.name("Status"), description: "d")))
    },
    { shop in
      guard shop.chance(30), let id = shop.any(shop.statuses) else { return }
      if try await shop.send(RemoveOrderStatus(id: id, usedBy: 0)) != nil { shop.statuses.removeAll { $0 == id } }
    },
    { shop in try await shop.importOrder() },
    checkOut, checkOut, checkOut, checkOut, failSale, cancelSale, sell, sell, sell, sell, deviate, deviate, deviate,
  ]

  private func importOrder() async throws {
    guard let user = any(users), let (address, _) = any(addresses) else { return }
    let id = OrderID.imported(freshID())
    let lines = try (0..<number(1...6)).compactMap { _ -> ImportedOrderLine? in
      guard let (product, details) = any(products) else { return nil }
      return try ImportedOrderLine(
        orderItemID: .imported(freshID()), productID: product, productName: details.name, productRef: details.ref,
        quantity: number(0...3), totalHT: Cents(number(0...5_000)), discount: .zero, couponAmount: .zero)
    }
    let total = try Cents.sum(lines.map(\.totalHT))
    try await send(
      ImportOrder(
        orderID: id, orderNumber: "CJ-\(id)", userID: user, reference: "\(id)", billingAddressID: address, lines: lines,
        totalDiscount: .zero, totalHT: total, totalTTC: total, couponAmount: .zero,
        occurredAt: Timestamp(microseconds: number(1...1_000_000) * 1_000_000)))
  }

  /// Freezes a basket and mostly places the order, as the route does.
  private static func checkOut(_ shop: RandomShop) async throws {
    guard let (id, basket) = shop.any(shop.baskets.filter { !$0.value.items.isEmpty }),
      let (address, _) = shop.any(shop.addresses)
    else { return }
    if shop.chance(50) { try await applyCode(to: id, of: basket.user, shop) }
    let facts = shop.products.keys.compactMap { shop.facts($0) }
    let answer = try await shop.send(
      StartCheckout(
        basketID: id, userID: basket.user, orderID: OrderID(shop.freshID()), orderNumber: "ORD-\(shop.freshID())",
        firstOrderItemID: OrderItemID(shop.freshID() * 1_000), orderItemIDCount: 100, billingAddressID: address,
        ownAddressIDs: [address], paymentMethod: shop.chance(70) ? .card : .transfer, paymentToken: "sandbox_ok",
        notes: shop.chance(30) ? shop.name("leave it") : nil,
        products: Dictionary(facts.map { ($0.productID, $0) }) { $1 }, copiesPosition: .start))
    guard let answer else { return }
    shop.baskets[id] = nil
    shop.checkouts.append(
      StartedCheckout(basket: id, user: basket.user, attempt: answer.attempt, order: answer.orderID))
    if try await shop.send(PlaceOrder(basketID: id, attempt: answer.attempt)) != nil { shop.orders.append(answer.orderID) }
  }

  /// Takes an order some steps of its usual way.
  private static func sell(_ shop: RandomShop) async throws {
    guard let order = shop.any(shop.orders.suffix(6)) else { return }
    let way: [Step] = [
      { try await $0.send(ConfirmStock(orderID: order, paymentID: PaymentID($0.freshID()), provider: "sandbox")) },
      { if $0.chance(30) { try await $0.send(RequirePaymentAction(orderID: order)) } },
      {
        if order.rawValue.isMultiple(of: 2) { try await $0.report(.authorised(providerID: "p\(order)", expiresAt: nil), of: order) }
        try await $0.send(AuthorisePayment(orderID: order, providerID: "p\(order)"))
      },
      { try await $0.capture(order) },
      { try await $0.send(AdvanceOrder(orderID: order, step: .processing)) },
      { try await $0.send(AdvanceOrder(orderID: order, step: .shipped)) },
      { try await $0.send(AdvanceOrder(orderID: order, step: .delivered)) },
      { try await $0.refund(order) },
    ]
    for step in way.prefix(Int(shop.number(1...Int64(way.count)))) { try await step(shop) }
    if shop.chance(50) { try await deviate(order, shop) }
  }

  /// A payment is refused.
  private static func failSale(_ shop: RandomShop) async throws {
    guard let order = shop.any(shop.checkouts.suffix(6))?.order else { return }
    try await shop.send(ConfirmStock(orderID: order, paymentID: PaymentID(shop.freshID()), provider: "sandbox"))
    if try await shop.send(FailPayment(orderID: order, reason: "refused")) != nil { try await shop.giveBack(of: order) }
  }

  /// An order is cancelled while its payment is promised: everything is given back.
  private static func cancelSale(_ shop: RandomShop) async throws {
    guard let order = shop.any(shop.checkouts.suffix(6))?.order else { return }
    try await shop.send(ConfirmStock(orderID: order, paymentID: PaymentID(shop.freshID()), provider: "sandbox"))
    try await shop.send(AuthorisePayment(orderID: order, providerID: "p\(order)"))
    try await shop.send(CancelOrder(orderID: order, canceller: .administrator(nil, returnOpen: false), comment: shop.name("why")))
    try await shop.settle(order)
    try await shop.send(CompleteVoid(orderID: order))
    try await shop.giveBack(of: order)
  }

  /// What may befall any order at any time.
  private static func deviate(_ shop: RandomShop) async throws {
    if let order = shop.any(shop.orders) { try await deviate(order, shop) }
    if let order = shop.any(shop.checkouts)?.order { try await shop.giveBack(of: order) }
  }

  private static func deviate(_ order: OrderID, _ shop: RandomShop) async throws {
    switch shop.number(0...10) {
    case 0: try await shop.send(RejectStock(orderID: order))
    case 1: try await shop.send(ExpireOrder(orderID: order))
    case 2: try await shop.send(FailPayment(orderID: order, reason: "refused"))
    case 3: try await shop.send(FailCapture(orderID: order, captureTry: 1, reason: "refused", captureTries: 1))
    case 4: try await shop.send(CancelOrder(orderID: order, canceller: .administrator(nil, returnOpen: true), comment: shop.name("why")))
    case 5:
      try await shop.settle(order)
      try await shop.send(CompleteVoid(orderID: order))
    case 6: try await shop.send(NoteOrder(orderID: order, notes: shop.chance(70) ? shop.name("note") : nil))
    case 7: try await shop.send(DeleteOrder(orderID: order))
    case 8:
      guard let (product, _) = shop.any(shop.products) else { return }
      try await shop.send(RecordOrderReturn(orderID: order, items: [StockItem(productID: product, quantity: 1)]))
    case 9: try await shop.settle(order)
    default: try await shop.refund(order)
    }
  }

  /// The provider tells by itself.
  private func report(_ report: PaymentReport, of order: OrderID) async throws {
    guard let event = try await log.readStream(Payment.stream(order), after: .none, limit: 1).first,
      case .paymentRequested(let requested) = try PaymentEvent.decoder.decode(event)
    else { return }
    try await send(
      ReportPayment(
        orderID: order, attempt: requested.attempt, report: report, reportID: "r\(freshID())", body: "{}",
        refundID: RefundID(freshID())))
  }

  private func capture(_ order: OrderID) async throws {
    guard let first = try await log.readStream(Order.stream(order), after: .none, limit: 1).first,
      case .orderPlaced(let placed) = try OrderEvent.decoder.decode(first)
    else { return }
    try await send(
      CompleteCapture(orderID: order, amount: placed.totals.totalTTC, providerID: "c\(order)", refundID: RefundID(freshID())))
    // Delivered and come back, now and then.
    guard chance(30), let line = any(placed.lines) else { return }
    for step in AdvanceOrder.Step.allCases { try await send(AdvanceOrder(orderID: order, step: step)) }
    try await send(RecordOrderReturn(orderID: order, items: [StockItem(productID: line.productID, quantity: line.quantity)]))
  }

  private func refund(_ order: OrderID) async throws {
    let id = RefundID(freshID())
    if try await send(RequestRefund(orderID: order, refundID: id, amount: Cents(number(1...500)), reason: "goodwill")) != nil {
      refunds[id] = order
    }
    guard let (some, its) = any(refunds) else { return }
    if chance(50) {
      try await send(SettleRefund(orderID: its, refundID: some))
    } else {
      try await send(FailRefund(orderID: its, refundID: some, reason: "refused"))
    }
  }

  private func settle(_ order: OrderID) async throws {
    let id = RefundID(freshID())
    if try await send(SettleCancelledPayment(orderID: order, refundID: id, reason: .administrator)) != nil { refunds[id] = order }
  }

  /// A cancelled order's lines and codes go back to the basket they came from, or to the one opened since.
  private func giveBack(of order: OrderID) async throws {
    guard let index = checkouts.firstIndex(where: { $0.order == order }) else { return }
    let checkout = checkouts[index]
    let events = try await log.readStream(Order.stream(checkout.order), after: .none, limit: 100)
    guard events.contains(where: { $0.type == OrderCancelled.type.name }) else { return }
    checkouts.remove(at: index)
    try await send(ReleasePromoCodes(orderID: checkout.order, basketID: checkout.basket, codes: codes.keys.sorted()))
    let open = baskets.filter { $0.value.user == checkout.user }.keys.min()
    let restored = try await send(
      RestoreBasket(basketID: checkout.basket, orderID: checkout.order, reason: .administrator, into: open))
    if restored != nil, open == nil { baskets[checkout.basket] = OpenBasket(user: checkout.user) }
  }
}
