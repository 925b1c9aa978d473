import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway
@testable import Aggregates

@Suite struct DeliveryRoutesTests {
  private static let base = "/api/v1/deliveries"

  /// A gateway over sample rows, with orders 2001 to 2003 of user 1 in the log: confirmed, pending, cancelled; and a sale point.
  private func with(_ body: (Harness) async throws -> Void) async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      for (id, more) in [(2_001, "confirmed"), (2_002, "pending"), (2_003, "cancelled")] {
        _ = try await harness.services.executor.execute(GivenOrder(id: OrderID(Int64(id)), status: more))
      }
      _ = try await harness.services.executor.execute(AddSalePoint(id: SalePointID(1), row: SalePoint.Row(name: "Here")))
      _ = try await harness.services.executor.execute(AddSalePoint(id: SalePointID(2), row: SalePoint.Row(name: "Shut", isActive: false)))
      try await body(harness)
    }
  }

  private func create(_ harness: Harness, _ body: String = #"{"order_id":2001,"delivery_address":"1 rue X"}"#) async throws -> Int64 {
    let made = try await harness.send(.post, "\(Self.base)/deliveries/from-order", body, token: harness.token(9, .warehouseManager))
    #expect(made.status == 201, "\(String(decoding: made.body, as: UTF8.self))")
    return try #require(try made.json["data"]?["id"]?.int64Value)
  }

  @Test func `staff creates a delivery and takes it to the door`() async throws {
    try await with { harness in
      let staff = try await harness.token(9, .warehouseManager)
      let id = try await create(harness)
      let steps = [
        #"{"status_id":2}"#, #"{"status":"shipped","carrier_name":"DHL","carrier_tracking_number":"JD1"}"#, #"{"status":"in_transit"}"#,
        #"{"status":"delivered","delivery_notes":"left with the guard","signature":"A. L."}"#,
      ]
      for (step, status) in zip(steps, ["processing", "shipped", "in_transit", "delivered"]) {
        let moved = try await harness.send(.put, "\(Self.base)/deliveries/\(id)/status", step, token: staff)
        #expect(moved.status == 200)
        #expect(try moved.json["data"]?["status"]?.stringValue == status)
        #expect(try moved.json["data"]?["tracking_number"]?.stringValue?.hasPrefix("DEL-") == true)
      }
      let back = try await harness.send(.put, "\(Self.base)/deliveries/\(id)/status", #"{"status":"shipped"}"#, token: staff)
      #expect(back.status == 409)
      #expect(try back.json["current"]?.stringValue == "delivered")
      #expect(try back.json["allowed"]?.arrayValue == [])
    }
  }

  @Test func `a carrier's news come in once, and in any order`() async throws {
    try await with { harness in
      let staff = try await harness.token(9, .admin)
      let id = try await create(harness)
      for step in [#"{"status":"processing"}"#, #"{"status":"shipped","carrier_name":"ups","carrier_tracking_number":"1Z"}"#] {
        #expect(try await harness.send(.put, "\(Self.base)/deliveries/\(id)/status", step, token: staff).status == 200)
      }
      let reports = "\(Self.base)/admin/deliveries/\(id)/carrier-reports"
      for (code, hour, status) in [("DELIVERED", "09", "shipped"), ("IN_TRANSIT", "08", "delivered"), ("IN_TRANSIT", "08", "delivered")] {
        let body = #"{"code":"\#(code)","occurred_at":"2026-01-01T\#(hour):00:00Z","city":"Lyon"}"#
        let answer = try await harness.send(.post, reports, body, token: staff)
        // The delivered one is the last word.
        #expect(answer.status == 200)
        #expect(try answer.json["data"]?["status"]?.stringValue == status)
      }
    }
  }

  @Test func `each bad request has its own problem and changes nothing`() async throws {
    try await with { harness in
      let admin = try await harness.token(9, .superAdmin)
      let id = try await create(harness)
      let before = try await harness.log.head()
      let new = "\(Self.base)/admin/deliveries"
      let status = "\(Self.base)/deliveries/\(id)/status"
      let long = String(repeating: "x", count: 256)
      let cases: [(HTTPRequest.Method, String, String, Int, String)] = [
        (.post, new, "{}", 422, "missing-field"), (.post, new, #"{"order_id":99}"#, 422, "unknown-reference"),
        (.post, new, #"{"order_id":2001,"delivery_address":"x"}"#, 409, "already-taken"),
        (.post, new, #"{"order_id":2002,"delivery_address":"x"}"#, 409, "state-conflict"),
        (.post, new, #"{"order_id":2003,"delivery_address":"x"}"#, 409, "state-conflict"),
        (.post, new, #"{"order_id":2001,"delivery_method":"drone"}"#, 422, "value-not-allowed"),
        (.post, new, #"{"order_id":2001,"delivery_method":"pickup"}"#, 422, "missing-field"),
        (.post, new, #"{"order_id":2001,"delivery_method":"pickup","sale_point_id":2}"#, 422, "unknown-reference"),
        (.post, new, #"{"order_id":2001,"delivery_method":"pickup","sale_point_id":77}"#, 422, "unknown-reference"),
        (.post, new, #"{"order_id":2001,"delivery_address":"x","sale_point_id":1}"#, 422, "value-not-allowed"),
        (.post, new, #"{"order_id":2001}"#, 422, "missing-field"),
        (.post, new, #"{"order_id":2001,"delivery_address":"x","shipping_cost":"-1"}"#, 422, "too-small"),
        (.post, new, #"{"order_id":2001,"delivery_address":"x","estimated_delivery_date":"2020-01-01T00:00:00Z"}"#, 422, "too-small"),
        (.post, new, #"{"order_id":2001,"delivery_address":"x","carrier_name":"\#(long)"}"#, 422, "too-long"),
        (.post, new, #"{"order_id":2001,"delivery_address":"x","recipient_phone":"123456789012345678901"}"#, 422, "too-long"),
        (.post, new, #"{"order_id":2001,"delivery_address":"x","status_id":5}"#, 422, "unknown-field"),
        (.put, status, "{}", 422, "missing-field"), (.put, status, #"{"status_id":77}"#, 422, "unknown-reference"),
        (.put, status, #"{"status":"lost"}"#, 422, "value-not-allowed"),
        (.put, status, #"{"status":"shipped","status_id":2}"#, 422, "value-not-allowed"),
        (.put, status, #"{"status":"delivered"}"#, 409, "state-conflict"),
        (.put, "\(Self.base)/deliveries/9/status", #"{"status":"shipped"}"#, 404, "not-found"),
        (.post, "\(new)/\(id)/carrier-reports", #"{"code":"X","occurred_at":"2026-01-01T00:00:00Z"}"#, 422, "missing-field"),
        (.patch, "\(new)/\(id)", #"{"delivery_address":null}"#, 422, "missing-field"),
        (.patch, "\(new)/\(id)", #"{"tracking_number":"MINE"}"#, 422, "unknown-field"),
        (.post, "\(Self.base)/admin/sale-points", #"{"name":"A","opening_hours":{"monday":"open"}}"#, 422, "invalid-format"),
        (.post, "\(Self.base)/admin/sale-points", #"{"name":"A","opening_hours":{"funday":"closed"}}"#, 422, "unknown-field"),
        (.post, "\(Self.base)/admin/sale-points", #"{"name":"A","latitude":"90.5","longitude":"0"}"#, 422, "too-large"),
        (.post, "\(Self.base)/admin/sale-points", #"{"name":"A","latitude":"9"}"#, 422, "too-short"),
        (.post, "\(Self.base)/admin/sale-points", #"{"name":"A","email":"nobody"}"#, 422, "invalid-format"),
        (.post, "\(Self.base)/admin/sale-points", #"{"name":"A","postal_code":"12345678901"}"#, 422, "too-long"),
        (.post, "\(Self.base)/admin/status", #"{"name":"odd","color":"red"}"#, 422, "invalid-format"),
      ]
      for (method, path, body, wanted, code) in cases {
        let answer = try await harness.send(method, path, body, token: admin, headers: method == .patch ? ["If-Match": "*"] : [:])
        #expect(answer.status == wanted, "\(method) \(path) \(body)")
        #expect(try answer.code == code, "\(method) \(path) \(body)")
        #expect(try await harness.log.head() == before, "\(method) \(path) \(body)")
      }
    }
  }

  @Test func `each role does what it may, and no more`() async throws {
    try await with { harness in
      let id = try await create(harness)
      let sale = #"{"name":"New"}"#
      let routes: [(HTTPRequest.Method, String, String?, customer: Int, staff: Int, admin: Int)] = [
        (.put, "/deliveries/\(id)/status", #"{"status":"processing"}"#, 403, 200, 200),
        (.post, "/deliveries/from-order", "{}", 403, 422, 422), (.post, "/admin/deliveries", "{}", 403, 403, 422),
        (.get, "/admin/deliveries", nil, 403, 403, 200), (.get, "/admin/deliveries/statistics", nil, 403, 403, 200),
        (.get, "/admin/deliveries/1", nil, 403, 403, 200), (.get, "/deliveries", nil, 200, 200, 200),
        (.post, "/admin/deliveries/\(id)/carrier-reports", "{}", 403, 422, 422), (.delete, "/admin/deliveries/9", nil, 403, 403, 428),
        (.patch, "/admin/deliveries/\(id)", "{}", 403, 403, 428), (.put, "/admin/deliveries/\(id)", "{}", 403, 403, 428),
        (.post, "/admin/sale-points", sale, 403, 403, 201), (.get, "/admin/sale-points", nil, 403, 403, 200),
        (.get, "/admin/sale-points/statistics", nil, 403, 403, 200), (.post, "/admin/status", #"{"name":"odd"}"#, 403, 403, 201),
        (.get, "/admin/status", nil, 403, 403, 200), (.delete, "/admin/status/1", nil, 403, 403, 428),
      ]
      let tokens = [
        try await harness.token(1), try await harness.token(9, .warehouseManager), try await harness.token(9, .superAdmin),
      ]
      for (method, path, body, customer, staff, admin) in routes {
        #expect(try await harness.send(method, Self.base + path, body).status == 401, "\(method) \(path)")
        for (token, wanted) in zip(tokens, [customer, staff, admin]) {
          #expect(try await harness.send(method, Self.base + path, body, token: token).status == wanted, "\(method) \(path)")
        }
      }
      for path in ["/deliveries/track/a", "/sale-points", "/sale-points/1", "/status", "/status/1", "/status/statistics"] {
        #expect(try await harness.send(.get, Self.base + path).status == 200, "\(path)")
      }
    }
  }

  @Test func `two who edit one delivery do not overwrite each other`() async throws {
    try await with { harness in
      let admin = try await harness.token(9, .superAdmin)
      let path = "\(Self.base)/admin/deliveries/\(try await create(harness))"
      let first = try await harness.send(.patch, path, #"{"delivery_notes":"a"}"#, token: admin, headers: ["If-Match": "\"v1\""])
      #expect(first.status == 200)
      let second = try await harness.send(.patch, path, #"{"delivery_notes":"b"}"#, token: admin, headers: ["If-Match": "\"v1\""])
      #expect(second.status == 412)
      #expect(try await harness.send(.delete, path, token: admin, headers: ["If-Match": "*"]).status == 204)
      #expect(try await harness.send(.patch, path, #"{"delivery_notes":"c"}"#, token: admin, headers: ["If-Match": "*"]).status == 404)
    }
  }

  @Test func `a used status or sale point stays, an unused one goes`() async throws {
    try await with { harness in
      let admin = try await harness.token(9, .superAdmin)
      for path in ["sale-points/1", "sale-points/2"] {
        let answer = try await harness.send(.delete, "\(Self.base)/admin/\(path)", token: admin, headers: ["If-Match": "*"])
        #expect(answer.status == (path.hasSuffix("1") ? 409 : 204))
        if answer.status == 409 { #expect(try answer.json["used_by"]?.int64Value == 1) }
      }
    }
  }

  @Test func `what is public of a parcel tells of no person`() async throws {
    try await with { harness in
      let parcel = try await harness.send(.get, "\(Self.base)/deliveries/track/a")
      let text = String(decoding: parcel.body, as: UTF8.self)
      #expect(parcel.status == 200)
      for secret in ["First", "rue X", "recipient", "user_id", "order_id", "delivery_address", "notes"] { #expect(!text.contains(secret)) }
      let pickup = try await harness.send(.get, "\(Self.base)/deliveries/track/DEL-PICKUP-00000001")
      #expect(try pickup.json["data"]?["sale_point"]?["name"]?.stringValue == "MNS Paris Centre")
      #expect(try await harness.send(.get, "\(Self.base)/deliveries/track/nobodys").status == 404)
    }
  }

  @Test func `sale points around a place come by distance, within the radius`() async throws {
    try await with { harness in
      func near(_ query: String) async throws -> [Int64] {
        let answer = try await harness.send(.get, "\(Self.base)/sale-points/nearby?\(query)")
        #expect(answer.status == 200, "\(query)")
        return try answer.json["data"]!.arrayValue!.map { $0["id"]!.int64Value! }
      }
      #expect(try await near("latitude=48.85&longitude=2.35") == [1])
      #expect(try await near("latitude=49&longitude=2.5&radius=100") == [2, 1])
      #expect(try await near("latitude=45.7&longitude=4.8&radius=1") == [])
      #expect(try await near("latitude=90&longitude=0") == [])
      let one = try await harness.send(.get, "\(Self.base)/sale-points/nearby?latitude=48.856614&longitude=2.3522219")
      #expect(try one.json["data"]?[0]?["distance_km"]?.stringValue == "0.000")
      for query in ["", "latitude=1", "latitude=91&longitude=0", "latitude=1&longitude=1&radius=0.5", "latitude=1&longitude=1&radius=101"] {
        #expect(try await harness.send(.get, "\(Self.base)/sale-points/nearby?\(query)").status == 400, "\(query)")
      }
    }
  }

  @Test func `a box holds its circle, also at the poles and across the date line`() {
    let paris = GeoBox(latitude: 48.85, longitude: 2.35, radius: 10)
    #expect(paris.latitudes.contains(48.85 + 0.0899) && !paris.latitudes.contains(48.95))
    #expect(paris.longitudes.contains(2.35 + 0.136) && !paris.longitudes.contains(2.5))
    #expect(GeoBox(latitude: 89.95, longitude: 0, radius: 10).longitudes == -180...180)
    #expect(GeoBox(latitude: 0, longitude: 179.99, radius: 10).longitudes == -180...180)
  }

  @Test func `statistics count what is there`() async throws {
    try await with { harness in
      let admin = try await harness.token(9, .superAdmin)
      let all = try await harness.send(.get, "\(Self.base)/admin/deliveries/statistics", token: admin).json["data"]
      #expect(all?["total"]?.int64Value == 2)
      #expect(all?["shipped"]?.int64Value == 1)
      #expect(all?["by_method"]?["pickup"]?.int64Value == 1)
      #expect(all?["by_status"]?.arrayValue?.map { $0["deliveries"]?.int64Value } == [1, 1])
    }
  }
}

/// An order of user 1 as other services see it.
struct GivenOrder: Command {
  let id: OrderID
  let status: String
  var websiteID: WebsiteID?

  func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let placed = OrderPlaced(
      orderID: id, orderNumber: "ORD-\(id)", userID: UserID(1), basketID: BasketID(1), attempt: 1, websiteID: websiteID,
      billingAddressID: AddressID(1), shippingAddressID: nil, paymentMethod: .card, lines: [], codes: [],
      totals: CheckoutTotals(subtotalHT: .zero, totalDiscount: .zero, totalHT: .zero, totalVAT: .zero, totalTTC: .zero), personal: nil)
    var events: [OrderEvent] = [.orderPlaced(placed)]
    if status == "confirmed" {
      events.append(
        .orderConfirmed(
          OrderConfirmed(
            orderID: id, orderNumber: "ORD-\(id)", userID: UserID(1), previousStatus: .pending, basketID: BasketID(1), codes: [])))
    }
    try session.record(events, on: Order.self, id)
    if status == "cancelled" {
      _ = try CancelOrder(orderID: id, canceller: .customer(UserID(1))).decide(in: &session)
    }
    return NoAnswer()
  }
}
