import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import NIOPosix
import ProcessManagers
import Synchronization

/// Somebody outside who is told: an HTTP server on this machine that keeps what comes, and answers as a test wants.
final class WebhookReceiver: Sendable {
  struct Delivery: Sendable {
    let path: String
    let id: String
    let timestamp: String
    let signature: String
    let body: [UInt8]

    var json: JSONValue { get throws { try JSONValue(parsing: body) } }
    var position: Int64? { get throws { try json["position"]?.int64Value } }
    /// Each of the header's signatures.
    var signatures: [Substring] { signature.split(separator: " ") }
  }

  struct Answer: Sendable {
    var status = 204
    var headers: [String: String] = [:]
    var body = ""
    /// How long it takes.
    var delay = Duration.zero
  }

  private struct State {
    var deliveries: [Delivery] = []
    var answer: @Sendable (Delivery, Int) async -> Answer = { _, _ in Answer() }
    var underWay = 0
    var mostAtOnce = 0
  }

  private let state = Mutex(State())

  /// All that came, in order.
  var deliveries: [Delivery] { state.withLock { $0.deliveries } }
  /// As many requests were under way at once.
  var mostAtOnce: Int { state.withLock { $0.mostAtOnce } }

  /// What it answers from now on; given the delivery and how many came before.
  func answer(_ answer: @escaping @Sendable (Delivery, Int) async -> Answer) { state.withLock { $0.answer = answer } }

  func answer(_ status: Int, _ headers: [String: String] = [:], body: String = "") {
    answer { _, _ in Answer(status: status, headers: headers, body: body) }
  }

  /// Runs `body` beside a receiver on a port of its own.
  static func with(_ body: (WebhookReceiver, _ port: Int) async throws -> Void) async throws {
    let receiver = WebhookReceiver()
    let router = Router()
    router.post("**") { request, _ in try await receiver.take(request) }
    let (ports, found) = AsyncStream<Int>.makeStream()
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { found.yield($0.localAddress?.port ?? 0) }, logger: quietLogger)
    let task = Task { try await application.run() }
    let port = await ports.first { _ in true }!
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(receiver, port))
    } catch {
      result = .failure(error)
    }
    try? await drain(port)
    task.cancel()
    _ = await task.result
    try result.get()
  }

  /// Waits until no connection is being taken: a server that ends in the middle of that brings the process down, since NIO does not
  /// forgive a connection that nobody took. They are taken in order, and given to the event loops in turn: so each loop has answered one
  /// of ours when all are answered, and before that whatever came earlier.
  private static func drain(_ port: Int) async throws {
    let loops = MultiThreadedEventLoopGroup.singleton
    for _ in 0..<(2 * System.coreCount) {
      let channel = try await ClientBootstrap(group: loops).connect(host: "127.0.0.1", port: port).get()
      try await channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).get()
      try await channel.closeFuture.get()
    }
  }

  private func take(_ request: Request) async throws -> Response {
    let body = Array(try await request.body.collect(upTo: 65_536).readableBytesView)
    func header(_ name: String) -> String { request.headers[HTTPField.Name(name)!] ?? "" }
    let delivery = Delivery(
      path: request.uri.path, id: header("webhook-id"), timestamp: header("webhook-timestamp"), signature: header("webhook-signature"),
      body: body)
    let (answer, count) = state.withLock { state in
      state.deliveries.append(delivery)
      state.underWay += 1
      state.mostAtOnce = max(state.mostAtOnce, state.underWay)
      return (state.answer, state.deliveries.count - 1)
    }
    let reply = await answer(delivery, count)
    try? await Task.sleep(for: reply.delay)
    state.withLock { $0.underWay -= 1 }
    var headers = HTTPFields()
    for (name, value) in reply.headers { headers[HTTPField.Name(name)!] = value }
    return Response(status: .init(code: reply.status), headers: headers, body: .init(byteBuffer: ByteBuffer(string: reply.body)))
  }
}
