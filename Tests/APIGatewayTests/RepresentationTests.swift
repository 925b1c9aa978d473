import HTTPTypes
import JSON
import Postgres
import Testing

@testable import APIGateway

@Suite struct RepresentationTests {
  @Test func `clients choose fields and include relations, two deep`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func data(_ path: String) async throws -> String {
        try #require(try await harness.send(.get, "/api/v1/\(path)", token: harness.token(1, .superAdmin)).json["data"]).serializedText
      }
      #expect(try await data("products/products/1?fields[product]=name,id") == #"{"id":1,"name":"Ordinateur"}"#)
      #expect(
        try await data("products/products/1?fields[product]=id,types&include=types.vat&fields[type]=name&fields[vat]=value_")
          == #"{"id":1,"types":[{"name":"Laptop","vat":{"value_":"20.00"}}]}"#)
      #expect(
        try await data("orders/admin/orders?filter[status_id]=2&fields[order]=id&include=items&fields[order_item]=id")
          == #"[{"id":2,"items":[]}]"#)
      #expect(
        try await data(
          "baskets/admin/baskets?fields[basket]=id,items&include=items.product&fields[basket_item]=quantity&fields[product]=ref")
          == #"[{"id":1,"items":[{"quantity":1,"product":{"ref":"A-1"}}]}]"#)
      #expect(
        try await data("addresses/addresses?fields[address]=city&include=country,region&fields[country]=code&fields[region]=name")
          == #"[{"city":"Paris","country":{"code":"FR"},"region":{"name":"Île-de-France"}}]"#)
    }
  }

  @Test func `an answer is one statement whatever it includes, and at most one more for the estimate`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .superAdmin)
      func statements(_ path: String, _ side: ReadSide) async throws -> Int {
        let before = side.client.metrics.queries
        #expect(try await harness.send(.get, "/api/v1/\(path)", token: token).status == 200)
        return side.client.metrics.queries - before
      }
      let reads = databases.sides
      #expect(try await statements("baskets/admin/baskets?include=items.product,promo_codes", reads.baskets) == 1)
      #expect(try await statements("orders/admin/orders?include=items", reads.orders) == 1)
      #expect(try await statements("products/products/1?include=brand,types.vat", reads.products) == 1)
      #expect(try await statements("products/products?limit=1&include=types.vat", reads.products) == 2)
      #expect(try await statements("products/products?limit=2&include=types.vat", reads.products) == 1)
    }
  }

  @Test func `an estimate is never below what was seen, and a count is exact`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func page(_ query: String) async throws -> JSONValue {
        try #require(try await harness.send(.get, "/api/v1/products/products?\(query)").json["page"])
      }
      #expect(try await page("")["total_estimate"]?.int64Value == 3)
      #expect(try await page("limit=2")["total_estimate"]?.int64Value ?? 0 >= 3)
      let counted = try await page("limit=2&count=exact")
      #expect(counted["total"]?.int64Value == 3)
      #expect(counted["total_estimate"] == nil)
      #expect(counted["parked"] == false)
    }
  }

  @Test func `orders of several fields meet every row once, forward and back, rows with null too`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      try await databases.execute(
        "products_service_db",
        """
        insert into products select g, 'N' || g % 3, 'R' || g, g % 4, g % 2, null, null,
          case when g % 3 = 0 then null else timestamptz '2026-02-01' + g % 5 * interval '1 microsecond' end, now(), null
        from generate_series(10, 29) g
        """)
      let orders = [
        "created_at,-price_ht", "-created_at,price_ht", "-price_ht,created_at,name", "created_at", "-created_at", "price_ht,-name",
        "stock,created_at",
      ]
      for order in orders {
        func page(_ query: String) async throws -> (ids: [Int64], page: JSONValue) {
          let answer = try await harness.send(.get, "/api/v1/products/products?sort=\(order)&fields[product]=id&\(query)").json
          return (try #require(answer["data"]?.arrayValue).map { $0["id"]!.int64Value! }, try #require(answer["page"]))
        }
        let whole = try await page("limit=100").ids
        #expect(whole.count == 23)
        #expect(Set(whole).count == 23)
        var (met, last) = try await page("limit=4")
        while let next = last["next"]?.stringValue {
          let step = try await page("limit=4&cursor=\(next)")
          met += step.ids
          last = step.page
        }
        #expect(met == whole, "\(order)")
        // Back again: all but what the last page had.
        var back: [Int64] = []
        while let previous = last["prev"]?.stringValue {
          let step = try await page("limit=4&cursor=\(previous)")
          back = step.ids + back
          last = step.page
        }
        #expect(back == Array(whole.prefix(20)), "\(order)")
      }
    }
  }
}
