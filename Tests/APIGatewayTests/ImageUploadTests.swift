import Aggregates
import EventSourcing
import EventStoreTesting
import FoundationEssentials
import HTTPTypes
import JSON
import Logging
import ObjectStorage
import Testing

@testable import APIGateway

/// Images from the announcement to the download, over a real object storage.
@Suite struct ImageUploadTests {
  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
  private static let announcement = #"{"mime_type":"image/png","size":\#(png.count)}"#
  private static let images = "/api/v1/products/admin/products/1000/images"

  /// Where the confirmed file of an image of the product lies: named after its SHA-256.
  private static func key(_ id: Int64) -> String { "1000/\(id)/7f47b756761a46e6d4a4d96f0d8a4448f8449235009d1f3ad1493f5c773c19e8.png" }

  /// A gateway with one product, and an administrator's token.
  private func use(
    reads: ReadSides? = nil, _ body: (Harness, ObjectStorage, String) async throws -> Void
  ) async throws {
    let storage = try Storages.real()
    do {
      for bucket in Bucket.allCases { try await storage.createBucket(bucket.rawValue) }
      let harness = try await Harness(groups: APIGateway.groups, reads: reads, objects: storage)
      try await harness.skipIDs(of: "image")
      _ = try await harness.services.executor.execute(
        AddProduct(productID: ProductID(1_000), details: Product.Details(name: "Lampe", ref: "L-1", priceHT: Cents(100))))
      try await body(harness, storage, try await harness.token(1, .admin))
    } catch {
      await storage.close()
      throw error
    }
    await storage.close()
  }

