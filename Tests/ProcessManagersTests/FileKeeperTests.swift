import EventSourcing
import EventStoreTesting
import FoundationEssentials
import Logging
import ObjectStorage
import ProcessManagers
import Testing

@testable import Aggregates

/// What becomes of files in a real object storage, over a log in memory.
@Suite struct FileKeeperTests {
  private static let product = ProductID(1_000)

  /// A storage with the bucket `products`, which the tests share: their ids are their own.
  private static func storage(_ change: (inout ObjectStorageConfiguration) -> Void = { _ in }) async throws -> ObjectStorage {
    func setting(_ name: String) throws -> String {
      try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_OBJECT_STORAGE_\(name)"], "COMPTOIR_TEST_OBJECT_STORAGE_\(name)")
    }
    var configuration = try ObjectStorageConfiguration(
      url: setting("URL"), accessKey: setting("ACCESS_KEY"), secretKey: setting("SECRET_KEY"))
    change(&configuration)
    return ObjectStorage(configuration, logger: Shop.quietLogger)
  }

  /// A shop with a product whose image was announced and uploaded, and where the file lies.
  private func announced(_ storage: ObjectStorage) async throws -> (shop: Shop, image: ImageID, place: String, key: String) {
    let shop = Shop()
    let image = ImageID(.random(in: 1_000...(1 << 45)))
    try await storage.createBucket("products")
    _ = try await shop.executor.execute(
      AddProduct(productID: Self.product, details: Product.Details(name: "Lamp", ref: "L-1", priceHT: Cents(100))))
    _ = try await shop.executor.execute(AnnounceImage(productID: Self.product, imageID: image, format: .png, size: 3))
    let place = ImageUpload.place(of: image)
    let key = ImageUpload.folder(of: image, owner: Self.product.rawValue) + "ab.png"
    for name in [place, key] { try await storage.put([1, 2, 3], bucket: "products", key: name, contentType: "image/png") }
    return (shop, image, place, key)
  }

  private func exists(_ key: String, _ storage: ObjectStorage) async throws -> Bool {
    try await storage.head(bucket: "products", key: key) != nil
  }

  private func upload(_ image: ImageID, _ shop: Shop) async throws -> Upload? {
    let events = try await shop.log.readStream(ImageUpload.stream(image), after: .none, limit: 100)
    return ImageUpload.state(after: try events.map { try ImageUpload.Event.decoder.decode($0) }).upload
  }

