import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

/// Random histories: whatever is done to the stock in whatever order, its rules hold.
@Suite struct StockHistoryTests {
  struct Dice: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
      return mixed ^ mixed >> 31
    }
  }

  private func step(_ scenario: Scenario, _ dice: inout Dice) async throws {
    let order = OrderID(Int64.random(in: 1...12, using: &dice))
    let product = ProductID(Int64.random(in: 1...3, using: &dice))
    let quantity = Int64.random(in: 1...6, using: &dice)
    let executor = scenario.executor
    do {
      switch Int.random(in: 0..<12, using: &dice) {
      case 0...3:
        let lines = (0..<Int.random(in: 1...4, using: &dice)).map { _ in
          StockItem(productID: ProductID(Int64.random(in: 1...3, using: &dice)), quantity: Int64.random(in: 1...3, using: &dice))
        }
        _ = try await executor.execute(ReserveStock(orderID: order, items: lines, expiresAt: scenario.log.now + .seconds(60)))
      case 4: _ = try await executor.execute(ConfirmReservation(orderID: order))
      case 5: _ = try await executor.execute(ReleaseReservation(orderID: order, reason: .orderCancelled))
      case 6: _ = try await executor.execute(DispatchReservation(orderID: order))
      case 7:
        _ = try await executor.execute(ReturnStock(orderID: order, items: [StockItem(productID: product, quantity: 1)], resellable: true))
      case 8: _ = try await executor.execute(AdjustStock(productID: product, .increment(quantity)))
      case 9: _ = try await executor.execute(AdjustStock(productID: product, .decrement(quantity)))
      case 10: _ = try await executor.execute(AdjustStock(productID: product, .set(quantity)))
      default:
        scenario.log.advance(by: .seconds(Int64.random(in: 1...60, using: &dice)))
        for timer in try await scenario.log.dueTimers(limit: 100) {
          _ = try await executor.execute(ExpireReservation(orderID: ReservationTimer(jsonBytes: timer.payload).orderID))
        }
      }
    } catch is any Rejection {
      // Refused is fine; broken is not.
    }
  }

  /// What a product's stock must be, counted from the events' quantities alone.
  private func counted(_ events: [StockEvent]) -> Stock.State {
    var state = Stock.State()
    for event in events {
      switch event {
      case .stockAdjusted(let event): state.onHand += event.change
      case .stockReserved(let event): state.reserved += event.quantity
      case .stockReleased(let event): state.reserved -= event.quantity
      case .stockDispatched(let event):
        state.onHand -= event.quantity
        state.reserved -= event.quantity
      case .stockReturned(let event): state.onHand += event.resellable ? event.quantity : 0
      }
    }
    return state
  }

  private func stockEvents(_ log: InMemoryEventLog, _ product: Int64) throws -> [StockEvent] {
    try log.events.filter { $0.stream == Stock.stream(product) }.map { try StockEvent.decoder.decode($0) }
  }

  @Test(arguments: 1...40) func `reserved lies between nothing and what is on hand at every moment`(seed: UInt64) async throws {
    var dice = Dice(state: seed)
    let shop = try await Shop(stock: 6, 4, 8)
    for _ in 1...120 { try await step(shop.scenario, &dice) }
    var held: [ProductID: Int64] = [:]
    for order in 1...12 {
      let reservation = try await shop.reservation(Int64(order))
      guard [.held, .firm].contains(reservation.status) else { continue }
      for item in reservation.items { held[item.productID, default: 0] += item.quantity }
    }
    for product: Int64 in 1...3 {
      let events = try stockEvents(shop.scenario.log, product)
      var state = Stock.State()
      for (index, event) in events.enumerated() {
        Stock.evolve(&state, event)
        try #require(state.reserved >= 0 && state.reserved <= state.onHand, "seed \(seed), product \(product), event \(index)")
      }
      #expect(state == counted(events), "seed \(seed): replayed and counted")
      #expect(state.reserved == held[ProductID(product)] ?? 0, "seed \(seed): what the orders hold")
    }
  }

  @Test(arguments: 1...10) func `replaying gives the same state, from a snapshot too`(seed: UInt64) async throws {
    var dice = Dice(state: seed &* 7_919)
    let shop = try await Shop(stock: 50, 50, 50)
    for _ in 1...200 { try await step(shop.scenario, &dice) }
    for product: Int64 in 1...3 {
      let events = try stockEvents(shop.scenario.log, product)
      let whole = Stock.state(after: events)
      let cut = Int.random(in: 0...events.count, using: &dice)
      let snapshot = try Stock.State(jsonBytes: Stock.state(after: events[..<cut]).jsonBytes)
      #expect(Stock.state(after: events[cut...], from: snapshot) == whole)
    }
  }

  // Races 1, 4 and 8 at this level; with real servers they run in the races' own tests.
  @Test func `of fifty buyers of the last piece one gets it, with two processes`() async throws {
    let shop = try await Shop(stock: 1)
    let log = shop.scenario.log
    let processes = [CommandExecutor(log: log) { log.now }, CommandExecutor(log: log) { log.now }]
    let held = try await withThrowingTaskGroup(of: Bool.self) { group in
      for order in 1...50 {
        group.addTask { try await processes[order % 2].execute(ReserveStock(Int64(order), (1, 1))).answer?.status == .held }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(held == 1)
    #expect(try await shop.level(1) == Stock.State(1, 1))
  }

  @Test func `opposite orders of lines neither block each other nor sell too much`() async throws {
    let shop = try await Shop(stock: 100, 100)
    let log = shop.scenario.log
    let processes = [CommandExecutor(log: log) { log.now }, CommandExecutor(log: log) { log.now }]
    let held = try await withThrowingTaskGroup(of: Bool.self) { group in
      for order in 1...120 {
        let reserve = order % 2 == 0 ? ReserveStock(Int64(order), (1, 2), (2, 2)) : ReserveStock(Int64(order), (2, 2), (1, 2))
        group.addTask { try await processes[order % 3 % 2].execute(reserve).answer?.status == .held }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(held == 50)
    #expect(try await shop.level(1) == Stock.State(100, 100))
    #expect(try await shop.level(2) == Stock.State(100, 100))
  }
}
