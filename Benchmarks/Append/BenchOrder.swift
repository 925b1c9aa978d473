import EventSourcing
import JSON

/// The typed form of the measured events.
struct BenchOrderPlaced: EventPayload {
  struct Line: Hashable, Sendable {
    var productID: Int64
    var quantity: Int64
    var unitCents: Int64
  }

  static let type = EventType("BenchOrderPlaced", .public)

  var orderID: Int64
  var userID: Int64
  var currency: String
  var totalCents: Int64
  var lines: [Line]
  var note: String

  init(from json: inout JSONObjectReader) throws {
    orderID = try json.int64("order_id")
    userID = try json.int64("user_id")
    currency = try json.string("currency")
    totalCents = try json.int64("total_cents")
    lines = try json.array("lines") {
      try Line(productID: $0.int64("product_id"), quantity: $0.int64("quantity"), unitCents: $0.int64("unit_cents"))
    }
    note = try json.string("note")
  }

  func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("user_id", userID)
    json.field("currency", currency)
    json.field("total_cents", totalCents)
    json.array("lines", lines) { json, line in
      json.field("product_id", line.productID)
      json.field("quantity", line.quantity)
      json.field("unit_cents", line.unitCents)
    }
    json.field("note", note)
  }
}

enum BenchOrderEvent: AggregateEvent {
  case placed(BenchOrderPlaced)

  static let decoder = EventDecoder<BenchOrderEvent>([EventCase(BenchOrderPlaced.self, BenchOrderEvent.placed)])

  var payload: any EventPayload {
    switch self {
    case .placed(let event): event
    }
  }
}
