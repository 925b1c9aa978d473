import CGD
import EventSourcing
import EventStoreTesting
import FoundationEssentials
import ImageResizing
import ObjectStorage
import Testing

@testable import Aggregates
@testable import ProcessManagers

/// Smaller versions of images in a real object storage, over a log in memory.
@Suite struct ImageResizerTests {
  private static let product = ProductID(1_000)

  /// A shop with a product, and a storage that the tests share: their ids are their own.
  private func use(_ body: (Shop, ObjectStorage) async throws -> Void) async throws {
    func setting(_ name: String) throws -> String {
      try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_OBJECT_STORAGE_\(name)"], "COMPTOIR_TEST_OBJECT_STORAGE_\(name)")
    }
    let configuration = try ObjectStorageConfiguration(
      url: setting("URL"), accessKey: setting("ACCESS_KEY"), secretKey: setting("SECRET_KEY"))
    let storage = ObjectStorage(configuration, logger: Shop.quietLogger)
    let shop = Shop()
    do {
      try await storage.createBucket("products")
      _ = try await shop.executor.execute(
        AddProduct(productID: Self.product, details: Product.Details(name: "Lamp", ref: "L-1", priceHT: Cents(100))))
      try await body(shop, storage)
    } catch {
      await storage.close()
      throw error
    }
    await storage.close()
  }

  /// Announces, stores and confirms an image.
  private func upload(_ bytes: [UInt8], _ shop: Shop, _ storage: ObjectStorage, format: FileFormat = .png) async throws -> ImageID {
    let image = ImageID(.random(in: 1_000...(1 << 45)))
    _ = try await shop.executor.execute(
      AnnounceImage(productID: Self.product, imageID: image, format: format, size: Int64(max(1, bytes.count))))
    try await storage.put(bytes, bucket: "products", key: key(image, format: format), contentType: format.rawValue)
    _ = try await shop.executor.execute(
      ConfirmImage(productID: Self.product, imageID: image, filename: "a.\(format.extensions[0])", sha256: "ab"))
    return image
  }

  private func key(_ image: ImageID, _ version: String = "", format: FileFormat = .png) -> String {
    "\(ImageUpload.folder(of: image, owner: Self.product.rawValue))ab\(version).\(format.extensions[0])"
  }

  private func stored(_ image: ImageID, _ storage: ObjectStorage) async throws -> [String] {
    let folder = ImageUpload.folder(of: image, owner: Self.product.rawValue)
    return try await storage.list(bucket: "products", prefix: folder).objects.map { String($0.key.dropFirst(folder.count)) }.sorted()
  }

  private func image(_ id: ImageID, _ shop: Shop) async throws -> Product.Image? {
    try await shop.state(Product.self, Self.product).parts(of: Self.product).images[id]
  }

  private func resizer(_ shop: Shop, _ objects: ObjectStorage?) -> ImageResizer {
    ImageResizer(log: shop.log, executor: shop.executor, objects: objects, logger: Shop.quietLogger)
  }

  private static func png(_ width: Int32, _ height: Int32) -> [UInt8] {
    let image = gdImageCreateTrueColor(width, height)!
    defer { gdImageDestroy(image) }
    gdImageFilledRectangle(image, 0, 0, width / 2, height, 0x20_80C0)
    var count: Int32 = 0
    let data = gdImagePngPtr(image, &count)!
    defer { gdFree(data) }
    return Array(UnsafeRawBufferPointer(start: data, count: Int(count)))
  }

