import FoundationEssentials
import Hummingbird
import Logging
import Synchronization
import Testing

@testable import ObjectStorage

/// Against a storage that fails as it is told to.
struct RetryTests {
  /// Answers with the statuses of a script, the last one from then on; counts requests.
  final class Script: Sendable {
    let statuses: [Int]
    let count = Atomic(0)

    init(_ statuses: [Int]) { self.statuses = statuses }

    var requests: Int { count.load(ordering: .sequentiallyConsistent) }

    func next() -> Int {
      let number = count.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
      return statuses[min(number, statuses.count - 1)]
    }
  }

  /// Runs a server and a client of it.
  private func use(_ script: Script, _ body: @escaping @Sendable (ObjectStorage) async throws -> Void) async throws {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let router = Router()
    router.get("**") { _, _ in
      let status = script.next()
      let error = "<Error><Code>SlowDown</Code><Message>Not so fast.</Message><RequestId>R-1</RequestId></Error>"
      return Response(
        status: .init(code: status), headers: [:],
        body: .init(byteBuffer: .init(string: status == 200 ? "content" : status == 503 ? error : "")))
    }
    let server = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: Logger(label: "tests"))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      var waiting = ports.makeAsyncIterator()
      let port = try #require(await waiting.next())
      var configuration = try ObjectStorageConfiguration(url: "http://127.0.0.1:\(port)", accessKey: "key", secretKey: "secret")
      configuration.backoff = .milliseconds(1)...(.milliseconds(5))
      let storage = ObjectStorage(configuration, logger: Logger(label: "tests"))
      do { try await body(storage) } catch { Issue.record(error) }
      await storage.close()
      group.cancelAll()
      try? await group.waitForAll()
    }
  }

  @Test func `what may pass is asked again until it has passed`() async throws {
    let script = Script([503, 500, 429, 200])
    try await use(script) { (storage: ObjectStorage) async throws in
      #expect(try await storage.get(bucket: "b", key: "k", maximumBytes: 100).bytes == Array("content".utf8))
      #expect(script.requests == 4)
    }
  }

  @Test func `after the last attempt the storage's own error is thrown`() async throws {
    let script = Script([503])
    try await use(script) { (storage: ObjectStorage) async throws in
      let error = await #expect(throws: ObjectStorageError.self) { try await storage.get(bucket: "b", key: "k", maximumBytes: 100) }
      #expect(error?.code == .slowDown)
      #expect(error?.message == "Not so fast.")
      #expect(error?.description == "GET b: SlowDown, status 503, request R-1")
      #expect(script.requests == storage.configuration.attempts)
    }
  }

  @Test(arguments: [301, 400, 403, 404, 412])
  func `what will not pass is asked once`(_ status: Int) async throws {
    let script = Script([status])
    try await use(script) { (storage: ObjectStorage) async throws in
      let error = await #expect(throws: ObjectStorageError.self) { try await storage.get(bucket: "b", key: "k", maximumBytes: 100) }
      #expect(error?.status == status)
      #expect(script.requests == 1)
    }
  }

  @Test func `a storage that is not there is told as such`() async throws {
    var configuration = try ObjectStorageConfiguration(url: "http://127.0.0.1:9", accessKey: "key", secretKey: "secret")
    configuration.backoff = .milliseconds(1)...(.milliseconds(5))
    configuration.connectTimeout = .milliseconds(300)
    configuration.attempts = 2
    let storage = ObjectStorage(configuration, logger: Logger(label: "tests"))
    let error = await #expect(throws: ObjectStorageError.self) { try await storage.head(bucket: "b", key: "k") }
    #expect(error?.code == .unreachable || error?.code == .timeout)
    await storage.close()
  }
}
