import Aggregates

/// Cancelling an order, with or without a reason.
struct CancelInput: RouteInput {
  let id: OrderID
  let reason: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(OrderID.self))
    reason = fields.optional("reason", .text(1_000, min: 0))
  }
}

/// A new status of an order, by name or id; staff may give a reason.
struct StatusChange: RouteInput {
  let id: OrderID
  let status: OrderStatusName?
  let reason: String?
  let notes: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(OrderID.self))
    let byName = fields.optional("status", .choice(OrderStatusName.self))
    let byID = fields.optional("status_id", .id(OrderStatusID.self))
    reason = fields.optional("reason", .text(1_000, min: 0))
    notes = fields.nullableChange("notes", .text(1_000, min: 0))
    let named = byID.flatMap { id in OrderStatusName.allCases.first { $0.id == id } }
    if byID != nil, named == nil { fields.fault("/status_id", .unknownReference) }
    if let byName, let named, byName != named { fields.fault("/status_id", .valueNotAllowed) }
    status = byName ?? named
  }
}

struct NewOrderStatus: RouteInput {
  let name: String
  let description: String?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    description = fields.optional("description", .text(1_000, min: 0))
  }
}

struct OrderStatusChange: RouteInput {
  let id: OrderStatusID
  let name: String?
  let description: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(OrderStatusID.self))
    name = fields.change("name", .text(255))
    description = fields.nullableChange("description", .text(1_000, min: 0))
  }
}

/// The body of a checkout.
struct CheckoutInput: RouteInput {
  let basketID: BasketID
  let billingAddressID: AddressID
  let shippingAddressID: AddressID?
  let notes: String?
  let method: PaymentMethod
  let token: String?

  init(_ fields: inout InputReader) {
    basketID = fields.body("basket_id", .id(BasketID.self))
    billingAddressID = fields.body("billing_address_id", .id(AddressID.self))
    shippingAddressID = fields.optional("shipping_address_id", .id(AddressID.self))
    notes = fields.optional("notes", .text(1_000, min: 0))
    method = fields.optional("payment_method", .choice(PaymentMethod.self)) ?? .card
    token = fields.optional("payment_token", .text(255))
  }
}