  @Test func `an image that was confirmed has a medium version and a thumbnail beside it, which go with it`() async throws {
    try await use { shop, storage in
      let first = try await upload(Self.png(900, 600), shop, storage)
      let second = try await upload(Self.png(20, 10), shop, storage)
      let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: storage)
      try await shop.running(shop.runner(resizer(shop, storage))) { runner in try await shop.settle(runner) }
      for (id, medium, thumbnail) in [(first, (400, 267), (150, 100)), (second, (20, 10), (20, 10))] {
        let image = try await image(id, shop)
        #expect(image?.mediumURL == "products/\(key(id, "-medium"))")
        #expect(image?.thumbnailURL == "products/\(key(id, "-thumb"))")
        for (version, size) in [("-medium", medium), ("-thumb", thumbnail)] {
          let object = try await storage.get(bucket: "products", key: key(id, version), maximumBytes: 1 << 20)
          #expect(object.info.contentType == "image/png")
          let header = try #require(ImageHeader(object.bytes))
          #expect((header.width, header.height) == size)
        }
      }
      // When the upload's time is over, its folder is emptied of all else.
      try await storage.put([1], bucket: "products", key: key(first).replacing("ab.", with: "cd."), contentType: "image/png")
      shop.log.advance(by: UploadTimer.lifetime)
      try await shop.running(shop.runner(keeper)) { _ in
        try await shop.until("clearing the uploads") { try await shop.log.dueTimers(limit: 10).isEmpty }
        #expect(try await stored(first, storage) == ["ab-medium.png", "ab-thumb.png", "ab.png"])
        _ = try await shop.executor.execute(RemoveImage(productID: Self.product, imageID: first))
        try await shop.until("removing the files") { try await stored(first, storage).isEmpty }
      }
      #expect(try await stored(second, storage).count == 3)
    }
  }

  @Test func `a picture that cannot be decoded keeps its original, and holds up no other`() async throws {
    try await use { shop, storage in
      var huge = Self.png(16, 16)
      huge.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
      let refused = try await [Array(Self.png(60, 60).prefix(40)), huge].asyncMap { try await upload($0, shop, storage) }
      let missing = try await upload(Self.png(60, 60), shop, storage)
      try await storage.delete(bucket: "products", key: key(missing))
      let good = try await upload(Self.png(60, 60), shop, storage)
      try await shop.running(shop.runner(resizer(shop, storage)) { $0.maximumTries = 1 }) { runner in
        try await shop.settle(runner)
        #expect(runner.status.parked.isEmpty)
        #expect(runner.status.failureCount == 0)
      }
      for id in refused {
        #expect(try await stored(id, storage) == ["ab.png"])
        #expect(try await image(id, shop)?.mediumURL == nil)
      }
      #expect(try await image(missing, shop)?.mediumURL == nil)
      #expect(try await image(good, shop)?.mediumURL != nil)
    }
  }

  @Test func `an image that is removed meanwhile leaves no file behind`() async throws {
    try await use { shop, storage in
      let id = try await upload(Self.png(600, 600), shop, storage)
      // The file is still there when the versions are made: whoever removes it comes after that.
      _ = try await shop.executor.execute(RemoveImage(productID: Self.product, imageID: id))
      try await shop.running(shop.runner(resizer(shop, storage))) { runner in try await shop.settle(runner) }
      #expect(try await stored(id, storage) == ["ab.png"])
      #expect(shop.count(ImageResized.type) == 0)
    }
  }

  @Test func `a message that comes again changes nothing, also when the image is gone by then`() async throws {
    try await use { shop, storage in
      let id = try await upload(Self.png(600, 600), shop, storage)
      let added = try #require(shop.log.events.first { $0.type == ImageAdded.type.name })
      let resizer = resizer(shop, storage)
      try await resizer.handle(added)
      try await resizer.handle(added)
      #expect(shop.count(ImageResized.type) == 1)
      #expect(try await stored(id, storage) == ["ab-medium.png", "ab-thumb.png", "ab.png"])
      _ = try await shop.executor.execute(RemoveImage(productID: Self.product, imageID: id))
      try await resizer.handle(added)
      #expect(try await stored(id, storage) == ["ab.png"])
    }
  }

  @Test func `an image that lies elsewhere or brings its versions is left as it is`() async throws {
    try await use { shop, storage in
      for (number, urls) in [("https://cdn.example.org/a.png", nil), ("products/a.png", "products/b.png")].enumerated() {
        let image = Product.Image(originalURL: urls.0, thumbnailURL: urls.1, filename: "a.png", size: 1, mimeType: "image/png")
        _ = try await shop.executor.execute(AddImage(productID: Self.product, imageID: ImageID(Int64(number + 1)), image: image))
      }
      try await shop.running(shop.runner(resizer(shop, nil)) { $0.maximumTries = 1 }) { runner in
        try await shop.settle(runner)
        #expect(runner.status.parked.isEmpty)
      }
      #expect(shop.count(ImageResized.type) == 0)
    }
  }

  @Test func `while there is no storage images wait, and are made smaller afterwards`() async throws {
    try await use { shop, storage in
      let id = try await upload(Self.png(600, 600), shop, storage)
      try await shop.running(shop.runner(resizer(shop, nil)) { $0.maximumTries = 2 }) { runner in
        try await shop.until("parking") { runner.status.parked.isEmpty == false }
      }
      #expect(try await ParkedSagas(log: shop.log).all().sagas.map(\.stream.rawValue) == ["imagesaga-product-\(Self.product)"])
      try await shop.running(shop.runner(resizer(shop, storage)) { $0.parkedRetryInterval = .milliseconds(5) }) { runner in
        try await shop.until("going on") { runner.status.isActive && runner.status.parked.isEmpty }
      }
      #expect(try await image(id, shop)?.thumbnailURL != nil)
    }
  }

  @Test func `so many pass a gate at once`() async throws {
    let gate = Gate(2)
    let inside = Inside()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await gate.pass {
            await inside.enter()
            await Task.yield()
            await inside.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(await inside.most <= 2)
    #expect(await inside.entries == 20)
    // Who was cancelled does not go in, and takes nobody's place.
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await gate.pass { await inside.enter() }
    }
    await #expect(throws: CancellationError.self) { try await cancelled.value }
    for _ in 0..<3 { try await gate.pass {} }
    #expect(await inside.entries == 20)
  }
}

private actor Inside {
  private var count = 0
  private(set) var most = 0
  private(set) var entries = 0

  func enter() {
    count += 1
    entries += 1
    most = max(most, count)
  }

  func leave() { count -= 1 }
}
