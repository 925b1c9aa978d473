import EventSourcing
import EventStoreTesting

@testable import Aggregates

/// A shop with some products on the shelf, for the tests of stock and reservations.
struct Shop {
  var scenario: Scenario

  /// - Parameter stock: pieces on hand of products 1, 2, ….
  init(stock: Int64..., now: Timestamp = InMemoryEventLog.defaultStart) async throws {
    scenario = Scenario(now: now)
    for (index, quantity) in stock.enumerated() {
      let id = ProductID(Int64(index + 1))
      _ = try await scenario.given(
        AddProduct(productID: id, details: .init(name: "Product \(id)", ref: "P\(id)", priceHT: Cents(100)), stock: quantity))
    }
  }

  func level(_ product: Int64) async throws -> Stock.State { try await scenario.state(of: Stock.self, product) }

  func reservation(_ order: Int64) async throws -> Reservation.State { try await scenario.state(of: Reservation.self, order) }
}

extension ReserveStock {
  /// - Parameter items: product and quantity, line by line.
  init(_ order: Int64, _ items: (Int64, Int64)..., until expiresAt: Timestamp = InMemoryEventLog.defaultStart + .seconds(900)) {
    self.init(
      orderID: OrderID(order), items: items.map { StockItem(productID: ProductID($0.0), quantity: $0.1) }, expiresAt: expiresAt)
  }
}

extension Stock.State {
  init(_ onHand: Int64, _ reserved: Int64) { self.init(onHand: onHand, reserved: reserved) }
}
