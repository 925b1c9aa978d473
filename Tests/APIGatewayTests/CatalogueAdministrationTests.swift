import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Projectors
import Testing

@testable import APIGateway

/// The administration of the catalogue over HTTP.
@Suite struct CatalogueAdministrationTests {
  private static let root = "/api/v1/products"

  /// Requests of an administrator.
  private struct Desk: Sendable {
    let harness: Harness
    let token: String

    init(_ databases: ReadDatabases) async throws {
      harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      token = try await harness.token(1, .admin)
    }

    func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, ifMatch: String = "*") async throws -> Answer {
      let headers = method == .post || method == .get ? [:] : ["If-Match": ifMatch]
      return try await harness.send(method, root + path, body, token: token, headers: headers)
    }

    /// Adds a row and gives its id.
    func add(_ path: String, _ body: String) async throws -> Int64 {
      let answer = try await send(.post, "/admin/\(path)", body)
      #expect(answer.status == 201, "\(path) \(body): \(String(decoding: answer.body, as: UTF8.self))")
      let id = try #require(try answer.json["data"]?["id"]?.int64Value)
      #expect(answer["Location"]?.hasSuffix("/\(id)") == true)
      return id
    }

    /// Reads a row when everything until now is projected.
    func read(_ path: String) async throws -> Answer {
      let head = try await harness.log.head()
      return try await harness.send(
        .get, root + path, token: token, headers: ["Comptoir-Min-Position": "\(head)", "Prefer": "wait=20"])
    }
  }

  @Test func `what is administered is what customers read`() async throws {
    try await ReadDatabases.with { databases in
      let desk = try await Desk(databases)
      try await databases.withProjector(.products, desk.harness.log) {
        let top = try await desk.add("categories", #"{"name":"Maison"}"#)
        let below = try await desk.add("categories", #"{"name":"Cuisine","id_1":\#(top)}"#)
        let catalog = try await desk.add("catalogs", #"{"name":"Été"}"#)
        let group = try await desk.add("attribute-groups", #"{"name":"Taille"}"#)
        let facts = try await desk.add("characteristic-groups", #"{"name":"Puissance"}"#)
        let watts = try await desk.add("related-characteristics", #"{"name":"Watts","id_1":\#(facts)}"#)
        let product = try await desk.add(
          "products",
          #"{"name":"Moulin","ref":"M-1","price_ht":"10.00","stock":2,"category_ids":[\#(below)],"catalog_ids":[\#(catalog)]}"#)
        let attribute = try await desk.add("products/\(product)/attributes", #"{"value_":"XL","attribute_group_id":\#(group),"stock":4}"#)
        let characteristic = try await desk.add(
          "products/\(product)/characteristics", #"{"value_":"800","related_characteristic_id":\#(watts)}"#)
        for (id, type) in [(1_000, ImageType.main), (1_001, .gallery)] as [(Int64, ImageType)] {
          _ = try await desk.harness.services.executor.execute(
            AddImage(
              productID: ProductID(product), imageID: ImageID(id),
              image: .init(originalURL: "products/M-1/\(id).jpg", filename: "a.jpg", size: 9, mimeType: "image/jpeg", type: type)))
        }

        let shown = try await desk.read("/products/\(product)")
        let data = try #require(try shown.json["data"])
        #expect(data["categories"] == [["id": .int(below), "name": "Cuisine", "id_1": .int(top)]])
        #expect(data["catalogs"]?[0]?["name"] == "Été")
        #expect(data["attributes"]?[0]?["group"]?["name"] == "Taille")
        #expect(data["characteristics"]?[0]?["related"]?["group"]?["name"] == "Puissance")
        #expect(data["images"]?.arrayValue?.map { $0["id"] } == [1_000, 1_001])

        // Whether a buyer can withdraw from it.
        #expect(data["withdrawal_exclusion"]?.isNull == true)
        let mill = "/admin/products/\(product)"
        #expect(try await desk.send(.patch, mill, #"{"withdrawal_exclusion":"cheap"}"#).code == "value-not-allowed")
        #expect(try await desk.send(.patch, mill, #"{"withdrawal_exclusion":"personalised"}"#).status == 200)
        #expect(try await desk.send(.patch, mill, #"{"name":"Moulin"}"#).status == 200)
        #expect(try await desk.read("/products/\(product)").json["data"]?["withdrawal_exclusion"] == "personalised")
        #expect(try await desk.send(.patch, mill, #"{"withdrawal_exclusion":null}"#).status == 200)
        let shownAgain = try await desk.read("/products/\(product)")
        #expect(try shownAgain.json["data"]?["withdrawal_exclusion"]?.isNull == true)

        // The tag of a product is that of its parts, too.
        let tag = try #require(shownAgain["ETag"])
        #expect(tag.hasPrefix("\"v"))
        #expect(try await desk.read("/products/\(product)/attributes/\(attribute)")["ETag"] == tag)
        let part = "/admin/products/\(product)/attributes/\(attribute)"
        #expect(try await desk.send(.patch, part, #"{"value_":"XXL"}"#, ifMatch: tag).status == 200)
        #expect(try await desk.send(.patch, part, #"{"value_":"S"}"#, ifMatch: tag).code == "precondition-failed")
        #expect(try await desk.send(.post, "\(part)/stock", #"{"operation":"decrement","stock":3}"#).status == 200)
        let over = try await desk.send(.post, "\(part)/stock", #"{"operation":"decrement","stock":3}"#)
        #expect(try over.code == "insufficient-stock")
        #expect(try over.json["available"] == 1)
        let changed = try await desk.read("/products/\(product)/attributes").json["data"]?[0]
        #expect(changed?["value_"] == "XXL")
        #expect(changed?["stock"] == 1)

        #expect(try await desk.send(.put, "/admin/products/\(product)/images", #"{"image_ids":[1001,1000]}"#).status == 200)
        #expect(
          try await desk.send(.patch, "/admin/products/\(product)/images/1001", #"{"type":"main","alt_text":"De dos"}"#).status == 200)
        let images = try #require(try await desk.read("/products/\(product)/images").json["data"]?.arrayValue)
        #expect(images.map { $0["type"] } == ["main", "gallery"])
        #expect(images.map { $0["id"] } == [1_001, 1_000])
        #expect(try await desk.send(.delete, "/admin/products/\(product)/images/1000").status == 204)
        #expect(try await desk.send(.delete, "/admin/products/\(product)/images/1000").code == "not-found")

        // What is in use stays, and says by whom.
        _ = try await desk.read("/vat")
        let category = try await desk.send(.delete, "/admin/categories/\(below)")
        #expect(try category.code == "in-use")
        #expect(try category.json["products"] == 1)
        let parent = try await desk.send(.delete, "/admin/categories/\(top)")
        #expect(try parent.json["children"] == 1)
        #expect(try await desk.send(.delete, "/admin/catalogs/\(catalog)").json["products"] == 1)
        for path in ["attribute-groups/\(group)", "characteristic-groups/\(facts)", "related-characteristics/\(watts)"] {
          #expect(try await desk.send(.delete, "/admin/\(path)").json["used_by"] == 1, "\(path)")
        }

        // Once nothing uses it, it goes.
        #expect(try await desk.send(.patch, "/admin/products/\(product)", #"{"category_ids":[],"catalog_ids":[]}"#).status == 200)
        #expect(try await desk.send(.delete, part).status == 204)
        #expect(try await desk.send(.delete, "/admin/products/\(product)/characteristics/\(characteristic)").status == 204)
        _ = try await desk.read("/vat")
        for path in [
          "related-characteristics/\(watts)", "characteristic-groups/\(facts)", "attribute-groups/\(group)", "categories/\(below)",
          "categories/\(top)", "catalogs/\(catalog)",
        ] {
          // What refers to a group must be seen to be gone, too.
          _ = try await desk.read("/vat")
          #expect(try await desk.send(.delete, "/admin/\(path)").status == 204, "\(path)")
          #expect(try await desk.read("/\(path)").status == 404, "\(path)")
          #expect(try await desk.send(.delete, "/admin/\(path)").status == 204, "\(path) again")
        }
      }
    }
  }

  @Test func `categories are renamed and moved on the version of the tree that was seen`() async throws {
    try await ReadDatabases.with { databases in
      let desk = try await Desk(databases)
      try await databases.withProjector(.products, desk.harness.log) {
        let computers = try await desk.add("categories", #"{"name":"Ordinateurs"}"#)
        let laptops = try await desk.add("categories", #"{"name":"Portables","id_1":\#(computers)}"#)
        let seen = try await desk.read("/categories/\(laptops)")
        #expect(seen["ETag"] == "\"v2\"")
        let path = "/admin/categories/\(laptops)"
        #expect(try await desk.send(.patch, path, #"{"id_1":null,"name":"PC"}"#, ifMatch: "\"v2\"").status == 200)
        #expect(try await desk.send(.patch, path, #"{"name":"x"}"#, ifMatch: "\"v2\"").code == "precondition-failed")
        let moved = try await desk.read("/categories/\(laptops)").json["data"]
        #expect(moved?["name"] == "PC")
        #expect(moved?["id_1"] == .null)
        let without = try await desk.harness.send(.patch, Self.root + path, "{}", token: desk.token)
        #expect(try without.code == "precondition-required")
      }
    }
  }

  @Test func `each wrong input has its own problem and changes nothing`() async throws {
    try await ReadDatabases.with { databases in
      let desk = try await Desk(databases)
      let top = try await desk.add("categories", #"{"name":"Maison"}"#)
      let below = try await desk.add("categories", #"{"name":"Cuisine","id_1":\#(top)}"#)
      _ = try await desk.add("catalogs", #"{"name":"Été"}"#)
      let group = try await desk.add("attribute-groups", #"{"name":"Taille"}"#)
      _ = try await desk.add("related-characteristics", #"{"name":"Watts"}"#)
      let product = try await desk.add("products", #"{"name":"Moulin","ref":"M-1","price_ht":"10.00","stock":2}"#)
      let size = try await desk.add("products/\(product)/attributes", #"{"value_":"XL","attribute_group_id":\#(group)}"#)
      let fact = try await desk.add("products/\(product)/characteristics", #"{"value_":"800"}"#)
      let before = try await desk.harness.log.head()
      let long = String(repeating: "x", count: 256)
      let parts = "/admin/products/\(product)"
      let fresh = #""name":"a","ref":"b","price_ht":1,"stock":0"#
      let cases: [(HTTPRequest.Method, String, String?, Int, String, String?)] = [
        (.post, "/admin/categories", "{}", 422, "missing-field", "/name"),
        (.post, "/admin/categories", #"{"name":""}"#, 422, "too-short", "/name"),
        (.post, "/admin/categories", #"{"name":"  "}"#, 422, "too-short", "/name"),
        (.post, "/admin/categories", #"{"name":"\#(long)"}"#, 422, "too-long", "/name"),
        (.post, "/admin/categories", #"{"name":"a","id":5}"#, 422, "unknown-field", "/id"),
        (.post, "/admin/categories", #"{"name":"MAISON"}"#, 409, "already-taken", "/name"),
        (.post, "/admin/categories", #"{"name":"a","id_1":99}"#, 422, "unknown-reference", "/id_1"),
        (.patch, "/admin/categories/\(top)", #"{"id_1":\#(below)}"#, 422, "rule-violated", "/id_1"),
        (.patch, "/admin/categories/\(top)", #"{"id_1":\#(top)}"#, 422, "rule-violated", "/id_1"),
        (.put, "/admin/categories/99", #"{"name":"a"}"#, 404, "not-found", nil),
        (.delete, "/admin/categories/99", nil, 404, "not-found", nil),
        (.post, "/admin/catalogs", #"{"name":"ete"}"#, 409, "already-taken", "/name"),
        (.post, "/admin/attribute-groups", #"{"name":"TAILLE"}"#, 409, "already-taken", "/name"),
        (.patch, "/admin/attribute-groups/99", #"{"name":"a"}"#, 404, "not-found", nil),
        (.post, "/admin/characteristic-groups", #"{"name":7}"#, 422, "wrong-type", "/name"),
        (.post, "/admin/related-characteristics", #"{"name":"watts"}"#, 409, "already-taken", "/name"),
        (.post, "/admin/related-characteristics", #"{"name":"a","id_1":99}"#, 422, "unknown-reference", "/id_1"),
        (.post, "/admin/products", "{\(fresh),\"category_ids\":[99]}", 422, "unknown-reference", "/category_ids"),
        (.post, "/admin/products", "{\(fresh),\"catalog_ids\":[99]}", 422, "unknown-reference", "/catalog_ids"),
        (.post, "/admin/products", "{\(fresh),\"category_ids\":[\(top),\(top)]}", 422, "value-not-allowed", "/category_ids/1"),
        (.patch, parts, #"{"category_ids":[99]}"#, 422, "unknown-reference", "/category_ids"),
        (.patch, parts, #"{"category_ids":null}"#, 422, "wrong-type", "/category_ids"),
        (.post, "\(parts)/attributes", "{}", 422, "missing-field", "/value_"),
        (.post, "\(parts)/attributes", #"{"value_":"S","stock":-1}"#, 422, "too-small", "/stock"),
        (.post, "\(parts)/attributes", #"{"value_":"S","attribute_group_id":99}"#, 422, "unknown-reference", "/attribute_group_id"),
        (.post, "\(parts)/attributes", #"{"value_":"xl","attribute_group_id":\#(group)}"#, 409, "already-taken", "/value_"),
        (.post, "\(parts)/attributes", #"{"value_":"S","product_id":1}"#, 422, "unknown-field", "/product_id"),
        (.post, "/admin/products/99/attributes", #"{"value_":"S"}"#, 404, "not-found", nil),
        (.patch, "\(parts)/attributes/\(size)", #"{"stock":9}"#, 422, "unknown-field", "/stock"),
        (.patch, "\(parts)/attributes/99", #"{"value_":"S"}"#, 404, "not-found", nil),
        (.post, "\(parts)/attributes/\(size)/stock", #"{"operation":"double","stock":1}"#, 422, "value-not-allowed", "/operation"),
        (.post, "\(parts)/attributes/99/stock", #"{"operation":"set","stock":1}"#, 404, "not-found", nil),
        (.delete, "\(parts)/attributes/99", nil, 404, "not-found", nil),
        (
          .post, "\(parts)/characteristics", #"{"value_":"1","related_characteristic_id":99}"#, 422, "unknown-reference",
          "/related_characteristic_id"
        ),
        (.post, "\(parts)/characteristics", #"{"value_":"800"}"#, 409, "already-taken", "/value_"),
        (.put, "\(parts)/characteristics/\(fact)", #"{"value_":"\#(long)"}"#, 422, "too-long", "/value_"),
        (.delete, "\(parts)/characteristics/99", nil, 404, "not-found", nil),
        (.put, "\(parts)/images", #"{"image_ids":[1]}"#, 422, "unknown-reference", "/image_ids"),
        (.patch, "\(parts)/images/99", #"{"alt_text":null}"#, 404, "not-found", nil),
        (.patch, "\(parts)/images/99", #"{"type":"poster"}"#, 422, "value-not-allowed", "/type"),
        (.patch, "\(parts)/images/99", #"{"position":-1}"#, 422, "too-small", "/position"),
        (.patch, "\(parts)/images/99", #"{"original_url":"x"}"#, 422, "unknown-field", "/original_url"),
      ]
      for (method, path, body, status, code, pointer) in cases {
        let answer = try await desk.send(method, path, body)
        let what = "\(method) \(path) \(body ?? "")"
        #expect(answer.status == status, "\(what)")
        #expect(try answer.code == code, "\(what)")
        #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer, "\(what)")
        #expect(try await desk.harness.log.head() == before, "\(what)")
      }
    }
  }

  @Test func `only administrators change the catalogue, and everybody reads it`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: [ProductRoutes.group], reads: databases.sides)
      let customer = try await harness.token(5)
      var administered = 0
      for route in ProductRoutes.group.routes {
        var path = Self.root + route.path
        for parameter in route.input.path { path = path.replacing("{\(parameter.name)}", with: "1") }
        if route.path.hasPrefix("/admin/") {
          administered += 1
          let body = route.hasBody ? "{}" : nil
          #expect(try await harness.send(route.method, path, body).code == "unauthorized", "\(route.operation)")
          #expect(try await harness.send(route.method, path, body, token: customer).code == "forbidden", "\(route.operation)")
        } else if route.success == 302 {
          // Leads to the object storage, which is away here.
          #expect(try await harness.send(.get, path).code != "unauthorized", "\(route.operation)")
        } else {
          #expect(route.method == .get)
          let query = route.input.query.contains(where: \.isRequired) ? "?q=ordinateur" : ""
          #expect(try await harness.send(.get, path + query).status == 200, "\(route.operation)")
        }
      }
      #expect(administered == 51)
    }
  }

  @Test func `of many who take a name at the same time one gets it`() async throws {
    try await ReadDatabases.with { databases in
      let desk = try await Desk(databases)
      let product = try await desk.add("products", #"{"name":"Moulin","ref":"M-1","price_ht":"10.00","stock":2}"#)
      for (path, body) in [
        ("categories", #"{"name":"Maison"}"#), ("attribute-groups", #"{"name":"Taille"}"#),
        ("products/\(product)/attributes", #"{"value_":"XL"}"#),
      ] {
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
          for _ in 0..<10 { group.addTask { try await desk.send(.post, "/admin/\(path)", body).status } }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 9), "\(path)")
      }
    }
  }
}
