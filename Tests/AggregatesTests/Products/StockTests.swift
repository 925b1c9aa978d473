import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct StockTests {
  private func adjust(_ operation: AdjustStock.Operation, shortage: Bool = false) -> AdjustStock {
    AdjustStock(productID: ProductID(1), operation, acceptShortage: shortage)
  }

  private func adjusted(
    _ onHand: Int64, _ reserved: Int64, from previous: Int64, to new: Int64, _ change: Int64, _ reason: StockReason
  ) -> StockEvent {
    .stockAdjusted(
      StockAdjusted(
        productID: ProductID(1), level: StockLevel(onHand: onHand, reserved: reserved, previousStock: previous, newStock: new),
        change: change, reason: reason))
  }

  @Test func `stock is counted, added to and taken from`() throws {
    let state = Stock.State(10, 4)
    #expect(try Stock.decide(adjust(.set(7)), state) == [adjusted(7, 4, from: 6, to: 3, -3, .set)])
    #expect(try Stock.decide(adjust(.increment(5)), state) == [adjusted(15, 4, from: 6, to: 11, 5, .increment)])
    #expect(try Stock.decide(adjust(.decrement(6)), state) == [adjusted(4, 4, from: 6, to: 0, -6, .decrement)])
    #expect(try Stock.decide(adjust(.set(10)), state).isEmpty)
    #expect(try Stock.decide(adjust(.increment(0)), state).isEmpty)
  }

  @Test func `what orders hold cannot be taken away`() {
    let state = Stock.State(10, 4)
    #expect(throws: StockRejection.belowReserved(reserved: 4)) { try Stock.decide(adjust(.set(3)), state) }
    #expect(throws: StockRejection.insufficient(available: 6)) { try Stock.decide(adjust(.decrement(7)), state) }
    #expect(throws: StockRejection.insufficient(available: 6)) { try Stock.decide(adjust(.decrement(11)), state) }
  }

  @Test func `an administrator may record a shortage, and then nothing is free`() throws {
    let events = try Stock.decide(adjust(.set(3), shortage: true), Stock.State(10, 4))
    #expect(events == [adjusted(3, 4, from: 6, to: 0, -7, .shortage)])
    let short = Stock.state(after: events)
    #expect(short.isShort)
    #expect(short.free == 0)
    #expect(throws: StockRejection.insufficient(available: 0)) {
      try Stock.reserve(StockItem(productID: ProductID(1), quantity: 1), for: OrderID(1), short)
    }
    #expect(try Stock.decide(adjust(.decrement(3), shortage: true), short) == [adjusted(0, 4, from: 0, to: 0, -3, .shortage)])
    #expect(throws: StockRejection.insufficient(available: 0)) { try Stock.decide(adjust(.decrement(4), shortage: true), short) }
    #expect(try Stock.decide(adjust(.set(4)), short) == [adjusted(4, 4, from: 0, to: 0, 1, .set)])
  }

  @Test func `quantities are bounded by the column`() {
    let bounds = StockRejection.invalid(FieldError("stock", .outOfRange(minimum: 0, maximum: 2_147_483_647)))
    for operation: AdjustStock.Operation in [
      .set(-1), .increment(-1), .decrement(-1), .set(.max), .increment(.max), .increment(2_147_483_647),
    ] {
      #expect(throws: bounds) { try Stock.decide(adjust(operation), Stock.State(1, 0)) }
    }
  }

  @Test func `only a product on sale has its stock adjusted`() async throws {
    try await Scenario().when(adjust(.set(1))).thenRejected(StockRejection.productNotFound(ProductID(1)))
    try await Shop(stock: 0).scenario.when(adjust(.set(1))).then(adjusted(1, 0, from: 0, to: 1, 1, .set), on: Stock.self, 1)
  }

  // Race 8 of the list of races: oversubscription through a path that skipped the caller's lock. The rule is in the fold.
  @Test func `no path reserves more than is free`() throws {
    var state = Stock.State(3, 0)
    for order in 1...3 {
      let events = try Stock.reserve(StockItem(productID: ProductID(1), quantity: 1), for: OrderID(Int64(order)), state)
      state = Stock.state(after: events, from: state)
    }
    #expect(throws: StockRejection.insufficient(available: 0)) {
      try Stock.reserve(StockItem(productID: ProductID(1), quantity: 1), for: OrderID(4), state)
    }
    for quantity: Int64 in [0, -1, .min] {
      #expect(throws: StockRejection.self) {
        try Stock.reserve(StockItem(productID: ProductID(1), quantity: quantity), for: OrderID(4), Stock.State(3, 0))
      }
    }
  }

  @Test func `a state is stored and read back`() throws {
    #expect(try Stock.State(jsonBytes: Stock.State(10, 4).jsonBytes) == Stock.State(10, 4))
  }
}
