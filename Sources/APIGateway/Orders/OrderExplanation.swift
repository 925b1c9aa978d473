import Aggregates
import EventSourcing
import JSON

/// Tells from the log what gave each cent of an order: line by line the price, the rate and the discount, each with the events that
/// decided it.
enum OrderExplanation {
  /// For the owner and for administrators, those of the order's website included; to everybody else there is no such order.
  @Sendable static func explain(_ input: IDInput<OrderID>, _ call: Call) async throws -> Reply {
    var history = OrderHistory(log: call.services.log)
    guard let first = try await history.events(Order.stream(input.id)).first else { throw Problem(.notFound) }
    let explanation: JSONValue
    switch try OrderEvent.decoder.decode(first) {
    case .orderPlaced(let placed):
      guard placed.websiteID == call.websiteID, try await isTold(call, placed.userID) else { throw Problem(.notFound) }
      explanation = try await explain(placed, first, &history)
    case .orderImported(let imported):
      guard call.websiteID == nil, try await isTold(call, imported.userID) else { throw Problem(.notFound) }
      explanation = explain(imported, first)
    default: throw Problem(.notFound)
    }
    return Reply(.bytes((["data": explanation] as JSONValue).serialized), position: first.position)
  }

  private static func isTold(_ call: Call, _ owner: UserID) async throws -> Bool {
    if call.user.userID == owner { return true }
    return try await call.rights().allows(.administrators(within: .website), on: call.websiteID)
  }

  private static func explain(
    _ placed: OrderPlaced, _ event: RecordedEvent, _ history: inout OrderHistory
  ) async throws -> JSONValue {
    let (checkout, start) = try await self.checkout(of: placed, &history)
    // Prices and rates were read from copies; what counts is what these had seen.
    let seen = checkout.map { Position($0.copiesPosition) } ?? event.position
    var terms: [String: (PromoCodeDefinition, RecordedEvent)] = [:]
    var codes: [JSONValue] = []
    for code in placed.codes {
      terms[code.code] = try await history.terms(of: code.code, at: start?.position ?? event.position)
      let claim = try await history.claim(of: code.code, for: placed.orderID)
      codes.append([
        "code": .string(code.code), "amount": .string(code.amount.description),
        "decided_by": references([terms[code.code]?.1, claim]),
      ])
    }
    let shares = checkout?.discountShares(terms.mapValues(\.0))
    var lines: [JSONValue] = []
    for (index, line) in placed.lines.enumerated() {
      let price = try await price(of: line, seen: seen, by: start?.position ?? event.position, &history)
      let rate = try await history.rate(of: line.productID, at: seen)
      let parts = placed.codes.indices.compactMap { code -> JSONValue? in
        guard let share = shares?[code][index], share > .zero else { return nil }
        let name = placed.codes[code].code
        return [
          "code": .string(name), "amount": .string(share.description), "decided_by": references([terms[name]?.1]),
        ]
      }
      lines.append([
        "order_item_id": .int(line.orderItemID.rawValue), "product_id": .int(line.productID.rawValue),
        "product_ref": .string(line.productRef), "quantity": .int(line.quantity),
        "unit_price_ht": value(line.unitPriceHT.description, [price]), "vat_rate": value(text(line.vatRate), rate),
        "total_price_ht": .string(line.totalHT.description), "total_discount": .string(line.discount.description),
        "discounts": .array(parts), "vat_amount": .string(line.vat.description), "total_price_ttc": .string(line.totalTTC.description),
      ])
    }
    return document(
      id: placed.orderID, number: placed.orderNumber, totals: placed.totals, decidedBy: [start, event],
      copiesPosition: checkout?.copiesPosition, codes: codes, lines: lines)
  }

