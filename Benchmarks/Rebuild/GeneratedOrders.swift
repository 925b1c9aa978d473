import Aggregates
import EventSourcing
import EventStore

/// Orders of the shape of the demo data (a grocer's year: 92,331 products, 2,469 households, 155,848 baskets with 9.4 lines each), through
/// the commands that the import sends.
enum GeneratedOrders {
  static let products: Int64 = 92_331
  static let households: Int64 = 2_469
  static let orders: Int64 = 155_848
  static let waiting: Int64 = 256
  private static let type = ProductTypeID.imported(0)

  static func fill(_ log: PostgresEventLog) async throws {
    say("  importing \(products) products and \(orders) generated orders")
    // Each stream gets one command: nothing is gained by remembering it.
    let executor = CommandExecutor(log: log, cacheCapacity: 5_000)
    for (id, row) in OrderStatus.defaultRows { _ = try await executor.execute(SeedReference<OrderStatus>(id: id, row: row)) }
    for (id, row) in VAT.defaultRows { _ = try await executor.execute(SeedReference<VAT>(id: id, row: row)) }
    for (id, row) in Country.defaultRows { _ = try await executor.execute(SeedReference<Country>(id: id, row: row)) }
    _ = try await executor.execute(
      AddReference<ProductType>(id: type, row: ProductType.Row(name: "Generated (0 %)", vatID: VAT.defaultRows[0].id)))
    try await each(products) { number in
      let details = Product.Details(
        name: name(number), ref: String(number), priceHT: Cents(99 + number % 900),
        types: [ProductTypeLink(id: .imported(number), typeID: type)])
      _ = try await executor.execute(ImportProduct(productID: .imported(number), details: details, addedAt: time(number)))
    }
    try await each(orders) { number in _ = try await executor.execute(try order(number)) }
  }

  /// Lines from 1 to 18, their number spread so that there are 9.43 on average.
  private static func order(_ number: Int64) throws -> ImportOrder {
    let count = 1 + number &* 2_654_435_761 % 18 - (number % 16 == 0 && number &* 2_654_435_761 % 18 > 0 ? 1 : 0)
    let lines = try (0..<count).map { rank in
      let product = (number &* 7_919 &+ rank &* 104_729) % products
      let (quantity, price) = (1 + (number + rank) % 3, 99 + product % 900)
      return try ImportedOrderLine(
        orderItemID: .imported(number * 1_000 + rank), productID: .imported(product), productName: name(product),
        productRef: String(product),
        quantity: quantity, totalHT: Cents(price * quantity), discount: Cents(rank % 4 == 0 ? 25 : 0), couponAmount: .zero)
    }
    let discount = try Cents.sum(lines.map(\.discount))
    let total = try Cents.sum(lines.map(\.totalHT)).subtracting(discount)
    return ImportOrder(
      orderID: .imported(number), orderNumber: "CJ-20170101-\(number)", userID: .imported(number % households), reference: String(number),
      billingAddressID: .imported(number % households), lines: lines, totalDiscount: discount, totalHT: total, totalTTC: total,
      couponAmount: .zero, occurredAt: time(number * 200))
  }

  private static func name(_ product: Int64) -> String { "FLUID MILK WHITE ONLY \(product % 300) OZ" }

  /// Seconds after the start of 2017.
  private static func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: (1_483_228_800 + seconds) * 1_000_000) }

  /// Runs `body` for 0, 1, … below `count`, many at once.
  private static func each(_ count: Int64, _ body: @escaping @Sendable (Int64) async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<waiting {
        group.addTask { for number in stride(from: worker, to: count, by: Int(waiting)) { try await body(number) } }
      }
      try await group.waitForAll()
    }
  }
}
