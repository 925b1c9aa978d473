import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

@Suite struct ReadRoutesTests {
  /// A value for a parameter, by its description.
  static func sample(_ schema: JSONValue) -> String {
    if let first = schema["enum"]?[0]?.stringValue { return first }
    if schema["format"]?.stringValue == "date-time" { return "2026-01-01T00:00:00Z" }
    switch schema["type"]?.stringValue {
    case "integer": return "1"
    case "boolean": return "true"
    case "string" where schema["format"] == "date-time": return "2026-01-01T00:00:00Z"
    case "string": return String(repeating: "a", count: Int(schema["minLength"]?.int64Value ?? 1))
    default: return "1.00"
    }
  }

  /// The same description without its alternatives for chosen fields: all that is shown must be there.
  private func whole(_ schema: JSONValue) -> JSONValue {
    switch schema {
    case .array(let elements): return .array(elements.map(whole))
    case .object(let members):
      if let options = schema["anyOf"]?.arrayValue, let first = options.first {
        return options.contains(["type": "null"]) ? ["anyOf": [whole(first), ["type": "null"]]] : whole(first)
      }
      return .object(members.map { (key: $0.key, value: whole($0.value)) })
    default: return schema
    }
  }

  @Test func `every read answers what its description says, in every order and with every filter`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .superAdmin)
      for group in APIGateway.groups {
        // What answers from the log or the broker, or leads to the object storage, has a test of its own, and so have links in mails, which change something.
        for route in group.routes
        where route.method == .get && route.success == 200 && (route.isQuery || route.input.path.isEmpty)
          && !["explainOrder", "queues"].contains(route.operation)
        {
          let output = try #require(route.output)
          let check = SchemaCheck(components: output.components)
          let strict = SchemaCheck(components: output.components.mapValues(whole))
          var path = "/api/v1/\(group.service)\(route.path)"
          for parameter in route.input.path { path = path.replacing("{\(parameter.name)}", with: Self.sample(parameter.schema.json)) }
          let required = route.input.query.filter(\.isRequired).map { "\($0.name)=\(Self.sample($0.schema.json))" }
          var queries = [""]
          for parameter in route.input.query where !["cursor", "after"].contains(parameter.name) && !parameter.isRequired {
            // A list of choices is tried with each of them, and with all together.
            let choices = parameter.schema.json["items"]?["enum"]?.arrayValue?.map { $0.stringValue! }
            let all = parameter.name == "sort" ? [] : [choices?.joined(separator: ",")].compactMap(\.self)
            let values = choices.map { $0 + all } ?? [Self.sample(parameter.schema.json)]
            queries += values.map { "\(PercentCoding.encode(parameter.name))=\($0)" }
          }
          for chosen in queries {
            let all = required + (chosen.isEmpty ? [] : [chosen])
            let query = all.isEmpty ? "" : "?" + all.joined(separator: "&")
            let answer = try await harness.send(.get, path + query, token: token)
            #expect(answer.status == 200, "\(path)\(query): \(String(decoding: answer.body, as: UTF8.self))")
            guard answer.status == 200, answer["Content-Type"] == "application/json" else { continue }
            let document = try answer.json
            #expect(check.faults(document, output.json) == [], "\(path)\(query)")
            if !query.contains("fields") {
              #expect(strict.faults(document, whole(output.json)) == [], "\(path)\(query) leaves something out")
            }
          }
        }
      }
    }
  }

  @Test func `pages meet every row once, forward and back, while rows come and go`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func page(_ query: String) async throws -> (ids: [Int64], next: String?, previous: String?) {
        let answer = try await harness.send(.get, "/api/v1/products/products?\(query)")
        let ids = try answer.json["data"]!.arrayValue!.map { $0["id"]!.int64Value! }
        let page = try answer.json["page"]!
        #expect(answer["Link"]?.contains("rel=\"first\"") == true)
        return (ids, page["next"]?.stringValue, page["prev"]?.stringValue)
      }
      let first = try await page("limit=1&sort=created_at")
      #expect(first.ids == [1])
      #expect(first.previous == nil)
      try await databases.execute(
        "products_service_db",
        "insert into products values (9, 'Neu', 'N', 1, 1, null, null, '2025-01-01', now(), null); update products set deleted_at = now() where id = 1;"
      )
      let second = try await page("limit=1&sort=created_at&cursor=\(first.next!)")
      #expect(second.ids == [2])
      let third = try await page("limit=1&sort=created_at&cursor=\(second.next!)")
      #expect(third.ids == [3])
      #expect(third.next == nil)
      let back = try await page("limit=2&sort=created_at&cursor=\(third.previous!)")
      #expect(back.ids == [9, 2])
      #expect(try await page("sort=created_at&page=2&per_page=2").ids == [3])
      #expect(try await page("search=e").ids == [2])
      #expect(try await page("search=x").ids == [])
      #expect(try await page("search=cla").ids == [3])
      #expect(try await page("search=EC").ids == [2])
      #expect(try await page("search=%25").ids == [])
      #expect(try await page("in_stock=false").ids == [2])
      #expect(try await page("min_price=10.5&max_price=99").ids == [3])
      let exact = try await harness.send(.get, "/api/v1/products/products?limit=1&count=exact")
      #expect(try exact.json["page"]?["total"]?.int64Value == 3)
      let forged = Cursor(sort: "-created_at", isBackward: false, keys: ["no time"], id: 1).text
      #expect(try await harness.send(.get, "/api/v1/products/products?cursor=\(forged)").code == "invalid-cursor")
    }
  }

  @Test func `what is another's is not there`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let other = try await harness.token(2)
      for path in [
        "/api/v1/orders/orders/1", "/api/v1/addresses/addresses/1", "/api/v1/orders/orders/999", "/api/v1/deliveries/deliveries/1",
      ] {
        #expect(try await harness.send(.get, path, token: other).code == "not-found")
      }
      #expect(try await harness.send(.get, "/api/v1/orders/orders", token: other).json["data"]?.arrayValue == [])
      #expect(try await harness.send(.get, "/api/v1/orders/admin/orders", token: other).code == "forbidden")
      #expect(try await harness.send(.get, "/api/v1/orders/orders").code == "unauthorized")
    }
  }

  @Test func `a reader gets at least the position it asks for, or is told`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let path = "/api/v1/products/vat/1"
      #expect(try await harness.send(.get, path, headers: ["Comptoir-Min-Position": "0"])["Comptoir-Position"] == "0")
      #expect(try await harness.send(.get, path, headers: ["Comptoir-Min-Position": "1"]).code == "position-ahead")
      #expect(try await harness.send(.get, path, headers: ["Comptoir-Min-Position": "x"]).code == "invalid-header")
      _ = try await harness.log.append(
        Append(streams: [
          StreamAppend(
            stream: StreamName(rawValue: "shelf-1"), expected: .any,
            events: [EventData(type: "ThingsPut", isPublic: true, payload: Array("{}".utf8), occurredAt: .now())])
        ]))
      let behind = try await harness.send(.get, path, headers: ["Comptoir-Min-Position": "1", "Prefer": "wait=0"])
      #expect(behind.status == 503)
      #expect(try behind.code == "read-side-behind")
      let etag = try #require(try await harness.send(.get, path)["ETag"])
      #expect(try await harness.send(.get, path, headers: ["If-None-Match": etag]).status == 304)
    }
  }
}