  /// All amounts of an imported order are its source's.
  private static func explain(_ imported: OrderImported, _ event: RecordedEvent) -> JSONValue {
    let lines = imported.lines.map { line -> JSONValue in
      [
        "order_item_id": .int(line.orderItemID.rawValue), "product_id": .int(line.productID.rawValue),
        "product_ref": .string(line.productRef), "quantity": .int(line.quantity),
        "unit_price_ht": value(line.unitPriceHT.description, [event]), "vat_rate": value("0.00", [event]),
        "total_price_ht": .string(line.totalHT.description), "total_discount": .string(line.discount.description), "discounts": [],
        "vat_amount": "0.00", "total_price_ttc": .string(Cents(rawValue: line.totalHT.rawValue - line.discount.rawValue).description),
      ]
    }
    return document(
      id: imported.orderID, number: imported.orderNumber, totals: CheckoutTotals(imported), decidedBy: [event], copiesPosition: nil,
      codes: [], lines: lines)
  }

  /// The event that froze the basket for this order.
  private static func checkout(
    of placed: OrderPlaced, _ history: inout OrderHistory
  ) async throws -> (CheckoutStarted?, RecordedEvent?) {
    for event in try await history.events(Basket.stream(placed.basketID)) where event.type == CheckoutStarted.type.name {
      let checkout = try PayloadDecoder(CheckoutStarted.self).decode(event)
      if checkout.orderID == placed.orderID { return (checkout, event) }
    }
    return (nil, nil)
  }

  /// The event that set the price. Copies of a product that had just been made are read a little later than those of the others.
  private static func price(
    of line: CheckoutLine, seen: Position, by end: Position, _ history: inout OrderHistory
  ) async throws -> RecordedEvent? {
    if let (price, event) = try await history.price(of: line.productID, at: seen), price == line.unitPriceHT { return event }
    guard let (price, event) = try await history.price(of: line.productID, at: end), price == line.unitPriceHT else { return nil }
    return event
  }

  // MARK: JSON

  private static func document(
    id: OrderID, number: String, totals: CheckoutTotals, decidedBy: [RecordedEvent?], copiesPosition: Int64?, codes: [JSONValue],
    lines: [JSONValue]
  ) -> JSONValue {
    [
      "order_id": .int(id.rawValue), "order_number": .string(number), "total_amount_ht": .string(totals.totalHT.description),
      "total_discount": .string(totals.totalDiscount.description), "vat_amount": .string(totals.totalVAT.description),
      "total_amount_ttc": .string(totals.totalTTC.description), "currency": .string(Cents.currencyCode),
      "decided_by": references(decidedBy), "copies_position": copiesPosition.map { .int($0) } ?? .null, "codes": .array(codes),
      "lines": .array(lines),
    ]
  }

  private static func value(_ text: String, _ events: [RecordedEvent?]) -> JSONValue {
    ["value": .string(text), "decided_by": references(events)]
  }

  private static func references(_ events: [RecordedEvent?]) -> JSONValue { .array(events.compactMap { $0?.reference }) }

  /// Percent with two digits after the point, as the order shows it.
  private static func text(_ rate: VATRate) -> String { DecimalText.text((rate.rawValue + 5) / 10, scale: 2) }

  // MARK: Schema

  private static let reference = Schema.object(
    "EventReference", ["type": .text, "stream": .text, "version": .integer, "position": .integer, "occurred_at": .time])
  private static let decided = Schema.object("DecidedValue", ["value": .decimal, "decided_by": .array(reference)])
  private static let share = Schema.object("DecidedDiscount", ["code": .text, "amount": .decimal, "decided_by": .array(reference)])
  private static let line = Schema.object(
    "ExplainedLine",
    [
      "order_item_id": .id, "product_id": .id, "product_ref": .text, "quantity": .integer, "unit_price_ht": decided, "vat_rate": decided,
      "total_price_ht": .decimal, "total_discount": .decimal, "discounts": .array(share), "vat_amount": .decimal,
      "total_price_ttc": .decimal,
    ])
  static let schema = Schema.object(
    "OrderExplanation",
    [
      "order_id": .id, "order_number": .text, "total_amount_ht": .decimal, "total_discount": .decimal, "vat_amount": .decimal,
      "total_amount_ttc": .decimal, "currency": .text, "decided_by": .array(reference), "copies_position": .integer.nullable,
      "codes": .array(share), "lines": .array(line),
    ])
}
