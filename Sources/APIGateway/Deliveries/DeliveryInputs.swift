import Aggregates
import EventSourcing

/// A parcel's number, in a path.
struct TrackingNumberInput: RouteInput {
  let trackingNumber: String

  init(_ fields: inout InputReader) {
    trackingNumber = fields.path("trackingNumber", .text(255))
  }
}

/// A delivery to be created for an order. What is left out is the order's, or the tariff's.
struct NewDelivery: RouteInput {
  let orderID: OrderID
  let content: DeliveryContent
  let shippingCost: Cents?
  let estimatedAt: Timestamp?

  init(_ fields: inout InputReader) {
    orderID = fields.body("order_id", .id(OrderID.self))
    var content = DeliveryContent()
    content.method = fields.optional("delivery_method", .choice(DeliveryMethod.self)) ?? .standard
    content.salePointID = fields.optional("sale_point_id", .id(SalePointID.self))
    shippingCost = fields.optional("shipping_cost", .money)
    estimatedAt = fields.optional("estimated_delivery_date", .time)
    content.address = fields.optional("delivery_address", .text(DeliveryContent.maximumTextLength))
    content.instructions = fields.optional("special_instructions", .text(DeliveryContent.maximumTextLength, min: 0))
    content.recipientName = fields.optional("recipient_name", .text(255, min: 0))
    content.recipientPhone = fields.optional("recipient_phone", .text(20, min: 0))
    content.carrierName = fields.optional("carrier_name", .text(255))
    content.carrierTrackingNumber = fields.optional("carrier_tracking_number", .text(255))
    content.notes = fields.optional("delivery_notes", .text(DeliveryContent.maximumTextLength, min: 0))
    self.content = content
  }
}

/// A change of a delivery: what is left out stays, null removes.
struct DeliveryChange: RouteInput {
  let id: DeliveryID
  let method: DeliveryMethod?
  let salePointID: Change<SalePointID>
  let shippingCost: Cents?
  let estimatedAt: Timestamp?
  let address: Change<String>
  let instructions: Change<String>
  let recipientName: Change<String>
  let recipientPhone: Change<String>
  let carrierName: Change<String>
  let carrierTrackingNumber: Change<String>
  let notes: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(DeliveryID.self))
    method = fields.change("delivery_method", .choice(DeliveryMethod.self))
    salePointID = fields.nullableChange("sale_point_id", .id(SalePointID.self))
    shippingCost = fields.change("shipping_cost", .money)
    estimatedAt = fields.change("estimated_delivery_date", .time)
    address = fields.nullableChange("delivery_address", .text(DeliveryContent.maximumTextLength))
    instructions = fields.nullableChange("special_instructions", .text(DeliveryContent.maximumTextLength, min: 0))
    recipientName = fields.nullableChange("recipient_name", .text(255, min: 0))
    recipientPhone = fields.nullableChange("recipient_phone", .text(20, min: 0))
    carrierName = fields.nullableChange("carrier_name", .text(255))
    carrierTrackingNumber = fields.nullableChange("carrier_tracking_number", .text(255))
    notes = fields.nullableChange("delivery_notes", .text(DeliveryContent.maximumTextLength, min: 0))
  }

  func apply(to content: inout DeliveryContent) {
    content.method = method ?? content.method
    content.salePointID = salePointID.applied(to: content.salePointID)
    // Whoever fetches it himself pays nothing for the way.
    content.shippingCost = shippingCost ?? (method == .pickup ? Cents(0) : content.shippingCost)
    content.estimatedAt = estimatedAt ?? content.estimatedAt
    content.address = address.applied(to: content.address)
    content.instructions = instructions.applied(to: content.instructions)
    content.recipientName = recipientName.applied(to: content.recipientName)
    content.recipientPhone = recipientPhone.applied(to: content.recipientPhone)
    content.carrierName = carrierName.applied(to: content.carrierName)
    content.carrierTrackingNumber = carrierTrackingNumber.applied(to: content.carrierTrackingNumber)
    content.notes = notes.applied(to: content.notes)
  }
}

/// A new status of a delivery, by name or id, with what the step needs.
struct DeliveryStatusMove: RouteInput {
  let id: DeliveryID
  let status: DeliveryStatusName?
  let move: DeliveryMove

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(DeliveryID.self))
    let byID = fields.optional("status_id", .id(DeliveryStatusID.self))
    let byName = fields.optional("status", .choice(DeliveryStatusName.self))
    var move = DeliveryMove(to: .pending)
    move.notes = fields.optional("delivery_notes", .text(DeliveryContent.maximumTextLength, min: 0))
    move.carrierName = fields.optional("carrier_name", .text(255))
    move.carrierTrackingNumber = fields.optional("carrier_tracking_number", .text(255))
    move.reason = fields.optional("reason", .text(1_000))
    move.retryScheduled = fields.optional("retry_scheduled", .bool) ?? true
    move.estimatedAt = fields.optional("estimated_delivery_date", .time)
    move.signature = fields.optional("signature", .text(255))
    let named = byID.flatMap { DeliveryStatusName(id: $0) }
    // Statuses that staff has added are no steps of the machine.
    if byID != nil, named == nil { fields.fault("/status_id", .unknownReference) }
    if let byName, let named, byName != named { fields.fault("/status_id", .valueNotAllowed) }
    status = byName ?? named
    move.status = status ?? .pending
    self.move = move
  }
}

/// What a carrier said of a parcel.
struct CarrierReportInput: RouteInput {
  let id: DeliveryID
  let report: CarrierReport
  let signatureRequired: Bool?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(DeliveryID.self))
    report = CarrierReport(
      code: fields.body("code", .text(100)), occurredAt: fields.body("occurred_at", .time),
      city: fields.optional("city", .text(255, min: 0)), country: fields.optional("country", .text(255, min: 0)),
      description: fields.optional("description", .text(255, min: 0)))
    signatureRequired = fields.optional("signature_required", .bool)
  }
}

struct NewDeliveryStatus: RouteInput {
  let row: DeliveryStatus.Row

  init(_ fields: inout InputReader) {
    row = DeliveryStatus.Row(
      name: fields.body("name", .text(255)), color: fields.optional("color", .text(7, .color)) ?? "#000000",
      description: fields.optional("description", .text(10_000, min: 0)))
  }
}

struct DeliveryStatusChange: RouteInput {
  let id: DeliveryStatusID
  let name: String?
  let color: String?
  let description: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(DeliveryStatusID.self))
    name = fields.change("name", .text(255))
    color = fields.change("color", .text(7, .color))
    description = fields.nullableChange("description", .text(10_000, min: 0))
  }
}
