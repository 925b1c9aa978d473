import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Checkout, own orders, and their administration.
enum OrderRoutes {
  static let group = RouteGroup(
    service: "orders",
    routes: [
      HealthRoutes.route(of: "orders") { $0.reads.orders },
      Route(
        .post, "/orders/create-from-basket", "checkout", "Turns the basket into an order", in: CheckoutInput.self,
        out: placed.asData, status: 201, access: .bearer, idempotency: .compulsory,
        problems: [
          .notFound, .basketEmpty, .basketFrozen, .productUnavailable, .insufficientStock, .addressUnusable, .promoCodeInvalid,
          .promoCodeExhausted, .promoCodeNotCombinable, .amountTooLarge,
        ],
        aliases: ["/api/v1/checkout", "/api/checkout"], handler: CheckoutHandler.checkout),
      .list(
        "/orders", "orders", "Own orders, newest first", in: NoInput.self, access: .bearer, from: { $0.reads.orders },
        OrderResources.ofUser
      ) { _, call in [.int64(call.user.userID.rawValue)] },
      .row(
        "/orders/{id}", "order", "An own order with its lines", in: IDInput<OrderID>.self, access: .bearer,
        from: { $0.reads.orders }, OrderResources.own
      ) { input, call in [.int64(input.id.rawValue), .int64(call.user.userID.rawValue)] },
      Route(
        .get, "/orders/{id}/explain", "explainOrder", "What gave each cent of an order, with the events that decided it",
        in: IDInput<OrderID>.self, out: OrderExplanation.schema.asData, access: .bearer, idempotency: .none, problems: [],
        handler: OrderExplanation.explain),
      Route(
        .put, "/orders/{id}/cancel", "cancelOrder", "Cancels an own order", in: CancelInput.self, out: state.asData, access: .bearer,
        idempotency: .none, problems: [.transitionNotAllowed], handler: cancel),
      Route(
        .post, "/orders/{id}/cancel", "requestCancellation", "Cancels an own order", in: CancelInput.self, out: state.asData,
        access: .bearer, idempotency: .optional, problems: [.transitionNotAllowed], handler: cancel),
      Route(
        .put, "/orders/{id}/status", "moveOrder", "Moves an order to another status", in: StatusChange.self, out: state.asData,
        access: .roles([.superAdmin, .admin, .manager, .warehouseManager], within: .website), idempotency: .none,
        problems: [.transitionNotAllowed],
        handler: changeStatus),

      .whole(
        "/order-status", "orderStatuses", "Statuses of orders", in: NoInput.self, access: .everyone,
        from: { $0.reads.orders }, OrderResources.statuses
      ) { _, _ in [] },
      .whole(
        "/order-status/statistics", "orderStatistics", "How many orders are in each status", in: NoInput.self,
        access: .administrators(within: .website), from: { $0.reads.orders }, OrderResources.statistics
      ) { _, _ in [] },
      .row(
        "/order-status/{id}", "orderStatus", "A status", in: IDInput<OrderStatusID>.self, access: .everyone,
        from: { $0.reads.orders }, OrderResources.oneStatus
      ) { input, _ in [.int64(input.id.rawValue)] },

      .list(
        "/admin/orders", "allOrders", "All orders, newest first", in: NoInput.self, access: .administrators(within: .website),
        from: { $0.reads.orders }, OrderResources.all
      ) { _, _ in [] },
      .row(
        "/admin/orders/{id}", "anyOrder", "An order with its lines", in: IDInput<OrderID>.self, access: .administrators(within: .website),
        from: { $0.reads.orders }, OrderResources.one
      ) { input, _ in [.int64(input.id.rawValue)] },
      Route(
        .put, "/admin/orders/{id}", "changeOrder", "Changes status or notes of an order", in: StatusChange.self, out: state.asData,
        access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: [.transitionNotAllowed],
        handler: changeOrder),
      Route(
        .delete, "/admin/orders/{id}", "deleteOrder", "Hides an order", in: IDInput<OrderID>.self, out: nil, status: 204,
        access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: []
      ) { input, call in .command(try await call.execute(DeleteOrder(orderID: input.id), ifMatch: Order.self, input.id)) },
      PaymentCallback.route,
    ] + statuses)

