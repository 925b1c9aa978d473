import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ReservationTests {
  let order = OrderID(1)
  let start = InMemoryEventLog.defaultStart

  private func item(_ product: Int64, _ quantity: Int64) -> StockItem { StockItem(productID: ProductID(product), quantity: quantity) }

  // Races 4, 6 and 7: locks in the order of lines; lines of one product checked one by one.
  @Test func `quantities of one product are summed, and products written in ascending order`() async throws {
    let shop = try await Shop(stock: 5, 5, 5)
    let result = try await shop.scenario.when(ReserveStock(1, (3, 2), (1, 2), (3, 1), (2, 5)))
    try await result.then(
      .reservationHeld(ReservationHeld(orderID: order, items: [item(1, 2), item(2, 5), item(3, 3)], expiresAt: start + .seconds(900))),
      on: Reservation.self, 1)
    #expect(result.recorded.map(\.stream.rawValue) == ["reservation-1", "stock-1", "stock-2", "stock-3"])
    #expect(result.answer?.status == .held)
    try result.thenTimer("reservation-1", at: start + .seconds(900))
    #expect(try ReservationTimer(jsonBytes: shop.scenario.log.timers["reservation-1"]!.payload) == ReservationTimer(orderID: order))
    // Each of two lines alone would fit, together they do not.
    let refused = try await shop.scenario.when(ReserveStock(2, (1, 2), (1, 2)))
    #expect(refused.answer?.shortages == [StockShortage(productID: ProductID(1), requested: 4, available: 3)])
  }

  @Test func `all is held or nothing, and every product that is short is named`() async throws {
    let shop = try await Shop(stock: 5, 1, 0)
    let result = try await shop.scenario.when(ReserveStock(1, (1, 1), (2, 2), (3, 1), (9, 1)))
    let shortages = [(2, 2, 1), (3, 1, 0), (9, 1, 0)].map {
      StockShortage(productID: ProductID(Int64($0.0)), requested: Int64($0.1), available: Int64($0.2))
    }
    try await result.then(.reservationRefused(ReservationRefused(orderID: order, shortages: shortages)), on: Reservation.self, 1)
      .andNothingElse().thenTimer("reservation-1", at: nil)
    #expect(result.answer?.status == .refused)
    #expect(try await shop.level(1) == Stock.State(5, 0))
    // It stays refused, also when there is enough later.
    _ = try await shop.scenario.given(AdjustStock(productID: ProductID(2), .set(9)))
    try await shop.scenario.when(ReserveStock(1, (2, 1))).thenNothing()
  }

  @Test func `an order is reserved once, whatever asks again`() async throws {
    let shop = try await Shop(stock: 5)
    _ = try await shop.scenario.given(ReserveStock(1, (1, 2)))
    let again = try await shop.scenario.when(ReserveStock(1, (1, 3))).thenNothing()
    #expect(again.answer?.status == .held)
    #expect(try await shop.level(1) == Stock.State(5, 2))
  }

  @Test func `nothing, none and too many cannot be reserved`() async throws {
    let shop = try await Shop(stock: 5)
    try await shop.scenario.when(ReserveStock(1)).thenRejected(ReservationRejection.invalid(FieldError("items", .blank)))
    for quantity: Int64 in [0, -1] {
      try await shop.scenario.when(ReserveStock(1, (1, 5), (1, quantity)))
        .thenRejected(ReservationRejection.invalid(FieldError("quantity", .outOfRange(minimum: 1, maximum: nil))))
    }
    try await shop.scenario.when(ReserveStock(1, (1, .max), (1, 1)))
      .thenRejected(ReservationRejection.invalid(FieldError("quantity", .outOfRange(minimum: 1, maximum: Stock.maximum))))
  }

  @Test func `an extended hold outlives its first deadline`() async throws {
    let shop = try await Shop(stock: 5)
    let later = start + .seconds(7 * 86_400)
    try await shop.scenario.given(ReserveStock(1, (1, 2))).when(ExtendReservation(orderID: order, expiresAt: later))
      .then(.reservationExtended(ReservationExtended(orderID: order, expiresAt: later)), on: Reservation.self, 1)
      .andNothingElse().thenTimer("reservation-1", at: later)
    try await shop.scenario.when(ExtendReservation(orderID: order, expiresAt: start)).thenNothing().thenTimer("reservation-1", at: later)
    // A timer that was about to fire changes nothing any more.
    try await shop.scenario.later(by: .seconds(900)).when(ExpireReservation(orderID: order)).thenNothing().thenTimer(
      "reservation-1", at: later)
    try await shop.scenario.when(ExtendReservation(orderID: OrderID(2), expiresAt: later))
      .thenRejected(ReservationRejection.wrongState(OrderID(2), current: .none, allowed: [.held]))
  }

  @Test func `a hold expires by its timer, and the stock is free again`() async throws {
    let shop = try await Shop(stock: 5)
    let scenario = try await shop.scenario.given(ReserveStock(1, (1, 2)))
    try await scenario.when(ExpireReservation(orderID: order)).thenNothing()
    scenario.log.advance(by: .seconds(900))
    #expect(try await scenario.log.dueTimers(limit: 10).map(\.name) == ["reservation-1"])
    let released = StockReleased(
      productID: ProductID(1), orderID: order, quantity: 2, level: StockLevel(onHand: 5, reserved: 0, previousStock: 3, newStock: 5),
      reason: .expired)
    try await scenario.when(ExpireReservation(orderID: order))
      .then(.reservationExpired(ReservationExpired(orderID: order, items: [item(1, 2)])), on: Reservation.self, 1)
      .then(.stockReleased(released), on: Stock.self, 1).andNothingElse().thenTimer("reservation-1", at: nil)
    try await scenario.when(ExpireReservation(orderID: order)).thenNothing()
  }

  @Test func `a firm reservation does not expire`() async throws {
    let shop = try await Shop(stock: 5)
    let scenario = try await shop.scenario.given(ReserveStock(1, (1, 2)))
    try await scenario.when(ConfirmReservation(orderID: order))
      .then(.reservationConfirmed(ReservationConfirmed(orderID: order, items: [item(1, 2)])), on: Reservation.self, 1)
      .andNothingElse().thenTimer("reservation-1", at: nil)
    try await scenario.when(ConfirmReservation(orderID: order)).thenNothing()
    try await scenario.later(by: .seconds(9_000)).when(ExpireReservation(orderID: order)).thenNothing()
    #expect(try await shop.level(1) == Stock.State(5, 2))
  }

  @Test func `a confirmation after expiry holds afresh, or is refused when others were faster`() async throws {
    for isGone in [false, true] {
      let shop = try await Shop(stock: 2)
      let scenario = try await shop.scenario.given(ReserveStock(1, (1, 2))).later(by: .seconds(900)).given(
        ExpireReservation(orderID: order))
      if isGone { _ = try await scenario.given(ReserveStock(2, (1, 1), until: start + .seconds(2_000))) }
      let result = try await scenario.when(ConfirmReservation(orderID: order))
      #expect(result.answer?.status == (isGone ? .refused : .firm))
      #expect(
        result.recorded.map(\.type) == (isGone ? ["ReservationRefused"] : ["ReservationHeld", "ReservationConfirmed", "StockReserved"]))
      try result.thenTimer("reservation-1", at: nil)
      #expect(try await shop.level(1) == Stock.State(2, isGone ? 1 : 2))
    }
  }

  @Test func `a cancelled order gives back what it holds, once`() async throws {
    for isFirm in [false, true] {
      let shop = try await Shop(stock: 5, 5)
      let scenario = try await shop.scenario.given(ReserveStock(1, (1, 2), (2, 1)))
      if isFirm { _ = try await scenario.given(ConfirmReservation(orderID: order)) }
      let result = try await scenario.when(ReleaseReservation(orderID: order, reason: .paymentFailed))
      try await result.then(
        .reservationReleased(ReservationReleased(orderID: order, items: [item(1, 2), item(2, 1)], reason: .paymentFailed)),
        on: Reservation.self, 1
      ).thenTimer("reservation-1", at: nil)
      #expect(result.recorded.map(\.stream.rawValue) == ["reservation-1", "stock-1", "stock-2"])
      try await scenario.when(ReleaseReservation(orderID: order, reason: .orderCancelled)).thenNothing()
      #expect(try await shop.level(1) == Stock.State(5, 0))
      try await scenario.when(ConfirmReservation(orderID: order))
        .thenRejected(ReservationRejection.wrongState(order, current: .released, allowed: [.held, .expired]))
    }
  }

  @Test func `an order cancelled before it asked for stock gets none`() async throws {
    let shop = try await Shop(stock: 5)
    let scenario = try await shop.scenario.when(ReleaseReservation(orderID: order, reason: .orderCancelled))
      .then(.reservationReleased(ReservationReleased(orderID: order, items: [], reason: .orderCancelled)), on: Reservation.self, 1)
      .andNothingElse().and
    let late = try await scenario.when(ReserveStock(1, (1, 2))).thenNothing()
    #expect(late.answer?.status == .released)
  }

  @Test func `only what is firm leaves the house, and only once`() async throws {
    let shop = try await Shop(stock: 5)
    let scenario = try await shop.scenario.given(ReserveStock(1, (1, 2)))
    try await scenario.when(DispatchReservation(orderID: order))
      .thenRejected(ReservationRejection.wrongState(order, current: .held, allowed: [.firm]))
    try await scenario.given(ConfirmReservation(orderID: order)).when(DispatchReservation(orderID: order))
      .then(.reservationDispatched(ReservationDispatched(orderID: order, items: [item(1, 2)])), on: Reservation.self, 1)
    #expect(try await shop.level(1) == Stock.State(3, 0))
    try await scenario.when(DispatchReservation(orderID: order)).thenNothing()
    try await scenario.when(ReleaseReservation(orderID: order, reason: .orderCancelled)).thenNothing()
  }

  @Test func `what a recorded shortage has taken cannot leave the house`() async throws {
    let shop = try await Shop(stock: 5)
    let scenario = try await shop.scenario.given(ReserveStock(1, (1, 4))).given(ConfirmReservation(orderID: order))
      .given(AdjustStock(productID: ProductID(1), .set(3), acceptShortage: true))
    try await scenario.when(DispatchReservation(orderID: order)).thenRejected(
      ReservationRejection.notOnHand(order, [StockShortage(productID: ProductID(1), requested: 4, available: 3)]))
    _ = try await scenario.given(AdjustStock(productID: ProductID(1), .increment(1))).given(DispatchReservation(orderID: order))
    #expect(try await shop.level(1) == Stock.State(0, 0))
  }

  @Test func `goods that come back count when they can be sold again`() async throws {
    let shop = try await Shop(stock: 5)
    let scenario = try await shop.scenario.given(ReserveStock(1, (1, 2))).given(ConfirmReservation(orderID: order))
    let goods = ReturnStock(orderID: order, items: [item(1, 1)], resellable: true)
    try await scenario.when(goods).thenRejected(ReservationRejection.wrongState(order, current: .firm, allowed: [.consumed]))
    _ = try await scenario.given(DispatchReservation(orderID: order)).given(goods)
    #expect(try await shop.level(1) == Stock.State(4, 0))
    _ = try await scenario.given(ReturnStock(orderID: order, items: [item(1, 1)], resellable: false))
    #expect(try await shop.level(1) == Stock.State(4, 0))
    for wrong in [[item(1, 3)], [item(1, 2), item(1, 1)], [item(2, 1)]] {
      try await scenario.when(ReturnStock(orderID: order, items: wrong, resellable: true))
        .thenRejected(ReservationRejection.notDispatched(order, wrong[0].productID))
    }
  }
}
