import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres
import ProcessManagers

/// Deliveries: followed by anybody who knows the number, by their customers, and moved on by staff.
enum DeliveryRoutes {
  static let group = RouteGroup(
    service: "deliveries",
    routes: [HealthRoutes.route(of: "deliveries") { $0.reads.deliveries }] + following + steps + administration
      + SalePointRoutes.routes + DeliveryStatusRoutes.routes)

  private static let staff = Access.permission(.ordersUpdate, within: .website)

  private static let following: [Route] = [
    .row(
      "/deliveries/track/{trackingNumber}", "trackDelivery", "Where a parcel is", in: TrackingNumberInput.self, access: .everyone,
      from: { $0.reads.deliveries }, DeliveryResources.tracked
    ) { input, _ in [.text(input.trackingNumber)] },
    .list(
      "/deliveries", "deliveries", "Deliveries of own orders, newest first", in: NoInput.self, access: .bearer,
      from: { $0.reads.deliveries }, DeliveryResources.ofUser
    ) { _, call in [.int64(call.user.userID.rawValue)] },
    .row(
      "/deliveries/{id}", "delivery", "A delivery of an own order", in: IDInput<DeliveryID>.self, access: .bearer,
      from: { $0.reads.deliveries }, DeliveryResources.own
    ) { input, call in [.int64(input.id.rawValue), .int64(call.user.userID.rawValue)] },
  ]

  private static let steps: [Route] = [
    Route(
      .put, "/deliveries/{id}/status", "moveDelivery", "Moves a delivery to another status", in: DeliveryStatusMove.self,
      out: state.asData, access: staff, idempotency: .none, problems: [.stateConflict, .unknownReference]
    ) { input, call in
      guard input.status != nil else { throw Problem.field("/status_id", .missingField) }
      var move = input.move
      move.by = call.user.userID
      let command = MoveDelivery(deliveryID: input.id, move, terms: call.services.configuration.deliveryTerms)
      return reply(try await call.execute(command, within: Delivery.self, input.id))
    },
    Route(
      .post, "/deliveries/from-order", "createDeliveryFromOrder", "Creates the delivery of an order", in: NewDelivery.self,
      out: state.asData, status: 201, access: staff, idempotency: .optional,
      problems: [.alreadyTaken, .unknownReference, .stateConflict], handler: create),
  ]

  private static let administration: [Route] = [
    .list(
      "/admin/deliveries", "allDeliveries", "All deliveries, newest first", in: NoInput.self, access: .administrators(within: .website),
      from: { $0.reads.deliveries }, DeliveryResources.all
    ) { _, _ in [] },
    .row(
      "/admin/deliveries/statistics", "deliveryStatistics", "How many deliveries there are, by status and method", in: NoInput.self,
      access: .administrators(within: .website), from: { $0.reads.deliveries }, DeliveryResources.statistics
    ) { _, _ in [] },
    .row(
      "/admin/deliveries/{id}", "anyDelivery", "A delivery", in: IDInput<DeliveryID>.self, access: .administrators(within: .website),
      from: { $0.reads.deliveries }, DeliveryResources.one
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .post, "/admin/deliveries", "addDelivery", "Creates the delivery of an order", in: NewDelivery.self, out: state.asData,
      status: 201, access: .administrators(within: .website), idempotency: .optional,
      problems: [.alreadyTaken, .unknownReference, .stateConflict],
      handler: create),
    Route(
      .put, "/admin/deliveries/{id}", "replaceDelivery", "Changes a delivery", in: DeliveryChange.self, out: state.asData,
      access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: [.stateConflict, .unknownReference],
      handler: change),
    Route(
      .patch, "/admin/deliveries/{id}", "changeDelivery", "Changes fields of a delivery", in: DeliveryChange.self, out: state.asData,
      access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: [.stateConflict, .unknownReference],
      handler: change),
    Route(
      .delete, "/admin/deliveries/{id}", "deleteDelivery", "Hides a delivery that is not on its way", in: IDInput<DeliveryID>.self,
      out: nil, status: 204, access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch,
      problems: [.stateConflict]
    ) { input, call in .command(try await call.execute(DeleteDelivery(deliveryID: input.id), ifMatch: Delivery.self, input.id)) },
    Route(
      .post, "/admin/deliveries/{id}/carrier-reports", "reportCarrier", "Takes in what a carrier says of a parcel",
      in: CarrierReportInput.self, out: state.asData, access: staff, idempotency: .optional, problems: []
    ) { input, call in
      let command = RecordCarrierReports(
        deliveryID: input.id, reports: [input.report], signatureRequired: input.signatureRequired,
        terms: call.services.configuration.deliveryTerms)
      return reply(try await call.execute(command, within: Delivery.self, input.id))
    },
  ]

  // MARK: Commands

  /// Orders that goods may leave the house for.
  private static let deliverable: [OrderStatusName] = [.confirmed, .processing, .shipped]

  @Sendable private static func create(_ input: NewDelivery, _ call: Call) async throws -> Reply {
    let services = call.services
    guard let order = try await OrderFacts.read(input.orderID, from: services.log), order.websiteID == call.websiteID else {
      throw Problem.field("/order_id", .unknownReference)
    }
    guard deliverable.contains(order.status) else {
      throw Problem.conflict(.stateConflict, current: order.status.rawValue, allowed: deliverable.map(\.rawValue))
    }
    var content = input.content
    var addressID: AddressID?
    if let recipient = order.recipient {
      if content.method != .pickup, content.address == nil {
        content.address = recipient.address
        addressID = order.addressID
      }
      content.recipientName = content.recipientName ?? recipient.name
      content.recipientPhone = content.recipientPhone ?? recipient.phone
    }
    let id = DeliveryID(try await call.nextID("delivery"))
    var command = CreateDelivery(
      deliveryID: id, trackingNumber: "", orderID: input.orderID, userID: order.userID, websiteID: order.websiteID,
      addressID: addressID, content: content,
      shippingCost: input.shippingCost, estimatedAt: input.estimatedAt, terms: services.configuration.deliveryTerms)
    let outcome = try await TrackingNumber.draw(content.method, from: services.log, at: .now()) { number in
      command.trackingNumber = number
      return try await call.execute(command)
    }
    return reply(outcome, location: "/api/v1/deliveries/admin/deliveries/\(outcome.answer?.deliveryID ?? id)")
  }

  @Sendable private static func change(_ input: DeliveryChange, _ call: Call) async throws -> Reply {
    reply(try await call.execute(ChangeDelivery(deliveryID: input.id) { input.apply(to: &$0) }, ifMatch: Delivery.self, input.id))
  }

  private static func reply(_ outcome: CommandOutcome<DeliveryAnswer>, location: String? = nil) -> Reply {
    .command(outcome, location: location) { json in
      guard let answer = outcome.answer else { return }
      json.field("id", answer.deliveryID)
      json.field("tracking_number", answer.trackingNumber)
      json.field("order_id", answer.orderID)
      json.field("status", answer.status.rawValue)
    }
  }

  private static let state = Schema.object(
    "DeliveryState",
    ["id": .id, "tracking_number": .text, "order_id": .id, "status": .choice(DeliveryStatusName.allCases.map(\.rawValue))])
}
