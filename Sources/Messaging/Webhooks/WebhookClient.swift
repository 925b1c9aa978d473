import AsyncHTTPClient
import EventSourcing
import NIOCore
import NIOHTTP1
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Posts deliveries: to addresses that were checked, never where a redirect leads, and reads no more of an answer than is kept.
final class WebhookClient: Sendable {
  /// Of an answer's body, so many bytes are read.
  private static let maximumAnswerBytes = 2_048

  private let guardian: WebhookGuard
  private let timeout: Duration
  private let clients = PinnedClients()

  init(guardian: WebhookGuard, timeout: Duration) {
    self.guardian = guardian
    self.timeout = timeout
  }

  func close() async { await clients.close() }

  /// One try.
  /// - Parameters:
  ///   - headers: beside those of any request.
  /// - Throws: when the task is cancelled, and for nothing else.
  func post(
    _ body: [UInt8], to text: String, headers: [(String, String)], now: Timestamp
  ) async throws -> WebhookAnswer {
    do {
      return try await withThrowingTaskGroup(of: WebhookAnswer.self) { group in
        group.addTask { try await self.send(body, to: text, headers: headers, now: now) }
        group.addTask {
          try await Task.sleep(for: self.timeout)
          return WebhookAnswer(error: "no answer within \(self.timeout.components.seconds) s")
        }
        defer { group.cancelAll() }
        guard let answer = try await group.next() else { throw CancellationError() }
        return answer
      }
    } catch {
      try Task.checkCancellation()
      return WebhookAnswer(error: "\(error)")
    }
  }

  private func send(
    _ body: [UInt8], to text: String, headers: [(String, String)], now: Timestamp
  ) async throws -> WebhookAnswer {
    let url: WebhookURL
    do throws(WebhookURL.Fault) { url = try WebhookURL(text) } catch { return WebhookAnswer(error: "the address is not valid") }
    let addresses: [NetworkAddress]
    do throws(WebhookGuard.Refusal) { addresses = try await guardian.addresses(of: url) } catch { return WebhookAnswer(error: "\(error)") }
    var request = HTTPClientRequest(url: url.text)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "user-agent", value: "Comptoir-Webhooks/1.0")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    request.body = .bytes(ByteBuffer(bytes: body))
    for address in addresses.dropLast() {
      do {
        return try await execute(request, to: url.host, at: address, now: now)
      } catch let error where Self.isUnconnected(error) {
        // The host has another one.
      }
    }
    return try await execute(request, to: url.host, at: addresses.last!, now: now)
  }

  private func execute(
    _ request: HTTPClientRequest, to host: String, at address: NetworkAddress, now: Timestamp
  ) async throws -> WebhookAnswer {
    try await clients.use(host, at: address) { client in
      // Broken off by who waits, body included.
      let response = try await client.execute(request, deadline: .distantFuture)
      var answer = WebhookAnswer(status: Int(response.status.code))
      if (300..<400).contains(Int(response.status.code)) { answer.error = "redirects are not followed" }
      answer.retryAfter = response.headers.first(name: "retry-after").flatMap { RetryAfter.duration($0, now: now) }
      answer.body = try await Self.beginning(of: response.body)
      return answer
    }
  }

  /// Whether nobody was reached, so that nothing was sent.
  private static func isUnconnected(_ error: any Error) -> Bool {
    if let error = error as? IOError { return [ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, EADDRNOTAVAIL].contains(error.errnoCode) }
    return error as? HTTPClientError == .connectTimeout
  }

  private static func beginning(of body: HTTPClientResponse.Body) async throws -> String? {
    var bytes: [UInt8] = []
    for try await part in body {
      bytes += part.readableBytesView.prefix(maximumAnswerBytes - bytes.count)
      if bytes.count >= maximumAnswerBytes { break }
    }
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

/// Clients that each connect to one address for one host, whatever the name means by then; the certificate must be the host's all the same.
/// Those that nobody has used for a while are closed.
private final class PinnedClients: Sendable {
  private struct Pin: Hashable {
    let host: String
    let address: NetworkAddress
  }

  private struct Entry {
    let client: HTTPClient
    var users = 0
    var lastUse = ContinuousClock.now
  }

  private static let idleTime = Duration.seconds(60)

  private let entries = Mutex<[Pin: Entry]>([:])

  func use<R: Sendable>(_ host: String, at address: NetworkAddress, _ body: (HTTPClient) async throws -> R) async throws -> R {
    let pin = Pin(host: host, address: address)
    let (client, idle) = entries.withLock { entries in
      let limit = ContinuousClock.now - Self.idleTime
      let idle = entries.filter { $0.value.users == 0 && $0.value.lastUse < limit && $0.key != pin }
      for key in idle.keys { entries[key] = nil }
      var entry = entries[pin] ?? Entry(client: Self.client(pin))
      entry.users += 1
      entries[pin] = entry
      return (entry.client, idle.values.map(\.client))
    }
    defer {
      entries.withLock { entries in
        entries[pin]?.users -= 1
        entries[pin]?.lastUse = .now
      }
    }
    for client in idle { try? await client.shutdown() }
    return try await body(client)
  }

  func close() async {
    let all = entries.withLock { entries in
      defer { entries = [:] }
      return entries.values.map(\.client)
    }
    for client in all { try? await client.shutdown() }
  }

  private static func client(_ pin: Pin) -> HTTPClient {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)), decompression: .disabled)
    configuration.dnsOverride = [pin.host: pin.address.description]
    configuration.connectionPool.idleTimeout = .seconds(30)
    // There is a next try.
    configuration.connectionPool.retryConnectionEstablishment = false
    // Several receivers may be at one host: a slow one must not take the others' connections. What bounds them is what is taken at once.
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1_024
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }
}
