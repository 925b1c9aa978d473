import EventSourcing
import EventStoreTesting

@testable import Aggregates

/// Examples of what baskets and orders are made of.
enum Sales {
  static let user = UserID(1)
  static let basket = BasketID(1_000)
  static let order = OrderID(2_000)

  static func product(
    _ id: Int64 = 7, price: Int64 = 1_000, stock: Int64 = 100, rate: Int64 = 20_000, isDeleted: Bool = false
  ) -> ProductFacts {
    ProductFacts(
      productID: ProductID(id), name: "Product \(id)", ref: "P\(id)", priceHT: Cents(price), vatRate: VATRate(rawValue: rate),
      stock: stock, isDeleted: isDeleted)
  }

  static func add(
    _ product: ProductFacts, _ quantity: Int64 = 1, item: Int64 = 1, basket: BasketID = basket, user: UserID = user
  ) -> AddBasketItem {
    AddBasketItem(
      basketID: basket, userID: user, itemID: BasketItemID(item), productID: product.productID, quantity: quantity, product: product)
  }

  static func definition(
    _ id: Int64 = 1, _ kind: DiscountKind = .percentage, _ discount: Int64 = 1_000, change: (inout PromoCodeDefinition) -> Void = { _ in }
  ) -> PromoCodeDefinition {
    var definition = PromoCodeDefinition(promoCodeID: PromoCodeID(id), name: "A code", kind: kind, discount: discount)
    change(&definition)
    return definition
  }

  static func apply(_ code: String, link: Int64 = 1, basket: BasketID = basket, user: UserID = user) -> ApplyPromoCode {
    ApplyPromoCode(basketID: basket, userID: user, linkID: LinkID(link), code: code)
  }

  static func start(
    _ products: [ProductFacts], order: OrderID = order, basket: BasketID = basket, user: UserID = user,
    change: (inout StartCheckout) -> Void = { _ in }
  ) -> StartCheckout {
    var start = StartCheckout(
      basketID: basket, userID: user, orderID: order, orderNumber: "ORD-20260101-\(order)", firstOrderItemID: OrderItemID(3_000),
      orderItemIDCount: 10, billingAddressID: AddressID(1), ownAddressIDs: [AddressID(1)], paymentToken: "sandbox_ok",
      products: Dictionary(products.map { ($0.productID, $0) }) { $1 }, copiesPosition: Position(5))
    change(&start)
    return start
  }
}
