import FoundationEssentials
import Logging
import Testing

@testable import ObjectStorage

/// Against a real storage.
struct StorageTests {
  @Test(arguments: ["a", "folder/a b+c.txt", "é/ü & <x>.txt", "a%2Fb?c=d#e", "~tilde_-.!*'()"])
  func `an object comes back as it was put, whatever its key`(_ key: String) async throws {
    try await Place.use { (place: Place) async throws in
      let bytes = Array("bytes of \(key)".utf8)
      try await place.storage.put(bytes, bucket: place.bucket, key: key, contentType: "text/plain")
      let object = try await place.storage.get(bucket: place.bucket, key: key, maximumBytes: 1_000)
      #expect(object.bytes == bytes)
      #expect(object.info.contentType == "text/plain")
      #expect(try await place.storage.head(bucket: place.bucket, key: key) == object.info)
      #expect(try await place.storage.list(bucket: place.bucket).objects.map(\.key) == [key])
    }
  }

  @Test func `a range is read alone and tells the size of the whole`() async throws {
    try await Place.use { (place: Place) async throws in
      try await place.storage.put(Array("0123456789".utf8), bucket: place.bucket, key: "digits", contentType: "text/plain")
      let some = try await place.storage.get(bucket: place.bucket, key: "digits", range: 2..<5, maximumBytes: 10)
      #expect(some.bytes == Array("234".utf8))
      #expect(some.info.size == 10)
      let end = try await place.storage.get(bucket: place.bucket, key: "digits", range: 8..<100, maximumBytes: 10)
      #expect(end.bytes == Array("89".utf8))
      let behind = await #expect(throws: ObjectStorageError.self) {
        try await place.storage.get(bucket: place.bucket, key: "digits", range: 50..<60, maximumBytes: 10)
      }
      #expect(behind?.code == .invalidRange)
      let tooLarge = await #expect(throws: ObjectStorageError.self) {
        try await place.storage.get(bucket: place.bucket, key: "digits", maximumBytes: 9)
      }
      #expect(tooLarge?.code == .tooLarge)
    }
  }

  @Test func `a large object is read in pieces`() async throws {
    try await Place.use { (place: Place) async throws in
      let bytes = (0..<9_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
      try await place.storage.put(bytes, bucket: place.bucket, key: "large", contentType: "application/octet-stream")
      var read: [UInt8] = []
      var pieces = 0
      let info = try await place.storage.read(bucket: place.bucket, key: "large") { piece in
        read += piece
        pieces += 1
      }
      #expect(read == bytes)
      #expect(pieces > 1)
      #expect(info.size == bytes.count)
    }
  }

  @Test func `what is not there is told by name`() async throws {
    try await Place.use { (place: Place) async throws in
      let missing = await #expect(throws: ObjectStorageError.self) {
        try await place.storage.get(bucket: place.bucket, key: "none", maximumBytes: 10)
      }
      #expect(missing?.code == .noSuchKey)
      #expect(missing?.status == 404)
      #expect(missing?.requestID != nil)
      #expect(try await place.storage.head(bucket: place.bucket, key: "none") == nil)
      try await place.storage.delete(bucket: place.bucket, key: "none")
      let bucket = await #expect(throws: ObjectStorageError.self) {
        try await place.storage.put([1], bucket: "\(place.bucket)-none", key: "a", contentType: "text/plain")
      }
      #expect(bucket?.code == .noSuchBucket)
      #expect(try await place.storage.createBucket(place.bucket) == false)
      try await place.storage.check(bucket: place.bucket)
    }
  }

  @Test func `a list goes on where its page ended`() async throws {
    try await Place.use { (place: Place) async throws in
      for name in ["a/1", "a/2", "a/3", "a/4", "a/5", "b/1"] {
        try await place.storage.put(Array(name.utf8), bucket: place.bucket, key: name, contentType: "text/plain")
      }
      var keys: [String] = []
      var next: String?
      var pages = 0
      repeat {
        let page = try await place.storage.list(bucket: place.bucket, prefix: "a/", next: next, limit: 2)
        keys += page.objects.map(\.key)
        next = page.next
        pages += 1
      } while next != nil && pages < 10
      #expect(keys == ["a/1", "a/2", "a/3", "a/4", "a/5"])
      #expect(try await place.storage.list(bucket: place.bucket, prefix: "none").objects.isEmpty)
      try await place.storage.delete(bucket: place.bucket, key: "a/3")
      #expect(try await place.storage.list(bucket: place.bucket, prefix: "a/").objects.map(\.size) == [3, 3, 3, 3])
    }
  }

  @Test func `wrong credentials are told apart`() async throws {
    var configuration = try Place.configuration()
    configuration.secretKey += "x"
    let wrongSecret = ObjectStorage(configuration, logger: Logger(label: "tests"))
    let refused = await #expect(throws: ObjectStorageError.self) { try await wrongSecret.list(bucket: "products") }
    #expect(refused?.code == .signatureDoesNotMatch)
    await wrongSecret.close()

    configuration.accessKey = "nobody"
    let stranger = ObjectStorage(configuration, logger: Logger(label: "tests"))
    let unknown = await #expect(throws: ObjectStorageError.self) { try await stranger.list(bucket: "products") }
    #expect(unknown?.code == .invalidAccessKey)
    await stranger.close()
  }
}
