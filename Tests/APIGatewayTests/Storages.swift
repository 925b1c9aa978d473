import AsyncHTTPClient
import EventSourcing
import EventStoreTesting
import FoundationEssentials
import JSON
import Logging
import NIOCore
import NIOHTTP1
import ObjectStorage
import Testing

/// The object storage of the test run, and a client that has no credentials.
enum Storages {
  static func real(_ change: (inout ObjectStorageConfiguration) -> Void = { _ in }) throws -> ObjectStorage {
    func setting(_ name: String) throws -> String {
      try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_OBJECT_STORAGE_\(name)"], "COMPTOIR_TEST_OBJECT_STORAGE_\(name)")
    }
    var configuration = try ObjectStorageConfiguration(
      url: setting("URL"), accessKey: setting("ACCESS_KEY"), secretKey: setting("SECRET_KEY"))
    change(&configuration)
    return ObjectStorage(configuration, logger: Logger(label: "test"))
  }

  /// - Returns: the status.
  static func send(_ bytes: [UInt8], _ method: String, _ url: String, _ headers: [(String, String)]) async throws -> Int {
    var request = HTTPClientRequest(url: url)
    request.method = .init(rawValue: method)
    // The length follows from the body.
    for (name, value) in headers where name != "content-length" { request.headers.add(name: name, value: value) }
    request.body = .bytes(ByteBuffer(bytes: bytes))
    return Int(try await HTTPClient.shared.execute(request, timeout: .seconds(30)).status.code)
  }

  /// As an announcement says it.
  /// - Returns: the status.
  static func send(_ bytes: [UInt8], _ upload: JSONValue) async throws -> Int {
    let headers = upload["headers"]?.objectValue ?? []
    return try await send(
      bytes, upload["method"]!.stringValue!, upload["url"]!.stringValue!, headers.map { ($0.key, $0.value.stringValue!) })
  }

  static func fetch(_ url: String) async throws -> [UInt8] {
    let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(30))
    #expect(response.status == .ok)
    return Array(try await response.body.collect(upTo: 1 << 20).readableBytesView)
  }
}

extension Harness {
  /// Makes the next ids of a kind ones that no other test has: the tests share a storage, where files lie under their ids.
  func skipIDs(of kind: String) async throws { _ = try await log.nextIDs(kind, count: .random(in: 1...(1 << 40))) }

  /// The state of an aggregate, from its events.
  func state<A: Aggregate>(_ aggregate: A.Type, _ id: some CustomStringConvertible) async throws -> A.State {
    let events = try await log.readStream(A.stream(id), after: .none, limit: 1_000)
    let keys = try await log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
    return A.state(after: try events.map { try A.Event.decoder.decode($0, keys: keys) })
  }
}
