import EventSourcing
import HTTPTypes
import JSON
import Postgres
import Testing

@testable import APIGateway

/// What customers read of the catalogue: what a product is in and consists of, and how it is found.
@Suite struct CatalogueTests {
  private func ids(_ path: String, _ harness: Harness) async throws -> [Int64] {
    let answer = try await harness.send(.get, "/api/v1/products/\(path)")
    #expect(answer.status == 200, "\(path)")
    return try #require(answer.json["data"]?.arrayValue).map { $0["id"]!.int64Value! }
  }

  private func data(_ path: String, _ harness: Harness) async throws -> JSONValue {
    try #require(try await harness.send(.get, "/api/v1/products/\(path)").json["data"])
  }

  @Test func `a product shows all that it is in and consists of`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let product = try await data(
        "products/1?fields[image]=id,type&fields[attribute]=value_,stock,group&fields[characteristic]=value_,related", harness)
      #expect(product["categories"] == [["id": 2, "name": "Portables", "id_1": 1]])
      // A catalogue that was deleted is kept for history only.
      #expect(product["catalogs"] == [["id": 1, "name": "Principal", "id_1": .null]])
      #expect(product["attributes"] == [["value_": "Noir", "stock": 3, "group": ["id": 1, "name": "Couleur"]]])
      #expect(
        product["characteristics"]
          == [["value_": "8 cœurs", "related": ["id": 1, "name": "Processeur", "group": ["id": 1, "name": "Technique"]]]])
      #expect(product["images"] == [["id": 1, "type": "gallery"], ["id": 2, "type": "main"]])
      let bare = try await data("products/2", harness)
      for part in ["categories", "catalogs", "attributes", "characteristics", "images"] { #expect(bare[part]?.arrayValue == []) }
    }
  }

  @Test func `a list with brand, prices and first image is one statement`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let before = databases.sides.products.client.metrics.queries
      let list = try await data("products?limit=50&sort=created_at&include=image&fields[image]=id", harness)
      #expect(databases.sides.products.client.metrics.queries - before == 1)
      // The main image stands for the product, wherever it is among the others.
      #expect(list[0]?["image"] == ["id": 2])
      #expect(list[1]?["image"] == .null)
      #expect(list[0]?["brand"]?["name"] == "Marque")
      #expect(list[0]?["price_ttc"] == "1000.00")
      let answer = try await harness.send(
        .get, "/api/v1/products/products?limit=100&include=images,attributes,characteristics.related,categories,catalogs,types.vat")
      #expect(try answer.code == "invalid-parameter")
    }
  }

  @Test func `lists are filtered by what products are in`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      #expect(try await ids("products?category_id=2", harness) == [1])
      #expect(try await ids("products?filter[category_id]=1", harness) == [3])
      #expect(try await ids("products?filter[category_id][within]=1&sort=created_at", harness) == [1, 3])
      #expect(try await ids("products?filter[category_id][within]=2", harness) == [1])
      #expect(try await ids("products?filter[category_id][within]=9", harness) == [])
      #expect(try await ids("products?catalog_id=1", harness) == [1])
      #expect(try await ids("categories/1/products", harness) == [3])
      #expect(try await ids("catalogs/1/products", harness) == [1])
      #expect(try await ids("categories?filter[is_root]=true", harness) == [1])
      #expect(try await ids("categories?filter[parent_id]=1", harness) == [2])
      #expect(try await ids("catalogs", harness) == [1])
      #expect(try await ids("related-characteristics?group_id=1", harness) == [1])
      #expect(try await harness.send(.get, "/api/v1/products/catalogs/2").status == 404)
    }
  }

  @Test(arguments: [
    ("categories/50/products", "sort=price_ht"), ("categories/50/products", "sort=-price_ht"), ("categories/50/products", ""),
    ("catalogs/50/products", "sort=price_ht"), ("products", "category_id=50&sort=-price_ht"), ("products", "catalog_id=50&sort=created_at"),
    ("products", "category_id=50&catalog_id=50&sort=price_ht"), ("products", "category_id=50&sort=price_ht&filter[in_stock]=true"),
    ("categories/50/products", "sort=price_ht,name"), ("categories/50/products", "sort=name"),
  ])
  func `a category's products are met once each, forward and back, in the order asked for`(_ path: String, _ order: String) async throws {
    try await ReadDatabases.with { databases in
      try await databases.execute(
        "products_service_db",
        """
        insert into categories values (50, 'Câbles', null, now(), now());
        insert into catalogs values (50, 'Hiver', null, now(), now(), null);
        insert into products select n, 'Câble ' || n % 4, 'K-' || n, n % 3, n % 2, null, null, '2026-02-01'::timestamptz + (n % 5) * interval '1 day',
          now(), case when n = 107 then now() end from generate_series(101, 111) n;
        insert into product_categories select n, n, 50, now(), now(), p.price_ht, p.created_at
          from generate_series(101, 111) n join products p on p.id = n;
        insert into product_catalogs select n, n, 50, now(), now(), p.price_ht, p.created_at
          from generate_series(101, 111) n join products p on p.id = n;
        """)
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let all = try await ids("\(path)?\(order)&limit=100", harness)
      #expect(all.count == (order.contains("in_stock") ? 5 : 10) && !all.contains(107))
      let sorted = try await harness.send(.get, "/api/v1/products/\(path)?\(order)&limit=100&count=exact").json
      #expect(sorted["page"]?["total"] == .number("\(all.count)"))
      if order.contains("price_ht") {
        let prices = try #require(sorted["data"]?.arrayValue).map { Double($0["price_ht"]!.stringValue!)! }
        #expect(prices == (order.contains("-price_ht") ? prices.sorted(by: >) : prices.sorted()))
      }

      var met: [Int64] = []
      var cursor: String?
      var last: String?
      repeat {
        let page = try await harness.send(.get, "/api/v1/products/\(path)?\(order)&limit=3" + (cursor.map { "&cursor=\($0)" } ?? "")).json
        met += try #require(page["data"]?.arrayValue).map { $0["id"]!.int64Value! }
        (last, cursor) = (page["page"]?["prev"]?.stringValue, page["page"]?["next"]?.stringValue)
      } while cursor != nil
      #expect(met == all)
      let back = try await ids("\(path)?\(order)&limit=3&cursor=\(try #require(last))", harness)
      #expect(back == Array(all.dropLast(all.count % 3 == 0 ? 3 : all.count % 3).suffix(3)))
    }
  }

  @Test func `parts are read below their own product alone`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      for part in ["attributes", "characteristics", "images"] {
        #expect(try await ids("products/1/\(part)", harness).first == 1)
        #expect(try await ids("products/2/\(part)", harness) == [])
        #expect(try await data("products/1/\(part)/1", harness)["id"] == 1)
        for path in ["products/2/\(part)/1", "products/1/\(part)/9", "products/9/\(part)", "products/4/\(part)", "products/x/\(part)"] {
          #expect(try await harness.send(.get, "/api/v1/products/\(path)").code == "not-found", "\(path)")
        }
      }
    }
  }

  // MARK: Search

  /// A few things that can be looked for among thousands that cannot.
  private static let things = """
    insert into brands values (2, 'Éclair', null, now(), now(), null), (3, 'Gone', null, now(), now(), now());
    insert into categories values (3, 'Petit électroménager', null, now(), now());
    insert into products
    select 1000 + g, initcap(translate(md5('a' || g), '0123456789', 'ghijklmnop') || ' ' || translate(md5('b' || g), '0123456789', 'qrstuvwxyz')),
      'REF-' || g, g % 100, g % 7, null, null, timestamptz '2026-01-01' + g * interval '1 minute', now(), null
    from generate_series(1, 6000) g;
    insert into products values
      (10, 'Kaffeemühle Classic', 'KM-100', 79, 3, 2, null, now(), now(), null),
      (11, 'Mühle für Kaffee und Gewürze', 'KM-200', 89, 3, null, null, now(), now(), null),
      (12, 'Galaxy S24', 'SM-S921B', 899, 3, 3, null, now(), now(), null),
      (13, 'Toaster', 'TO-1', 39, 3, 2, null, now(), now(), null),
      (14, 'Galaxy S23', 'SM-S911B', 599, 0, null, null, now(), now(), now());
    insert into product_categories values (10, 13, 3, now(), now()), (11, 10, 3, now(), now());
    analyze products; analyze brands; analyze categories; analyze product_categories;
    """

  @Test func `products are found by name, reference, brand and category, without case and accents, and with a wrong letter`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      try await databases.execute("products_service_db", Self.things)
      func first(_ text: String) async throws -> [Int64] {
        try await Array(ids("products/search?q=\(PercentCoding.encode(text))&limit=5", harness).prefix(2))
      }
      #expect(try await first("kaffeemühle").first == 10)
      #expect(try await first("KAFFEEMUHLE").first == 10)
      #expect(try await first("kafeemuhle").first == 10)
      #expect(try await first("galexy").first == 12)
      #expect(try await first("Galaxi S24").first == 12)
      #expect(try await first("sm-s921b").first == 12)
      // The whole name decides between products that have all words.
      #expect(try await first("toaster").first == 13)
      #expect(Set(try await first("eclair")) == [10, 13])
      #expect(try await first("eclair toaster") == [13])
      #expect(Set(try await first("electromenager")) == [10, 13])
      #expect(try await first("electromenager mühle").first == 10)
      // A deleted product, and a deleted brand, are not found.
      #expect(try await ids("products/search?q=galaxy%20s23", harness).contains(14) == false)
      #expect(try await ids("products/search?q=gone&limit=100", harness).contains(12) == false)
      #expect(try await ids("products/search?q=%25%25%25%27%20or%201", harness) == [])
      #expect(try await ids("products/search?q=%E9%9B%AA%E5%9B%BD", harness) == [])
    }
  }

  @Test func `what is found comes best first, a page at a time`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      try await databases.execute("products_service_db", Self.things)
      var (met, scores, cursor): ([Int64], [String], String) = ([], [], "")
      repeat {
        let page = try await harness.send(.get, "/api/v1/products/products/search?q=ref&limit=90\(cursor)").json
        for row in try #require(page["data"]?.arrayValue) {
          met.append(row["id"]!.int64Value!)
          scores.append(row["relevance"]!.stringValue!)
        }
        cursor = page["page"]?["next"]?.stringValue.map { "&cursor=\($0)" } ?? ""
      } while !cursor.isEmpty && met.count < 270
      #expect(met.count == 270)
      #expect(Set(met).count == met.count)
      #expect(scores == scores.sorted(by: >))
      let narrowed = try await ids("products/search?q=ref&in_stock=false&max_price=1&limit=100&sort=price_ht", harness)
      #expect(!narrowed.isEmpty)
    }
  }

  @Test(arguments: [("", "missing-field"), ("?q=a", "too-short"), ("?q=\(String(repeating: "x", count: 101))", "too-long")])
  func `a search without two characters is none`(query: String, code: String) async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let answer = try await harness.send(.get, "/api/v1/products/products/search\(query)")
      #expect(answer.status == 400)
      #expect(try answer.json["errors"]?[0]?["pointer"] == "?q")
      #expect(try answer.json["errors"]?[0]?["code"]?.stringValue == code)
    }
  }

  @Test func `the search and the lists walk indexes, not the table`() async throws {
    try await ReadDatabases.with { databases in
      try await databases.execute("products_service_db", Self.things)
      func plan(_ listing: Listing, _ query: String, _ fixed: [PostgresValue] = []) async throws -> String {
        let reader = try InputReader(path: [], query: PercentCoding.pairs(query)!, body: nil)
        let (compiled, parameters) = listing.statement(try InputReader.read(reader) { listing.read(&$0) }, fixed: fixed)
        let rows = try await databases.sides.products.client.query(
          .unprepared("explain \(compiled.statement.sql)"), parameters)
        return try rows.map { try $0.string(0) }.joined(separator: "\n")
      }
      let search = try await plan(ProductSearch.listing, "", [.text("kafeemuhle")])
      for index in ["products_name_search_index", "products_ref_search_index"] { #expect(search.contains(index), "\(search)") }
      #expect(!search.contains("Seq Scan on products"), "\(search)")

      for (query, index) in [
        ("", "products_created_at_index"), ("sort=price_ht", "products_price_ht_index"), ("sort=name", "products_name_folded_index"),
        ("sort=-stock", "products_stock_index"), ("search=KM", "products_ref_search_index"),
      ] {
        let plan = try await plan(ProductResources.list, "\(query)&limit=50&include=image")
        #expect(plan.contains(index), "\(query): \(plan)")
        #expect(!plan.contains("Seq Scan on products p"), "\(query): \(plan)")
      }
    }
  }
}