  private func announce(_ harness: Harness, _ token: String) async throws -> (id: Int64, upload: JSONValue) {
    let answer = try await harness.send(.post, Self.images, Self.announcement, token: token)
    #expect(answer.status == 201)
    let data = try #require(try answer.json["data"])
    return (try #require(data["id"]?.int64Value), try #require(data["upload"]))
  }

  private func send(_ bytes: [UInt8], _ upload: JSONValue) async throws -> Int { try await Storages.send(bytes, upload) }

  @Test func `an image is announced, sent and confirmed once`() async throws {
    try await use { harness, storage, token in
      let (id, upload) = try await announce(harness, token)
      let confirm = "\(Self.images)/\(id)/confirm"
      let body = #"{"filename":"Lampe é.PNG","type":"main","alt_text":"Une lampe"}"#
      let early = try await harness.send(.post, confirm, body, token: token)
      #expect(early.status == 409)
      #expect(try early.code == "upload-missing")
      #expect(try await send(Self.png, upload) == 200)
      for _ in 0..<2 {
        let confirmed = try await harness.send(.post, confirm, body, token: token)
        #expect(confirmed.status == 200)
        #expect(try confirmed.json["data"]?["id"]?.int64Value == id)
      }
      let stored = try await storage.get(bucket: "products", key: Self.key(id), maximumBytes: 100)
      #expect(stored.bytes == Self.png)
      #expect(stored.info.contentType == "image/png")
      let added = try await harness.log.readStream(Product.stream(ProductID(1_000)), after: .none, limit: 100).last
      let event = try #require(try added.map { try PayloadDecoder(ImageAdded.self).decode($0) })
      #expect(event.originalURL == "products/\(Self.key(id))")
      #expect(event.filename == "Lampe é.PNG")
      #expect(event.size == Int64(Self.png.count))
      // Whoever still has the address cannot exchange the file.
      #expect(try await send(Self.png.dropLast() + [9], upload) == 200)
      #expect(try await storage.get(bucket: "products", key: Self.key(id), maximumBytes: 100).bytes == Self.png)
    }
  }

  @Test func `a file of another kind is refused for good`() async throws {
    try await use { harness, storage, token in
      let (id, upload) = try await announce(harness, token)
      #expect(try await send(Array("<script></>".utf8), upload) == 200)
      let confirm = "\(Self.images)/\(id)/confirm"
      let refused = try await harness.send(.post, confirm, #"{"filename":"a.png"}"#, token: token)
      #expect(refused.status == 422)
      #expect(try refused.code == "file-refused")
      #expect(try await send(Self.png, upload) == 200)
      let again = try await harness.send(.post, confirm, #"{"filename":"a.png"}"#, token: token)
      #expect(again.status == 409)
      #expect(try again.json["current"]?.stringValue == "rejected")
      #expect(try await storage.head(bucket: "products", key: Self.key(id)) == nil)
    }
  }

  @Test(arguments: [
    (#"{"mime_type":"image/svg+xml","size":10}"#, "value-not-allowed"),
    (#"{"mime_type":"application/pdf","size":10}"#, "value-not-allowed"),
    (#"{"mime_type":"image/png","size":0}"#, "too-small"),
    (#"{"mime_type":"image/png","size":5242881}"#, "too-large"), (#"{"mime_type":"image/png"}"#, "missing-field"),
    (#"{"mime_type":"image/png","size":10,"key":"a"}"#, "unknown-field"),
  ])
  func `what is not taken is refused before anything is sent`(_ body: String, _ code: String) async throws {
    try await use { harness, _, token in
      let answer = try await harness.send(.post, Self.images, body, token: token)
      #expect(try answer.code == code)
    }
  }

  @Test(arguments: [
    (#"{"filename":"a.jpg"}"#, "invalid-format"), (#"{"filename":"../a.png"}"#, "invalid-format"), (#"{}"#, "missing-field"),
    (#"{"filename":"a.png","type":"cover"}"#, "value-not-allowed"), (#"{"filename":"a.png","position":-1}"#, "too-small"),
  ])
  func `a confirmation with a wrong field is refused, and can be made right`(_ body: String, _ code: String) async throws {
    try await use { harness, _, token in
      let (id, upload) = try await announce(harness, token)
      #expect(try await send(Self.png, upload) == 200)
      let confirm = "\(Self.images)/\(id)/confirm"
      #expect(try await harness.send(.post, confirm, body, token: token).code == code)
      #expect(try await harness.send(.post, confirm, #"{"filename":"a.png"}"#, token: token).status == 200)
    }
  }

  @Test func `an image confirmed several times at once is added once`() async throws {
    try await use { harness, storage, token in
      let (id, upload) = try await announce(harness, token)
      #expect(try await send(Self.png, upload) == 200)
      let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
        for number in 0..<8 {
          group.addTask {
            try await harness.send(
              .post, "\(Self.images)/\(id)/confirm", "{\"filename\":\"a.png\",\"position\":\(number)}", token: token)
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      for answer in answers {
        #expect(answer.status == 200)
        #expect(try answer.json["data"]?["id"]?.int64Value == id)
      }
      let events = try await harness.log.readStream(Product.stream(ProductID(1_000)), after: .none, limit: 100)
      #expect(events.count { $0.type == ImageAdded.type.name } == 1)
      #expect(try await storage.get(bucket: "products", key: Self.key(id), maximumBytes: 100).bytes == Self.png)
    }
  }

  @Test func `a file of another size than announced is not taken`() async throws {
    try await use { harness, storage, token in
      for content in [Self.png + [4], Self.png.dropLast()] as [[UInt8]] {
        let (id, upload) = try await announce(harness, token)
        let confirm = "\(Self.images)/\(id)/confirm"
        // The storage itself refuses it: the size is signed.
        #expect(try await send(content, upload) == 403)
        #expect(try await harness.send(.post, confirm, #"{"filename":"a.png"}"#, token: token).code == "upload-missing")
        // And should one that does not look let it pass, the confirmation looks.
        try await storage.put(content, bucket: "products", key: ImageUpload.place(of: ImageID(id)), contentType: "image/png")
        #expect(try await harness.send(.post, confirm, #"{"filename":"a.png"}"#, token: token).code == "file-refused")
        #expect(try await storage.list(bucket: "products", prefix: "1000/\(id)/").objects.isEmpty)
      }
    }
  }

  @Test func `images belong to a product, and only staff adds them`() async throws {
    try await use { harness, _, token in
      let (id, _) = try await announce(harness, token)
      let elsewhere = "/api/v1/products/admin/products/1001/images"
      #expect(try await harness.send(.post, elsewhere, Self.announcement, token: token).status == 404)
      #expect(try await harness.send(.post, "\(elsewhere)/\(id)/confirm", #"{"filename":"a.png"}"#, token: token).status == 404)
      #expect(try await harness.send(.post, "\(Self.images)/999/confirm", #"{"filename":"a.png"}"#, token: token).status == 404)
      // Only who announced an upload confirms it.
      let colleague = try await harness.token(2, .admin)
      #expect(try await harness.send(.post, "\(Self.images)/\(id)/confirm", #"{"filename":"a.png"}"#, token: colleague).status == 404)
      let customer = try await harness.token()
      for path in [Self.images, "\(Self.images)/\(id)/confirm"] {
        #expect(try await harness.send(.post, path, Self.announcement).status == 401)
        #expect(try await harness.send(.post, path, Self.announcement, token: customer).status == 403)
      }
    }
  }

  @Test func `a product takes no images on another website`() async throws {
    try await ReadDatabases.with(only: ["websites_service_db"]) { databases in
      try await use(reads: databases.sides) { harness, _, token in
        let elsewhere = ["Comptoir-Website": "2"]
        #expect(try await harness.send(.post, Self.images, Self.announcement, token: token, headers: elsewhere).status == 404)
        let (id, upload) = try await announce(harness, token)
        #expect(try await send(Self.png, upload) == 200)
        let confirm = "\(Self.images)/\(id)/confirm"
        let body = #"{"filename":"a.png"}"#
        #expect(try await harness.send(.post, confirm, body, token: token, headers: elsewhere).status == 404)
        #expect(try await harness.send(.post, confirm, body, token: token).status == 200)
      }
    }
  }

  @Test func `a repeated announcement names the same image`() async throws {
    try await use { harness, _, token in
      let key = ["Idempotency-Key": "i1"]
      let first = try await harness.send(.post, Self.images, Self.announcement, token: token, headers: key)
      let second = try await harness.send(.post, Self.images, Self.announcement, token: token, headers: key)
      #expect(try first.json["data"]?["id"] == second.json["data"]?["id"])
      #expect(second["Idempotency-Replayed"] == "true")
    }
  }

  @Test func `without an object storage the shop says so`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let token = try await harness.token(1, .admin)
    #expect(try await harness.send(.post, Self.images, Self.announcement, token: token).status == 503)
  }

  @Test func `a stored image is read through an address for an hour`() async throws {
    try await ReadDatabases.with { databases in
      let storage = try Storages.real()
      try await storage.createBucket("products")
      let key = "1/\(Int64.random(in: 1_000 ... .max)).png"
      try await storage.put(Self.png, bucket: "products", key: key, contentType: "image/png")
      try await databases.execute(
        "products_service_db",
        """
        insert into product_images (id, product_id, original_url, filename, type, position, size, mime_type)
          values (71, 1, 'products/\(key)', 'a.png', 'main', 0, 11, 'image/png'), (72, 4, 'products/\(key)', 'a.png', 'main', 0, 11, 'image/png');
        """)
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides, objects: storage)
      let answer = try await harness.send(.get, "/api/v1/products/products/1/images/71/file")
      #expect(answer.status == 302)
      #expect(try await Storages.fetch(try #require(answer["Location"])) == Self.png)
      // The original stands for a smaller version that there is not.
      #expect(try await harness.send(.get, "/api/v1/products/products/1/images/71/file?size=thumbnail").status == 302)
      for (size, suffix) in [("medium", "-medium"), ("thumbnail", "-thumb")] {
        try await databases.execute(
          "products_service_db", "update product_images set \(size)_url = 'products/\(key)\(suffix)' where id = 71")
        let smaller = try await harness.send(.get, "/api/v1/products/products/1/images/71/file?size=\(size)")
        #expect(try #require(smaller["Location"]).contains("\(key)\(suffix)?"))
      }
      #expect(try await harness.send(.get, "/api/v1/products/products/1/images/71/file?size=huge").status == 400)
      // A list shows where the first image's thumbnail lies.
      let list = try await harness.send(.get, "/api/v1/products/products?include=image&sort=name")
      let shown = try list.json["data"]?.arrayValue?.first { $0["id"]?.int64Value == 1 }
      #expect(shown?["image"]?["thumbnail_url"]?.stringValue?.hasSuffix("-thumb") == true)
      // Of another product, of a deleted one, of none.
      for path in ["2/images/71", "4/images/72", "1/images/70"] {
        #expect(try await harness.send(.get, "/api/v1/products/products/\(path)/file").status == 404)
      }
      let file = "/api/v1/products/products/1/images/71"
      #expect(try await harness.send(.get, file).json["data"]?["file"]?.stringValue == "\(file)/file")
      // One that was imported lies elsewhere.
      try await databases.execute(
        "products_service_db", "update product_images set original_url = 'https://cdn.example.org/a.png' where id = 71")
      #expect(try await harness.send(.get, file).json["data"]?["file"]?.isNull == true)
      #expect(try await harness.send(.get, "\(file)/file").status == 404)
      // Another website's.
      try await databases.execute(
        "products_service_db",
        "update product_images set original_url = 'products/\(key)' where id = 71; update products set website_id = 2 where id = 1")
      #expect(try await harness.send(.get, "\(file)/file").status == 404)
      let headers = ["Comptoir-Website": "2"]
      #expect(try await harness.send(.get, "\(file)/file", token: harness.token(9, .support), headers: headers).status == 302)
      await storage.close()
    }
  }
}
