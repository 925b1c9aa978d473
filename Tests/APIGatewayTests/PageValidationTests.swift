import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// The validations of the catalogue and of support, rule by rule, through HTTP: each has its own problem, and what breaks it changes nothing.
@Suite struct PageValidationTests {
  /// A request that breaks one rule: method, path, body, status, code, and the field it is about.
  private typealias Case = (HTTPRequest.Method, String, String?, Int, String, String?)

  private static let long = String(repeating: "x", count: 256)

  private func check(_ cases: [Case], _ harness: Harness, _ token: String) async throws {
    let before = try await harness.log.head()
    for (method, path, body, status, code, pointer) in cases {
      let headers = method == .post || method == .get ? [:] : ["If-Match": "*"]
      let answer = try await harness.send(method, path, body, token: token, headers: headers)
      let what = "\(method) \(path) \(body ?? "")"
      #expect(answer.status == status, "\(what)")
      #expect(try answer.code == code, "\(what)")
      #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer, "\(what)")
      #expect(try await harness.log.head() == before, "\(what)")
    }
  }

  @Test func `a product and its stock, rates, brands and types`() async throws {
    try await ReadDatabases.with(only: ["products_service_db"]) { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .admin)
      func add(_ path: String, _ body: String) async throws -> Int64 {
        let answer = try await harness.send(.post, "/api/v1/products/admin/\(path)", body, token: token)
        return try #require(try answer.json["data"]?["id"]?.int64Value, "\(path)")
      }
      let vat = try await add("vat", #"{"name":"TVA","value_":"20.00"}"#)
      let brand = try await add("brands", #"{"name":"Philips"}"#)
      let type = try await add("types", #"{"name":"Moulin"}"#)
      let id = try await add("products", #"{"name":"Moulin","ref":"M-1","price_ht":"10.00","stock":2}"#)
      let admin = "/api/v1/products/admin"
      let (products, product) = ("\(admin)/products", "\(admin)/products/\(id)")
      func fresh(_ fields: String) -> String { "{\"name\":\"a\",\"ref\":\"b\",\"price_ht\":\"1.00\",\"stock\":0,\(fields)}" }
      try await check(
        [
          (.post, products, #"{"ref":"b","price_ht":"1.00","stock":0}"#, 422, "missing-field", "/name"),
          (.post, products, #"{"name":"a","price_ht":"1.00","stock":0}"#, 422, "missing-field", "/ref"),
          (.post, products, #"{"name":"a","ref":"b","stock":0}"#, 422, "missing-field", "/price_ht"),
          (.post, products, #"{"name":"a","ref":"b","price_ht":"1.00"}"#, 422, "missing-field", "/stock"),
          (.post, products, #"{"name":"\#(Self.long)","ref":"b","price_ht":"1.00","stock":0}"#, 422, "too-long", "/name"),
          (.post, products, #"{"name":"a","ref":"\#(Self.long)","price_ht":"1.00","stock":0}"#, 422, "too-long", "/ref"),
          (.post, products, #"{"name":"a","ref":"b","price_ht":"-1.00","stock":0}"#, 422, "too-small", "/price_ht"),
          (.post, products, #"{"name":"a","ref":"b","price_ht":"1.001","stock":0}"#, 422, "invalid-format", "/price_ht"),
          (.post, products, #"{"name":"a","ref":"b","price_ht":"1.00","stock":-1}"#, 422, "too-small", "/stock"),
          (.post, products, #"{"name":"a","ref":"b","price_ht":"1.00","stock":1.5}"#, 422, "wrong-type", "/stock"),
          (.post, products, #"{"name":"a","ref":"M-1","price_ht":"1.00","stock":0}"#, 409, "already-taken", "/ref"),
          (.post, products, fresh(#""id_1":99"#), 422, "unknown-reference", "/id_1"),
          (.post, products, fresh(#""type_ids":[99]"#), 422, "unknown-reference", "/type_ids"),
          (.post, products, fresh(#""type_ids":\#(type)"#), 422, "wrong-type", "/type_ids"),
          (.post, products, fresh(#""website_id":1"#), 422, "unknown-field", "/website_id"),
          (.post, products, fresh(#""id":7"#), 422, "unknown-field", "/id"),
          (.patch, product, #"{"stock":7}"#, 422, "unknown-field", "/stock"),
          (.patch, product, #"{"name":null}"#, 422, "wrong-type", "/name"),
          (.patch, product, #"{"id_1":99}"#, 422, "unknown-reference", "/id_1"),
          (.patch, "\(products)/99", #"{"name":"a"}"#, 404, "not-found", nil),
          (.post, "\(product)/stock", #"{"stock":1}"#, 422, "missing-field", "/operation"),
          (.post, "\(product)/stock", #"{"stock":-1,"operation":"set"}"#, 422, "too-small", "/stock"),
          (.post, "\(product)/stock", #"{"stock":1,"operation":"halve"}"#, 422, "value-not-allowed", "/operation"),
          (.post, "\(product)/stock", #"{"stock":3,"operation":"decrement"}"#, 422, "insufficient-stock", nil),
          (.post, "\(products)/99/stock", #"{"stock":3,"operation":"set"}"#, 404, "not-found", nil),
          (.post, "\(admin)/vat", #"{"value_":"1.00"}"#, 422, "missing-field", "/name"),
          (.post, "\(admin)/vat", #"{"name":"tva","value_":"1.00"}"#, 409, "already-taken", "/name"),
          (.post, "\(admin)/vat", #"{"name":"a","value_":"100.01"}"#, 422, "too-large", "/value_"),
          (.post, "\(admin)/vat", #"{"name":"a","value_":"-0.01"}"#, 422, "too-small", "/value_"),
          (.patch, "\(admin)/vat/\(vat)", #"{"value_":"100.01"}"#, 422, "too-large", "/value_"),
          (.post, "\(admin)/brands", #"{"name":"PHILIPS"}"#, 409, "already-taken", "/name"),
          (.post, "\(admin)/brands", #"{"name":"a","website":"javascript:alert(1)"}"#, 422, "invalid-format", "/website"),
          (.patch, "\(admin)/brands/\(brand)", #"{"name":"\#(Self.long)"}"#, 422, "too-long", "/name"),
          (.post, "\(admin)/types", #"{"name":"moulin"}"#, 409, "already-taken", "/name"),
          (.post, "\(admin)/types", #"{"name":"a","id_1":99}"#, 422, "unknown-reference", "/id_1"),
          (.patch, "\(admin)/types/\(type)", #"{"id_1":99}"#, 422, "unknown-reference", "/id_1"),
        ], harness, token)
    }
  }

  @Test func `what lists of products are asked for`() async throws {
    try await ReadDatabases.with(only: ["products_service_db"]) { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      for (query, code) in [
        ("limit=0", "invalid-parameter"), ("limit=101", "invalid-parameter"), ("sort=secret", "invalid-parameter"),
        ("brand_id=x", "invalid-parameter"), ("min_price=-1", "invalid-parameter"), ("in_stock=perhaps", "invalid-parameter"),
        ("colour=red", "unknown-parameter"), ("fields[product]=secret", "invalid-parameter"),
        ("include=secret", "invalid-parameter"),
      ] {
        let answer = try await harness.send(.get, "/api/v1/products/products?\(query)")
        #expect(answer.status == 400, "\(query)")
        #expect(try answer.code == code, "\(query)")
      }
    }
  }

  @Test func `tickets and their messages`() async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      for agent: Int64 in [8] {
        let membership = SupportAgent.Membership(roleName: "support", teamID: 0)
        _ = try await harness.services.executor.execute(JoinSupportTeam(userID: UserID(agent), membership: membership))
      }
      let tickets = "/api/v1/sav/tickets"
      let token = try await harness.token(5)
      let opened = try await harness.send(.post, tickets, #"{"subject":"x","description":"y"}"#, token: token)
      let ticket = "\(tickets)/\(try #require(try opened.json["data"]?["id"]?.int64Value))"
      func new(_ fields: String) -> String { "{\"subject\":\"x\",\"description\":\"y\",\(fields)}" }
      try await check(
        [
          (.post, tickets, #"{"description":"y"}"#, 422, "missing-field", "/subject"),
          (.post, tickets, #"{"subject":"\#(Self.long)","description":"y"}"#, 422, "too-long", "/subject"),
          (.post, tickets, new(#""category":"\#(String(repeating: "x", count: 101))""#), 422, "too-long", "/category"),
          (.post, tickets, new(#""order_id":99"#), 422, "unknown-reference", "/order_id"),
          (.post, tickets, new(#""order_id":0"#), 422, "too-small", "/order_id"),
          (.post, tickets, new(#""metadata":"x""#), 422, "wrong-type", "/metadata"),
          (.put, ticket, #"{"subject":""}"#, 422, "too-short", "/subject"),
          (.put, ticket, #"{"ticket_number":"x"}"#, 422, "unknown-field", "/ticket_number"),
          (.put, ticket, #"{"status":"lost"}"#, 422, "value-not-allowed", "/status"),
          (.put, ticket, #"{"priority":"burning"}"#, 422, "value-not-allowed", "/priority"),
          (.post, "\(ticket)/messages", "{}", 422, "missing-field", "/message"),
          (.post, "\(ticket)/messages", #"{"message":""}"#, 422, "too-short", "/message"),
          (.post, "\(ticket)/messages", #"{"message":"x","sender_type":"agent"}"#, 422, "unknown-field", "/sender_type"),
          (.post, "\(ticket)/messages", #"{"message":"x","is_internal":"yes"}"#, 422, "wrong-type", "/is_internal"),
          (.post, "\(ticket)/messages", #"{"message":"x","is_internal":true}"#, 403, "forbidden", nil),
          (.put, "\(ticket)/messages/99", #"{"message":"x"}"#, 404, "not-found", nil),
          (.delete, "\(ticket)/messages/99", nil, 404, "not-found", nil),
          (.delete, "\(ticket)/attachments/99", nil, 404, "not-found", nil),
          (.post, "\(tickets)/99/messages", #"{"message":"x"}"#, 404, "not-found", nil),
        ], harness, token)
      try await check(
        [
          (.post, "\(ticket)/assign", "{}", 422, "missing-field", "/assigned_to"),
          (.post, "\(ticket)/assign", #"{"assigned_to":77}"#, 422, "unknown-reference", "/assigned_to"),
          (.post, "\(ticket)/resolve", #"{"reason":"\#(String(repeating: "x", count: 501))"}"#, 422, "too-long", "/reason"),
        ], harness, harness.token(8, .support))
    }
  }
}