  @Test func `with a mail template go its files`() async throws {
    let storage = try await Self.storage()
    let shop = Shop()
    let (template, file) = (EmailTemplateID(.random(in: 1_000...(1 << 45))), TemplateFileID(7))
    try await storage.createBucket("newsletters")
    _ = try await shop.executor.execute(
      AddEmailTemplate(
        id: template, row: EmailTemplate.Row(name: "A", slug: "a-1", subject: "s", html: "<p>{{unsubscribe_url}}</p>")))
    _ = try await shop.executor.execute(AnnounceTemplateFile(templateID: template, fileID: file, format: .png, size: 3))
    _ = try await shop.executor.execute(ConfirmTemplateFile(templateID: template, fileID: file, filename: "a.png", sha256: "ab"))
    let key = TemplateUpload.folder(of: file, owner: template.rawValue) + "ab.png"
    let other = TemplateUpload.folder(of: file, owner: template.rawValue + 1) + "ab.png"
    for name in [key, other] { try await storage.put([1, 2, 3], bucket: "newsletters", key: name, contentType: "image/png") }
    _ = try await shop.executor.execute(RemoveEmailTemplate(id: template, usedBy: 0))
    let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: storage)
    try await shop.running(shop.runner(keeper)) { runner in try await shop.settle(runner) }
    #expect(try await storage.head(bucket: "newsletters", key: key) == nil)
    #expect(try await storage.head(bucket: "newsletters", key: other) != nil)
    await #expect(throws: ReferenceRejection.self) {
      try await shop.executor.execute(
        AnnounceTemplateFile(templateID: template, fileID: TemplateFileID(8), format: .png, size: 3))
    }
    await storage.close()
  }

  @Test func `an upload that nobody confirmed leaves nothing behind`() async throws {
    let storage = try await Self.storage()
    let (shop, image, place, key) = try await announced(storage)
    shop.log.advance(by: UploadTimer.lifetime)
    let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: storage)
    try await shop.running(shop.runner(keeper)) { _ in
      try await shop.until("clearing the upload") { try await upload(image, shop)?.isCleared == true }
    }
    #expect(try await upload(image, shop)?.status == .expired)
    #expect(try await exists(place, storage) == false)
    #expect(try await exists(key, storage) == false)
    #expect(try await shop.log.dueTimers(limit: 10).isEmpty)
    await storage.close()
  }

  @Test func `a confirmed upload leaves its file alone, until the image is removed`() async throws {
    let storage = try await Self.storage()
    let (shop, image, place, key) = try await announced(storage)
    // Somebody confirmed another content at the same time, and lost; and an image whose number begins alike has a file.
    let other = ImageUpload.folder(of: image, owner: Self.product.rawValue) + "cd.png"
    let neighbour = ImageUpload.folder(of: ImageID(image.rawValue * 10), owner: Self.product.rawValue) + "ab.png"
    for name in [other, neighbour] { try await storage.put([3, 2, 1], bucket: "products", key: name, contentType: "image/png") }
    _ = try await shop.executor.execute(
      ConfirmImage(productID: Self.product, imageID: image, filename: "a.png", sha256: "ab"))
    shop.log.advance(by: UploadTimer.lifetime)
    let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: storage)
    try await shop.running(shop.runner(keeper)) { _ in
      try await shop.until("clearing the upload") { try await upload(image, shop)?.isCleared == true }
      #expect(try await upload(image, shop)?.status == .confirmed)
      #expect(try await exists(place, storage) == false)
      #expect(try await exists(other, storage) == false)
      #expect(try await exists(neighbour, storage))
      #expect(try await exists(key, storage))
      _ = try await shop.executor.execute(RemoveImage(productID: Self.product, imageID: image))
      try await shop.until("removing the file") { try await exists(key, storage) == false }
    }
    await storage.close()
  }

  @Test func `the files of a ticket go with their rows`() async throws {
    let storage = try await Self.storage()
    let shop = Shop()
    let (ticket, user) = (TicketID(.random(in: 1_000...(1 << 50))), UserID(1))
    let actor = TicketActor.customer(user)
    try await storage.createBucket("sav")
    _ = try await shop.executor.execute(
      OpenTicket(ticketID: ticket, ticketNumber: "TKT-1", userID: user, subject: "Broken", description: "It is"))
    for message in [1, 2] {
      _ = try await shop.executor.execute(
        AddTicketMessage(ticketID: ticket, messageID: TicketMessageID(Int64(message)), actor: actor, message: "See", isInternal: false))
    }
    // One on the ticket, one on the first message, one on the second.
    let keys = try await ([nil, 1, 2] as [Int64?]).enumerated().asyncMap { index, message in
      let key = "tickets/\(ticket)/\(index).pdf"
      try await storage.put([1], bucket: "sav", key: key, contentType: "application/pdf")
      _ = try await shop.executor.execute(
        AttachTicketFile(
          ticketID: ticket, attachmentID: TicketAttachmentID(Int64(index + 1)), messageID: message.map { TicketMessageID($0) },
          actor: actor, originalName: "a.pdf", filename: "\(index).pdf", filePath: key, mimeType: "application/pdf", fileSize: 1))
      return key
    }
    func left() async throws -> [Bool] {
      try await keys.enumerated().asyncMap { _, key in try await storage.head(bucket: "sav", key: key) != nil }
    }
    let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: storage)
    try await shop.running(shop.runner(keeper)) { runner in
      try await shop.settle(runner)
      #expect(try await left() == [true, true, true])
      _ = try await shop.executor.execute(
        DeleteTicketMessage(ticketID: ticket, messageID: TicketMessageID(1), actor: actor))
      try await shop.until("removing the message's file") { try await left() == [true, false, true] }
      _ = try await shop.executor.execute(
        RemoveTicketFile(ticketID: ticket, attachmentID: TicketAttachmentID(1), actor: actor))
      try await shop.until("removing the ticket's file") { try await left() == [false, false, true] }
      _ = try await shop.executor.execute(DeleteTicket(ticketID: ticket, deletedBy: UserID(9)))
      try await shop.until("removing the rest") { try await left() == [false, false, false] }
    }
    await storage.close()
  }

  @Test func `a storage that does not answer is asked again later, and holds up no other timer`() async throws {
    let storage = try await Self.storage()
    let (shop, image, place, key) = try await announced(storage)
    let away = try await Self.storage {
      $0.secretKey += "x"
      $0.attempts = 1
    }
    shop.log.advance(by: UploadTimer.lifetime)
    for objects in [away, nil] {
      let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: objects)
      try await shop.running(shop.runner(keeper)) { _ in
        try await shop.until("putting it off") { try await shop.log.dueTimers(limit: 10).isEmpty }
      }
      #expect(try await upload(image, shop)?.isCleared == false)
      #expect(try await exists(place, storage))
      shop.log.advance(by: UploadTimer.pause)
    }
    let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: storage)
    try await shop.running(shop.runner(keeper)) { _ in
      try await shop.until("clearing the upload") { try await upload(image, shop)?.isCleared == true }
    }
    #expect(try await exists(key, storage) == false)
    await away.close()
    await storage.close()
  }

  @Test func `a removal that keeps failing waits, and is known after a restart`() async throws {
    let storage = try await Self.storage()
    let (shop, image, _, key) = try await announced(storage)
    _ = try await shop.executor.execute(
      ConfirmImage(productID: Self.product, imageID: image, filename: "a.png", sha256: "ab"))
    _ = try await shop.executor.execute(RemoveImage(productID: Self.product, imageID: image))
    let away = try await Self.storage { $0.secretKey += "x" }
    let broken = FileKeeper(log: shop.log, executor: shop.executor, objects: away)
    try await shop.running(shop.runner(broken) { $0.maximumTries = 2 }) { runner in
      try await shop.until("parking") { runner.status.parked.isEmpty == false }
    }
    let keeper = FileKeeper(log: shop.log, executor: shop.executor, objects: storage)
    #expect(try await keeper.parkedSagas().keys.sorted() == ["product-\(Self.product)"])
    try await shop.running(shop.runner(keeper) { $0.parkedRetryInterval = .milliseconds(5) }) { runner in
      try await shop.until("going on") { runner.status.isActive && runner.status.parked.isEmpty }
    }
    #expect(try await exists(key, storage) == false)
    #expect(try await keeper.parkedSagas().isEmpty)
    await away.close()
    await storage.close()
  }
}

extension Sequence {
  func asyncMap<Result>(_ transform: (Element) async throws -> Result) async throws -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
