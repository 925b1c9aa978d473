import EventSourcing
import EventStore
import ProcessManagers
import Testing

@testable import Aggregates

/// Somebody who buys.
struct Buyer: Sendable {
  var id: UserID
  var addressID: AddressID
  var basketID: BasketID
}

/// What a buyer wants, how he pays.
struct Wish: Sendable {
  var lines: [(product: ProductID, quantity: Int64)]
  var codes: [String] = []
  var token = "sandbox_ok"
}

extension Shop {
  // MARK: Goods and codes

  /// Puts products on sale, each with so many pieces; without VAT, at 10.00.
  func products(_ stock: Int64...) async throws -> [ProductID] {
    let first = try await one.log.nextIDs("product", count: stock.count)
    var ids: [ProductID] = []
    for (index, quantity) in stock.enumerated() {
      let id = ProductID(first + Int64(index))
      try await one.send(
        AddProduct(productID: id, details: Product.Details(name: "Product \(id)", ref: "P-\(id)", priceHT: Cents(1_000)), stock: quantity))
      ids.append(id)
    }
    return ids
  }

  /// Adds a code for a tenth off, unless said otherwise.
  func code(_ code: String, hundredths: Int64 = 1_000, maxUsage: Int64? = nil, maxUsagePerUser: Int64? = nil) async throws {
    let id = PromoCodeID(try await one.log.nextIDs("promo_code", count: 1))
    try await one.send(
      AddPromoCode(
        code: code,
        definition: PromoCodeDefinition(
          promoCodeID: id, name: code, kind: .percentage, discount: hundredths, maxUsage: maxUsage, maxUsagePerUser: maxUsagePerUser)))
  }

  /// What the copies show, far behind: always more stock than there is, so that only the stock streams decide.
  func facts(_ product: ProductID) -> ProductFacts {
    ProductFacts(
      productID: product, name: "Product \(product)", ref: "P-\(product)", priceHT: Cents(1_000), vatRate: VATRate(rawValue: 0),
      stock: 1_000_000)
  }

  // MARK: Buyers

  /// Registers buyers, each with an address and a filled basket.
  func buyers(_ count: Int, _ wish: @escaping @Sendable (Int) -> Wish) async throws -> [Buyer] {
    let country = CountryID(3)
    let row = Country.defaultRows.first { $0.id == country }!.row
    try await one.send(SeedCountry(id: country, row: row))
    let users = try await one.log.nextIDs("user", count: count)
    let addresses = try await one.log.nextIDs("address", count: count)
    let baskets = try await one.log.nextIDs("basket", count: count)
    let buyers = (0..<Int64(count)).map { index in
      Buyer(id: UserID(users + index), addressID: AddressID(addresses + index), basketID: BasketID(baskets + index))
    }
    try await together(count) { index in
      let buyer = buyers[index]
      let process = self.process(index)
      try await process.send(
        RegisterUser(
          userID: buyer.id, email: "buyer-\(buyer.id)@example.com", firstname: "Ada", lastname: "Buyer \(buyer.id)",
          passwordHash: "not a hash", emailClaim: "email:\(buyer.id)"))
      let content = AddressContent(
        firstName: "Ada", lastName: "Buyer \(buyer.id)", addressLine1: "1 rue de la Paix", city: "Paris", postalCode: "75002",
        countryID: country)
      try await process.send(AddAddress(userID: buyer.id, addressID: buyer.addressID, content: content))
      try await self.fill(buyer.basketID, of: buyer, with: wish(index), by: process)
    }.check()
    return buyers
  }

  /// Fills a basket, which is opened with its first line.
  func fill(_ basket: BasketID, of buyer: Buyer, with wish: Wish, by process: ShopProcess) async throws {
    for line in wish.lines {
      let item = BasketItemID(try await process.log.nextIDs("basket_item", count: 1))
      try await process.send(
        AddBasketItem(
          basketID: basket, userID: buyer.id, itemID: item, productID: line.product, quantity: line.quantity, product: facts(line.product)))
    }
    for code in wish.codes {
      let link = LinkID(try await process.log.nextIDs("basket_promo_code", count: 1))
      try await process.send(ApplyPromoCode(basketID: basket, userID: buyer.id, linkID: link, code: code))
    }
  }

  /// Another basket for a buyer.
  func another(_ buyer: Buyer, with wish: Wish) async throws -> Buyer {
    var buyer = buyer
    buyer.basketID = BasketID(try await one.log.nextIDs("basket", count: 1))
    try await fill(buyer.basketID, of: buyer, with: wish, by: one)
    return buyer
  }

  // MARK: Checkout

  /// A checkout as the route prepares it: ids and number drawn, products read.
  func prepare(
    _ buyer: Buyer, _ wish: Wish, by process: ShopProcess, number: String? = nil
  ) async throws -> StartCheckout {
    let order = OrderID(try await process.log.nextIDs("order", count: 1))
    let items = OrderItemID(try await process.log.nextIDs("order_item", count: wish.lines.count))
    let drawn = try await process.log.nextIDs("order-number-20260101", count: 1) - 999
    let products = wish.lines.map { ($0.product, facts($0.product)) }
    return StartCheckout(
      basketID: buyer.basketID, userID: buyer.id, orderID: order, orderNumber: number ?? "ORD-20260101-\(10_000 + drawn)",
      firstOrderItemID: items, orderItemIDCount: wish.lines.count, billingAddressID: buyer.addressID, ownAddressIDs: [buyer.addressID],
      paymentToken: wish.token, products: Dictionary(products) { $1 }, copiesPosition: .start)
  }

  /// Starts a checkout and, as the route does, places the order at once.
  @discardableResult
  func checkOut(
    _ buyer: Buyer, _ wish: Wish, by process: ShopProcess, id: CommandID = CommandID()
  ) async throws -> StartCheckout.Answer {
    let answer = try await process.send(prepare(buyer, wish, by: process), id: id)
    _ = try? await process.checkout.place(basketID: answer.basketID, attempt: answer.attempt)
    return answer
  }

  /// All buyers check out at the same moment, by both processes in turn.
  func checkOutTogether(
    _ buyers: [Buyer], _ wish: @escaping @Sendable (Int) -> Wish
  ) async -> [Result<StartCheckout.Answer, any Error>] {
    await together(buyers.count) { index in
      try await self.checkOut(buyers[index], wish(index), by: self.process(index))
    }
  }
}
