import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import Testing

@testable import ObjectStorage

/// The storage of the test run, and a bucket of one test's own.
struct Place {
  let storage: ObjectStorage
  let bucket: String

  static func configuration() throws -> ObjectStorageConfiguration {
    func setting(_ name: String) throws -> String {
      try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_OBJECT_STORAGE_\(name)"], "COMPTOIR_TEST_OBJECT_STORAGE_\(name)")
    }
    return try ObjectStorageConfiguration(
      url: setting("URL"), accessKey: setting("ACCESS_KEY"), secretKey: setting("SECRET_KEY"))
  }

  /// Makes a bucket, works and removes it with all it holds, whatever happens in between.
  static func use(_ body: (Place) async throws -> Void) async throws {
    let storage = ObjectStorage(try configuration(), logger: Logger(label: "tests"))
    let place = Place(storage: storage, bucket: "test-\(UUID().uuidString.lowercased())")
    do {
      try await storage.createBucket(place.bucket)
      try await body(place)
    } catch {
      await place.remove()
      throw error
    }
    await place.remove()
  }

  private func remove() async {
    do {
      for object in try await storage.list(bucket: bucket).objects { try await storage.delete(bucket: bucket, key: object.key) }
      try await storage.deleteBucket(bucket)
    } catch {
      Issue.record(error)
    }
    await storage.close()
  }
}

extension PresignedRequest {
  /// Sends it as any HTTP client would.
  /// - Returns: the status and the body.
  func send(
    _ body: [UInt8] = [], headers changed: [String: String] = [:]
  ) async throws -> (status: Int, body: [UInt8], headers: [String: String]) {
    var request = HTTPClientRequest(url: url)
    request.method = .init(rawValue: method)
    for (name, value) in headers.merging(changed, uniquingKeysWith: { $1 }) where name != "content-length" {
      request.headers.add(name: name, value: value)
    }
    if method == "PUT" { request.body = .bytes(ByteBuffer(bytes: body)) }
    let response = try await HTTPClient.shared.execute(request, timeout: .seconds(30))
    let answer = try await response.body.collect(upTo: 1 << 24)
    return (
      Int(response.status.code), Array(answer.readableBytesView),
      Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
    )
  }
}
