import EventSourcing
import EventStoreTesting
import Logging
import ProcessManagers
import Testing

@testable import Aggregates

/// A shop in memory: log, commands, the checkout's process manager and its runner.
final class Shop: Sendable {
  let log = InMemoryEventLog()
  let executor: CommandExecutor
  let subscriptions = InMemorySubscriptionStore()
  let payments = SandboxPayments(keepsLedger: true)
  /// Whom the checkout asks; `payments` unless said otherwise.
  let provider: any PaymentPort

  init(provider: (any PaymentPort)? = nil) {
    self.provider = provider ?? payments
    executor = CommandExecutor(log: log) { [log] in log.now }
  }

  static var quietLogger: Logger {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }

  func checkout() -> Checkout {
    Checkout(log: log, executor: executor, payments: provider, logger: Self.quietLogger) { [log] in log.now }
  }

  /// The process manager of another process over the same log: nothing is in its memory.
  func freshCheckout() -> Checkout {
    let executor = CommandExecutor(log: log) { [log] in log.now }
    return Checkout(log: log, executor: executor, payments: provider, logger: Self.quietLogger) { [log] in log.now }
  }

  func runner(
    _ port: (any MessagePort)? = nil, holder: String = "one", change: (inout ProcessManagerConfiguration) -> Void = { _ in }
  ) -> ProcessManagerRunner {
    var configuration = ProcessManagerConfiguration()
    configuration.idleWait = .milliseconds(20)
    configuration.checkpointInterval = .milliseconds(2)
    configuration.timerInterval = .milliseconds(2)
    configuration.leaseInterval = .milliseconds(10)
    configuration.firstRetryDelay = .milliseconds(1)
    configuration.maximumRetryDelay = .milliseconds(4)
    change(&configuration)
    return ProcessManagerRunner(
      log: log, subscriptions: subscriptions, port: port ?? checkout(), holder: holder, configuration: configuration,
      logger: Self.quietLogger)
  }

  /// Runs a process manager while a test goes on.
  @discardableResult
  func running<Result>(
    _ runner: ProcessManagerRunner, _ body: (ProcessManagerRunner) async throws -> Result
  ) async throws -> Result {
    let task = Task { try await runner.run() }
    do {
      let result = try await body(runner)
      task.cancel()
      try await task.value
      return result
    } catch {
      task.cancel()
      throw error
    }
  }

  /// Waits until nothing happens any more: all messages are handled, and handling them has made no more.
  func settle(_ runner: ProcessManagerRunner, _ location: SourceLocation = #_sourceLocation) async throws {
    try await until("handling all messages", location) {
      let status = runner.status
      return status.isActive && status.inFlight == 0 && status.position.rawValue == Int64(self.log.events.count)
    }
  }

  func until(
    _ what: String, within time: Duration = .seconds(20), _ location: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + time
    while try await !condition() {
      if ContinuousClock.now > deadline {
        let last = log.events.suffix(12).map { "\($0.position) \($0.type) \($0.stream)" }
        Issue.record("\(what) took too long; last events: \(last)", sourceLocation: location)
        throw TookTooLong()
      }
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  struct TookTooLong: Error {}

  // MARK: What is there, and what buyers do

  func stock(_ product: Int64, _ quantity: Int64) async throws {
    _ = try await executor.execute(GivenStock(productID: ProductID(product), quantity: quantity))
  }

  func code(_ code: String, maxUsage: Int64? = nil) async throws {
    let id = PromoCodeID(try await log.nextIDs("promo_code", count: 1))
    let definition = PromoCodeDefinition(promoCodeID: id, name: code, kind: .percentage, discount: 1_000, maxUsage: maxUsage)
    _ = try await executor.execute(AddPromoCode(code: code, definition: definition))
  }

  /// What the copies show; far more stock than there is, so that the stock streams decide.
  func facts(_ product: ProductID) -> ProductFacts {
    ProductFacts(
      productID: product, name: "Product \(product)", ref: "P\(product)", priceHT: Cents(1_000), vatRate: VATRate(rawValue: 20_000),
      stock: 1_000_000)
  }

  /// Fills a basket for a user: product, quantity.
  func basket(_ user: Int64, _ lines: [(Int64, Int64)] = [(7, 1)], codes: [String] = []) async throws -> BasketID {
    let basket = BasketID(try await log.nextIDs("basket", count: 1))
    for (product, quantity) in lines {
      let item = BasketItemID(try await log.nextIDs("basket_item", count: 1))
      _ = try await executor.execute(
        AddBasketItem(
          basketID: basket, userID: UserID(user), itemID: item, productID: ProductID(product), quantity: quantity,
          product: facts(ProductID(product))))
    }
    for code in codes {
      let link = LinkID(try await log.nextIDs("basket_promo_code", count: 1))
      _ = try await executor.execute(ApplyPromoCode(basketID: basket, userID: UserID(user), linkID: link, code: code))
    }
    return basket
  }

  func start(
    _ user: Int64, _ basket: BasketID, token: String = "sandbox_ok", method: PaymentMethod = .card
  ) async throws -> StartCheckout.Answer {
    let order = OrderID(try await log.nextIDs("order", count: 1))
    let items = OrderItemID(try await log.nextIDs("order_item", count: 50))
    let products = try await state(Basket.self, basket).lines.map { ($0.productID, facts($0.productID)) }
    let start = StartCheckout(
      basketID: basket, userID: UserID(user), orderID: order, orderNumber: "ORD-20260101-\(order)", firstOrderItemID: items,
      orderItemIDCount: 50, billingAddressID: AddressID(1), ownAddressIDs: [AddressID(1)], paymentMethod: method,
      paymentToken: method == .card ? token : nil, products: Dictionary(products) { $1 }, copiesPosition: .start)
    return try #require(try await executor.execute(start).answer)
  }

  /// Buys: a basket, its checkout, and (as the route does) its order.
  @discardableResult
  func buy(
    _ user: Int64, _ lines: [(Int64, Int64)] = [(7, 1)], codes: [String] = [], token: String = "sandbox_ok",
    method: PaymentMethod = .card, places: Bool = true, by checkout: Checkout? = nil
  ) async throws -> OrderID {
    let basket = try await basket(user, lines, codes: codes)
    let answer = try await start(user, basket, token: token, method: method)
    if places { try await (checkout ?? self.checkout()).place(basketID: basket, attempt: answer.attempt) }
    return answer.orderID
  }

  func state<A: Aggregate>(_ aggregate: A.Type, _ id: some CustomStringConvertible) async throws -> A.State {
    let own = log.events.filter { $0.stream == A.stream(id) }
    let keys = try await log.subjectKeys(Set(own.compactMap(\.subject)), create: false)
    return A.state(after: try own.map { try A.Event.decoder.decode($0, keys: keys) })
  }

  func order(_ id: OrderID) async throws -> Order.State { try await state(Order.self, id) }

  /// How often an event of a type happened.
  func count(_ type: EventType) -> Int {
    log.events.count { $0.type == type.name }
  }
}

/// So many pieces of a product are on hand.
private struct GivenStock: Command {
  let productID: ProductID
  let quantity: Int64

  func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let level = StockLevel(onHand: quantity, reserved: 0, previousStock: 0, newStock: quantity)
    let adjusted = StockAdjusted(productID: productID, level: level, change: quantity, reason: .set)
    try session.record([.stockAdjusted(adjusted)], on: Stock.self, productID)
    return NoAnswer()
  }
}
