import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import ProcessManagers

/// Checkout: freezes the basket, then places the order. Both commands can be repeated; recovery does the second as well.
enum CheckoutHandler {
  @Sendable static func checkout(_ input: CheckoutInput, _ call: Call) async throws -> Reply {
    let services = call.services
    let started = try await start(input, call)
    guard let frozen = started.answer else { throw Problem(.internalError) }
    let place = PlaceOrder(
      basketID: frozen.basketID, attempt: frozen.attempt, stockTimeout: services.configuration.checkoutTimeouts.stock)
    var position = started.position
    // A repetition finds that nothing is left to be done, unless the first request died between its two commands.
    let placed = try await services.recent.once(place.commandID) {
      try await services.executor.execute(place, id: place.commandID, context: call.context)
    }
    if let placed { position = placed.position }
    var state = OrderProgress(log: services.log, orderID: frozen.orderID)
    try await state.refresh()
    let wait = call.preferredWait
    if let wait { try await state.waitForOutcome(wait) }
    var reply = Reply.data { json in
      json.field("order_id", frozen.orderID)
      json.field("order_number", frozen.orderNumber)
      json.field("total_amount_ttc", frozen.totalTTC.description)
      json.field("currency", Cents.currencyCode)
      json.field("status", (state.status ?? .pending).rawValue)
      json.field("cancellation_reason", state.cancellation?.rawValue)
    }
    reply.position = max(position, state.position)
    reply.isReplayed = started.isDuplicate
    reply.location = "/api/v1/orders/orders/\(frozen.orderID)"
    if let wait { reply.headers.append((.preferenceApplied, "wait=\(wait.components.seconds)")) }
    return reply
  }

  /// The first command. What it needs (products, ids for as many lines as there are) only the basket knows, so the command is asked
  /// first and says what it lacks.
  private static func start(_ input: CheckoutInput, _ call: Call) async throws -> CommandOutcome<StartCheckout.Answer> {
    let reader = CopiesReader(call: call)
    var command = StartCheckout(
      basketID: input.basketID, userID: call.user.userID, orderID: OrderID(1), orderNumber: "", firstOrderItemID: OrderItemID(1),
      orderItemIDCount: 0, billingAddressID: input.billingAddressID, shippingAddressID: input.shippingAddressID, ownAddressIDs: [],
      paymentMethod: input.method, paymentToken: input.token, notes: input.notes, products: [:], copiesPosition: .start)
    for _ in 0..<6 {
      do {
        return try await call.execute(command, within: Basket.self, input.basketID)
      } catch let lack as StartCheckout.Unprepared {
        let wanted = [input.billingAddressID] + (input.shippingAddressID.map { [$0] } ?? [])
        async let own = reader.addresses(of: call.user.userID, wanted: wanted)
        let products = try await reader.products(lack.productIDs)
        command.ownAddressIDs = try await own
        command.products = products.facts
        command.copiesPosition = products.position
        command.orderItemIDCount = lack.orderItemIDs
        command.firstOrderItemID = OrderItemID(try await call.nextID("order_item", count: lack.orderItemIDs))
        if command.orderNumber.isEmpty {
          command.orderID = OrderID(try await call.nextID("order"))
          command.orderNumber = try await OrderNumber.next(call.services.log)
        }
      } catch CommandError.refused(.claimTaken(let key, _)) where key.hasPrefix("order-number:") {
        // An order that was brought from elsewhere has it.
        command.orderNumber = try await OrderNumber.next(call.services.log)
      } catch BasketRejection.productUnavailable(let product) where command.products[product] == nil && command.orderItemIDCount > 0 {
        // A line came in meanwhile; when the copies do not know the product either, the next answer stands.
        command.products.merge(try await reader.products([product]).facts) { $1 }
        if command.products[product] == nil { throw BasketRejection.productUnavailable(product) }
      }
    }
    throw Problem(.stateConflict)
  }
}

/// Order numbers: `ORD-`, the day in Paris, and a number that ascends within the day, four digits or as many as the day needs.
enum OrderNumber {
  static func next(_ log: any EventLog, at time: Timestamp = .now()) async throws -> String {
    let day = ParisDay(at: time).text()
    // Counters start at 1,000.
    return text(day: day, number: try await log.nextIDs("order-number-\(day)", count: 1) - 999)
  }

  static func text(day: String, number: Int64) -> String {
    let digits = String(number)
    return "ORD-\(day)-\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)"
  }
}

/// Where an order stands, followed in its stream.
struct OrderProgress {
  private let log: any EventLog
  private let orderID: OrderID
  private var state = Order.initialState
  private var version = StreamVersion.none
  /// Of the last event seen.
  private(set) var position = Position.start

  init(log: any EventLog, orderID: OrderID) {
    self.log = log
    self.orderID = orderID
  }

  var status: OrderStatusName? { state.status }
  var cancellation: OrderCancellationReason? { state.cancellation }

  mutating func refresh() async throws {
    let events = try await log.readStream(Order.stream(orderID), after: version, limit: 500)
    guard let last = events.last else { return }
    let keys = try await log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
    for event in events { Order.evolve(&state, try OrderEvent.decoder.decode(event, keys: keys)) }
    version = last.version
    position = last.position
  }

  /// Returns when the order is no longer pending, or the time is over.
  mutating func waitForOutcome(_ time: Duration) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now + time
    var pause = Duration.milliseconds(2)
    while status == nil || status == .pending {
      guard clock.now < deadline else { return }
      try await Task.sleep(for: min(pause, deadline - clock.now))
      pause = min(pause * 3 / 2, .milliseconds(50))
      try await refresh()
    }
  }
}
