import Aggregates

/// Units of a line of an order.
struct ReturnItemInput: RouteInput {
  let item: RequestReturn.Item

  init(_ fields: inout InputReader) {
    item = RequestReturn.Item(
      orderItemID: fields.body("order_item_id", .id(OrderItemID.self)),
      quantity: fields.body("quantity", .integer(min: 1, max: 2_147_483_647)))
  }
}

struct NewReturn: RouteInput {
  let ticketID: TicketID
  let reason: ReturnReason
  let items: [RequestReturn.Item]
  let comment: String?

  init(_ fields: inout InputReader) {
    ticketID = fields.path("id", .id(TicketID.self))
    reason = fields.body("reason", .choice(ReturnReason.self))
    items = fields.bodyList("lines", of: ReturnItemInput.self, atMost: Return.maximumLines).map(\.item)
    comment = fields.optional("comment", .text(1_000))
  }
}

struct ReturnAuthorisation: RouteInput {
  let id: ReturnID
  let label: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ReturnID.self))
    label = fields.optional("label", .text(255))
  }
}

struct ReturnRefusal: RouteInput {
  let id: ReturnID
  let reason: String

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ReturnID.self))
    reason = fields.body("reason", .text(1_000))
  }
}

struct ReturnShipment: RouteInput {
  let id: ReturnID
  let tracking: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ReturnID.self))
    tracking = fields.optional("tracking", .text(255))
  }
}

/// How many units of which line came.
struct ReturnReceipt: RouteInput {
  let id: ReturnID
  let items: [ReturnReceived.Item]

  private struct Item: RouteInput {
    let id: ReturnLineID
    let quantity: Int64

    init(_ fields: inout InputReader) {
      id = fields.body("id", .id(ReturnLineID.self))
      quantity = fields.body("quantity", .integer(min: 1, max: 2_147_483_647))
    }
  }

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ReturnID.self))
    items = fields.bodyList("lines", of: Item.self, atMost: Return.maximumLines).map {
      ReturnReceived.Item(lineID: $0.id, quantity: $0.quantity)
    }
  }
}

/// What was found of each line that came.
struct ReturnInspection: RouteInput {
  let id: ReturnID
  let lines: [ReturnMove.Inspection]

  private struct Line: RouteInput {
    let id: ReturnLineID
    let accepted: Int64
    let restock: Bool

    init(_ fields: inout InputReader) {
      id = fields.body("id", .id(ReturnLineID.self))
      accepted = fields.body("accepted", .integer(min: 0, max: 2_147_483_647))
      restock = fields.body("restock", .bool)
    }
  }

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ReturnID.self))
    lines = fields.bodyList("lines", of: Line.self, atMost: Return.maximumLines).map {
      ReturnMove.Inspection(lineID: $0.id, accepted: $0.accepted, restock: $0.restock)
    }
  }
}

struct ReturnReplacement: RouteInput {
  let id: ReturnID
  let orderID: OrderID

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ReturnID.self))
    orderID = fields.body("order_id", .id(OrderID.self))
  }
}