  private static let statuses = ReferenceAdministration<OrderStatus, NewOrderStatus, OrderStatusChange>(
    name: "OrderStatus", title: "an order status", path: "/admin/order-status", idKind: "order_status",
    location: "/api/v1/orders/order-status", row: { OrderStatus.Row(name: $0.name, description: $0.description) }, edited: { $0.id },
    edit: { input, row in
      row.name = input.name ?? row.name
      row.description = input.description.applied(to: row.description)
    },
    side: { $0.reads.orders }, uses: OrderStatements.usesOfStatus
  ).routes

  // MARK: Commands

  @Sendable private static func cancel(_ input: CancelInput, _ call: Call) async throws -> Reply {
    let command = CancelOrder(orderID: input.id, canceller: .customer(call.user.userID), comment: input.reason)
    return reply(try await call.execute(command, within: Order.self, input.id))
  }

  @Sendable private static func changeStatus(_ input: StatusChange, _ call: Call) async throws -> Reply {
    guard let status = input.status else { throw Problem.field("/status", .missingField) }
    switch try move(input, to: status, call) {
    case .cancel(let command): return reply(try await call.execute(command, within: Order.self, input.id))
    case .advance(let command): return reply(try await call.execute(command, within: Order.self, input.id))
    }
  }

  /// Notes and status are two commands: the version is checked by the first that runs.
  @Sendable private static func changeOrder(_ input: StatusChange, _ call: Call) async throws -> Reply {
    var last: Reply?
    switch input.notes {
    case .unchanged: break
    case .set, .clear:
      last = reply(try await call.execute(NoteOrder(orderID: input.id, notes: input.notes.value), ifMatch: Order.self, input.id))
    }
    if let status = input.status {
      switch (try move(input, to: status, call), last == nil) {
      case (.cancel(let command), true): last = reply(try await call.execute(command, ifMatch: Order.self, input.id))
      case (.cancel(let command), false): last = reply(try await call.execute(command, within: Order.self, input.id))
      case (.advance(let command), true): last = reply(try await call.execute(command, ifMatch: Order.self, input.id))
      case (.advance(let command), false): last = reply(try await call.execute(command, within: Order.self, input.id))
      }
    }
    guard let last else { throw Problem.field("/status", .missingField) }
    return last
  }

  private enum Move {
    case cancel(CancelOrder)
    case advance(AdvanceOrder)
  }

  /// Staff moves orders forward or cancels them; all other statuses follow from payments and returns.
  private static func move(_ input: StatusChange, to status: OrderStatusName, _ call: Call) throws -> Move {
    switch status {
    case .cancelled:
      return .cancel(CancelOrder(orderID: input.id, canceller: .administrator(call.user.userID, returnOpen: false), comment: input.reason))
    case .processing: return .advance(AdvanceOrder(orderID: input.id, step: .processing, by: call.user.userID))
    case .shipped: return .advance(AdvanceOrder(orderID: input.id, step: .shipped, by: call.user.userID))
    case .delivered: return .advance(AdvanceOrder(orderID: input.id, step: .delivered, by: call.user.userID))
    case .pending, .confirmed, .refunded, .returned:
      throw Problem(.transitionNotAllowed, members: [("wanted", .string(status.rawValue))])
    }
  }

  private static func reply(_ outcome: CommandOutcome<OrderAnswer>) -> Reply {
    .command(outcome) { json in
      guard let answer = outcome.answer else { return }
      json.field("order_id", answer.orderID)
      json.field("order_number", answer.orderNumber)
      json.field("status", answer.status.rawValue)
      json.field("cancellation_reason", answer.cancellationReason?.rawValue)
    }
  }

  // MARK: Schemas

  private static let names = OrderStatusName.allCases.map(\.rawValue)
  private static let state = Schema.object(
    "OrderState", ["order_id": .id, "order_number": .text, "status": .choice(names), "cancellation_reason": .text.nullable])
  private static let placed = Schema.object(
    "PlacedOrder",
    [
      "order_id": .id, "order_number": .text, "total_amount_ttc": .decimal, "currency": .text, "status": .choice(names),
      "cancellation_reason": .text.nullable,
    ])
}
