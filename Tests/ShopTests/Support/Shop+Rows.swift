import Logging
import Migrations
import Postgres
import Projectors
import Testing

@testable import Aggregates

extension Shop {
  private static let projections = [Projection.products, .baskets, .orders]

  /// Everything that is in the log now; where the rows that projectors make of it are something else, that is among the faults.
  ///
  /// The read databases are made for it: each projector starts at the first event and meets everything that happened, in the batches
  /// in which it comes.
  func ledgerAndRows() async throws -> Ledger {
    var ledger = try await self.ledger()
    try await migrator.up(Self.projections.map(\.database))
    for projection in Self.projections {
      let runner = ProjectorRunner(
        projection, log: one.log, leases: one.log, configuration: migrator.configuration(projection.database, as: .projector),
        holder: "rows", logger: Logger(label: "shop.tests") { _ in SwiftLogNoOpLogHandler() })
      let running = Task { try await runner.run() }
      let level: Result<Void, any Error>
      do {
        try await until("projecting \(projection.database)") {
          runner.touch()
          return runner.status.position >= ledger.end
        }
        level = .success(())
      } catch {
        level = .failure(error)
      }
      running.cancel()
      _ = await running.result
      try level.get()
      if runner.status.hasParkedEvents { ledger.add("\(projection.database): events are parked") }
    }
    for difference in try await rowDifferences(ledger) { ledger.add(difference) }
    return ledger
  }

  /// Which rows of products, baskets and orders are not what the aggregates' states say, in words.
  func rowDifferences(_ ledger: Ledger) async throws -> [String] {
    let rows = ledger.rows
    return try await differences(rows.products, "products_service_db", ["select format('product %s: %s free', id, stock) from products"])
      + differences(
        rows.baskets, "baskets_service_db",
        [
          "select format('basket %s of user %s: %s', id, user_id, amount) from baskets where deleted_at is null",
          "select format('basket %s: %s of product %s', basket_id, quantity, product_id) from basket_items",
          "select format('basket %s: code %s', basket_id, code) from basket_promo_code b join promo_codes c on c.id = b.promo_code_id",
          "select format('code %s: used %s times', code, current_usage) from promo_codes",
        ])
      + differences(
        rows.orders, "orders_service_db",
        [
          """
          select format('order %s %s of user %s: %s, %s', o.id, order_number, user_id, s.name, total_amount_ttc)
          from orders o join order_status s on s.id = o.status_id
          """,
          "select format('order %s: line %s, %s of product %s', order_id, id, quantity, product_id) from order_items",
          "select format('order %s: payment %s', order_id, status) from payments",
        ])
  }

  /// The first column of what a statement finds in one of the shop's databases.
  func strings(_ database: String, _ statement: String) async throws -> [String] {
    let role: DatabaseRole = database == "event_store" ? .owner : .reader
    let client = PostgresClient(
      migrator.configuration(database, as: role), logger: Logger(label: "shop.tests") { _ in SwiftLogNoOpLogHandler() })
    let result: Result<[String], any Error>
    do {
      result = .success(try await client.query(.unprepared(statement)).map { try $0.string(0) })
    } catch {
      result = .failure(error)
    }
    await client.close()
    return try result.get()
  }

  private func differences(_ expected: Set<String>, _ database: String, _ queries: [String]) async throws -> [String] {
    var rows: [String] = []
    for query in queries { rows += try await strings(database, query) }
    let doubled = rows.count == Set(rows).count ? [] : ["\(database): rows are there twice"]
    return doubled + expected.subtracting(rows).sorted().map { "no row says \($0)" }
      + Set(rows).subtracting(expected).sorted().map { "a row says \($0)" }
  }
}

extension Ledger {
  /// What the rows must say, in the words of the queries.
  fileprivate var rows: (products: Set<String>, baskets: Set<String>, orders: Set<String>) {
    var baskets = Set(codes.map { "code \($0.key): used \($0.value.usage) times" })
    for (id, basket) in self.baskets where isOpen(basket) {
      baskets.insert("basket \(id) of user \(basket.userID): \(basket.amount)")
      for line in basket.lines { baskets.insert("basket \(id): \(line.quantity) of product \(line.productID)") }
      for code in basket.codes { baskets.insert("basket \(id): code \(code.link.code)") }
    }
    var orders: Set<String> = []
    for (id, order) in self.orders {
      guard let status = order.status else { continue }
      orders.insert("order \(id) \(order.orderNumber) of user \(order.userID): \(status.rawValue), \(order.totalTTC)")
      for line in order.lines { orders.insert("order \(id): line \(line.orderItemID), \(line.quantity) of product \(line.productID)") }
    }
    for (id, payment) in payments {
      if let status = payment.status { orders.insert("order \(id): payment \(status.rawValue)") }
    }
    return (Set(stock.map { "product \($0.key): \($0.value.free) free" }), baskets, orders)
  }

  /// Whether a basket's rows are there: until its order is placed.
  private func isOpen(_ basket: Basket.State) -> Bool {
    switch basket.phase {
    case .open: true
    case .checkingOut(let order): orders[order] == nil
    case .none, .merged, .deleted: false
    }
  }
}
