import HTTPTypes
import Hummingbird
import JSON
import NIOCore
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
    do {
      try await body(receiver, port)
    } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    _ = await task.result
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
