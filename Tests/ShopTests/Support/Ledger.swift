import EventSourcing

@testable import Aggregates

/// What a log says, folded from its first event to its last, and whether it can be true.
struct Ledger {
  let events: [RecordedEvent]
  let stock: [ProductID: Stock.State]
  let reservations: [OrderID: Reservation.State]
  let orders: [OrderID: Order.State]
  let payments: [OrderID: Payment.State]
  let baskets: [BasketID: Basket.State]
  let codes: [String: PromoCode.State]
  /// What was never to be, in words; empty when everything is right.
  private(set) var faults: [String] = []

  init(_ events: [RecordedEvent]) throws {
    self.events = events
    let streams = Dictionary(grouping: events, by: \.stream)
    var faults: [String] = []
    stock = try Self.fold(Stock.self, streams) { id, state in
      if state.reserved < 0 || state.reserved > state.onHand {
        faults.append("product \(id): \(state.reserved) of \(state.onHand) pieces are reserved")
      }
    }.ids()
    reservations = try Self.fold(Reservation.self, streams).ids()
    orders = try Self.fold(Order.self, streams).ids()
    payments = try Self.fold(Payment.self, streams).ids()
    baskets = try Self.fold(Basket.self, streams).ids()
    codes = try Self.fold(PromoCode.self, streams) { code, state in
      if let limit = state.definition?.maxUsage, state.usage > limit { faults.append("code \(code): used \(state.usage) times") }
    }
    self.faults = faults
    checkOrder()
    checkHolds()
    checkOnce(streams)
    checkUses()
  }

  /// The last event's position.
  var end: Position { events.last?.position ?? .start }

  /// Notes what was found wrong elsewhere.
  mutating func add(_ fault: String) { faults.append(fault) }

  /// How often an event of a type happened.
  func count(_ type: EventType) -> Int { events.count { $0.type == type.name } }

  /// Orders that are where a question leads to.
  func orders(_ condition: (Order.State) -> Bool) -> [OrderID] {
    orders.filter { condition($0.value) }.map(\.key).sorted()
  }

  var confirmed: [OrderID] { orders { $0.status == .confirmed } }

  func cancelled(_ reason: OrderCancellationReason) -> [OrderID] { orders { $0.cancellation == reason } }

  /// Orders that were started and have not come to an end.
  var unfinished: [OrderID] {
    orders { $0.status == .pending } + baskets.values.compactMap(\.checkout?.orderID).filter { orders[$0] == nil }.sorted()
  }

  // MARK: What must hold

  /// Positions join, and so do the versions of each stream.
  private mutating func checkOrder() {
    for (index, event) in events.enumerated() where event.position != Position(Int64(index + 1)) {
      faults.append("event \(index + 1) has position \(event.position)")
      return
    }
    var versions: [StreamName: Int64] = [:]
    for event in events {
      versions[event.stream, default: 0] += 1
      if event.version.rawValue != versions[event.stream]! { faults.append("\(event.stream) has a hole before \(event.version)") }
    }
  }

  /// Stock is held for orders that will have it, and for nobody else.
  private mutating func checkHolds() {
    var held: [ProductID: Int64] = [:]
    for (order, reservation) in reservations {
      let holds = reservation.status == .held || reservation.status == .firm
      if holds { for item in reservation.items { held[item.productID, default: 0] += item.quantity } }
      if holds, orders[order]?.cancellation != nil { faults.append("order \(order) is cancelled and \(reservation.status)") }
    }
    for (product, state) in stock where state.reserved != held[product, default: 0] {
      faults.append("product \(product): \(state.reserved) reserved, but orders hold \(held[product, default: 0])")
    }
    for (id, order) in orders where order.status == .confirmed && !order.isImported {
      if reservations[id]?.status != .firm {
        faults.append("order \(id) is confirmed on a \(reservations[id]?.status ?? .none) reservation")
      }
      if reservations[id]?.items != order.stockItems { faults.append("order \(id) holds \(reservations[id]?.items ?? [])") }
      if order.paid != order.totalTTC { faults.append("order \(id) is confirmed and paid \(order.paid as Any)") }
      if payments[id]?.status != .captured { faults.append("order \(id) is confirmed, its payment \(payments[id]?.status as Any)") }
    }
    for (id, order) in orders where order.cancellation != nil {
      guard let payment = payments[id]?.status else { continue }
      if payment == .authorised || payment == .captured || payment == .partiallyRefunded {
        faults.append("order \(id) is cancelled and its payment \(payment)")
      }
    }
  }

  /// What happens once to an order happened once; numbers, baskets and attempts made one order each.
  private mutating func checkOnce(_ streams: [StreamName: [RecordedEvent]]) {
    let once = [
      OrderPlaced.type, OrderStockReserved.type, OrderConfirmed.type, OrderCancelled.type, OrderPaid.type, PaymentRequested.type,
      PaymentAuthorised.type, PaymentCaptured.type, PaymentVoided.type, ReservationReleased.type, CheckoutStarted.type,
    ].map(\.name)
    for (stream, events) in streams where stream.category != Basket.category {
      for (type, count) in Dictionary(events.map { ($0.type, 1) }, uniquingKeysWith: +) where once.contains(type) && count > 1 {
        faults.append("\(stream): \(count) times \(type)")
      }
    }
    faults += Self.repeated(orders.values.map(\.orderNumber)).map { "order number \($0) was given twice" }
    faults += Self.repeated(orders.values.filter { !$0.isImported }.map { "\($0.basketID)/\($0.attempt)" }).map {
      "checkout \($0) made two orders"
    }
    if count(SagaParked.type) != count(SagaResumed.type) { faults.append("a saga is parked") }
  }

  /// Orders that live use their codes, and nobody else does.
  private mutating func checkUses() {
    for (code, state) in codes {
      let due = Set(orders { $0.cancellation == nil && $0.codes.contains(code) })
      let frozen = Set(
        baskets.values.compactMap { basket -> OrderID? in
          guard case .checkingOut(let order) = basket.phase, orders[order] == nil else { return nil }
          return basket.checkout!.codes.contains { $0.code == code } ? order : nil
        })
      let users = due.union(frozen)
      if state.usage != Int64(users.count) || users.contains(where: { state.use(of: $0) == nil }) {
        faults.append("code \(code) is used \(state.usage) times, but ordered with by \(users.sorted())")
      }
      for order in due where orders[order]!.isConfirmed {
        guard case .redeemed = state.use(of: order) else {
          faults.append("code \(code): its use by order \(order) is not final")
          continue
        }
      }
    }
  }

  private static func repeated(_ values: [String]) -> [String] {
    Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +).filter { $0.value > 1 }.map(\.key).sorted()
  }

  private static func fold<A: Aggregate>(
    _ aggregate: A.Type, _ streams: [StreamName: [RecordedEvent]], _ each: (String, A.State) -> Void = { _, _ in }
  ) throws -> [String: A.State] {
    var states: [String: A.State] = [:]
    for (stream, events) in streams where stream.category == A.category[...] {
      var state = A.initialState
      for event in events {
        A.evolve(&state, try A.Event.decoder.decode(event, keys: [:]))
        each(String(stream.id), state)
      }
      states[String(stream.id)] = state
    }
    return states
  }
}

extension Dictionary where Key == String {
  fileprivate func ids<ID: EntityID>(_ type: ID.Type = ID.self) -> [ID: Value] {
    Dictionary<ID, Value>(uniqueKeysWithValues: map { (ID(Int64($0.key)!), $0.value) })
  }
}
