import Logging
import Testing

@testable import ObjectStorage

/// Presigned addresses, used by a client that has no credentials.
struct PresignedTests {
  @Test func `an upload is taken with the type and size it was signed for, and no other`() async throws {
    try await Place.use { (place: Place) async throws in
      let bytes = Array("twelve bytes".utf8)
      let upload = place.storage.presignedPut(
        bucket: place.bucket, key: "a b/é.txt", contentType: "text/plain", size: bytes.count, lifetime: .seconds(60))
      #expect(upload.headers == ["content-type": "text/plain", "content-length": "12"])
      #expect(try await upload.send(bytes, headers: ["content-type": "text/html"]).status == 403)
      #expect(try await upload.send(bytes + [33]).status == 403)
      #expect(try await place.storage.head(bucket: place.bucket, key: "a b/é.txt") == nil)
      #expect(try await upload.send(bytes).status == 200)
      #expect(try await place.storage.get(bucket: place.bucket, key: "a b/é.txt", maximumBytes: 100).bytes == bytes)
    }
  }

  @Test func `a download is good for one object and for its time`() async throws {
    try await Place.use { (place: Place) async throws in
      try await place.storage.put(Array("one".utf8), bucket: place.bucket, key: "1.txt", contentType: "text/plain")
      try await place.storage.put(Array("two".utf8), bucket: place.bucket, key: "2.txt", contentType: "text/plain")
      let download = place.storage.presignedGet(bucket: place.bucket, key: "1.txt", lifetime: .seconds(60), filename: "Zoë \"1\".txt")
      let answer = try await download.send()
      #expect(answer.status == 200)
      #expect(answer.body == Array("one".utf8))
      #expect(answer.headers["content-disposition"] == "attachment; filename=\"Zo_ _1_.txt\"; filename*=UTF-8''Zo%C3%AB%20%221%22.txt")

      let other = PresignedRequest(
        method: "GET", url: download.url.replacing("/1.txt", with: "/2.txt"), headers: [:], lifetime: download.lifetime)
      #expect(try await other.send().status == 403)
      let asUpload = PresignedRequest(method: "PUT", url: download.url, headers: [:], lifetime: download.lifetime)
      #expect(try await asUpload.send([1]).status == 403)

      // Signed an hour ago for a minute.
      let now = place.storage.now()
      let past = ObjectStorage(place.storage.configuration, logger: Logger(label: "tests")) { now - 3_600 }
      #expect(try await past.presignedGet(bucket: place.bucket, key: "1.txt", lifetime: .seconds(60)).send().status == 403)
      await past.close()
    }
  }

  @Test func `addresses for clients have the public host, and the bucket where it is asked for`() async throws {
    var configuration = try ObjectStorageConfiguration(
      url: "http://10.0.0.7:8333", publicURL: "https://files.shop.example", accessKey: "key", secretKey: "secret")
    configuration.addressing = .virtual
    let storage = ObjectStorage(configuration, logger: Logger(label: "tests"))
    let url = storage.presignedGet(bucket: "products", key: "A-1/main.jpg", lifetime: .seconds(60)).url
    #expect(url.hasPrefix("https://products.files.shop.example/A-1/main.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
    await storage.close()
  }
}
