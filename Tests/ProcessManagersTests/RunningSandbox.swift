import Aggregates
import EventSourcing
import FoundationEssentials
import Hummingbird
import JSON
import Logging
import NIOCore
import PaymentSandbox
import ProcessManagers
import Synchronization
import Testing

/// The sandbox as a service on a port of loopback, which can be stopped and comes back on the same port with its journal.
final class RunningSandbox: Sendable {
  static let secret = "a secret for tests"
  static let signature = WebhookSignature(secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")!

  private let journal = FileManager.default.temporaryDirectory.appendingPathComponent("payments-\(UUID().uuidString)").path
  private let callbackURL: String?
  private let running: Mutex<(port: Int, task: Task<Void, any Error>?)> = Mutex((0, nil))

  private init(callbacks: String?) { callbackURL = callbacks }

  /// Runs `body` beside a sandbox; it is stopped and its journal removed whatever happens.
  static func with(callbacks: String? = nil, _ body: (RunningSandbox) async throws -> Void) async throws {
    let sandbox = RunningSandbox(callbacks: callbacks)
    defer { try? FileManager.default.removeItem(atPath: sandbox.journal) }
    try await sandbox.start()
    do {
      try await body(sandbox)
    } catch {
      await sandbox.stop()
      throw error
    }
    await sandbox.stop()
  }

  var port: Int { running.withLock { $0.port } }
  var payments: HTTPPayments { HTTPPayments(url: "http://127.0.0.1:\(port)", secret: Self.secret, timeout: .seconds(5)) }

  func start() async throws {
    var configuration = PaymentSandboxConfiguration()
    configuration.port = port
    configuration.journal = journal
    configuration.secret = Self.secret
    if let callbackURL {
      var callbacks = PaymentSandboxConfiguration.Callbacks(url: callbackURL, signature: Self.signature)
      callbacks.delay = .milliseconds(20)
      callbacks.firstPause = .milliseconds(5)
      callbacks.maximumPause = .milliseconds(20)
      configuration.callbacks = callbacks
    }
    let (ports, found) = AsyncStream<Int>.makeStream()
    let sandbox = try PaymentSandbox(configuration, logger: Shop.quietLogger) { found.yield($0) }
    let task = Task {
      defer { found.finish() }
      try await sandbox.run()
    }
    guard let port = await ports.first(where: { _ in true }) else {
      try await task.value
      throw NotUp()
    }
    running.withLock { $0 = (port, task) }
  }

  /// What it has written down.
  var journalText: String { FileManager.default.contents(atPath: journal).map { String(decoding: $0, as: UTF8.self) } ?? "" }

  /// What a kill may leave; only while it is stopped.
  func appendToJournal(_ text: String) throws {
    let content = FileManager.default.contents(atPath: journal) ?? Data()
    try (content + Data(text.utf8)).write(to: URL(fileURLWithPath: journal))
  }

  /// Ends it without a word to anybody.
  func stop() async {
    let task = running.withLock { running in
      defer { running.task = nil }
      return running.task
    }
    task?.cancel()
    _ = await task?.result
  }

  /// Asks until there is an answer: connections of before it was stopped may still be there.
  func insist<Answer: Sendable>(_ ask: (HTTPPayments) async throws -> Answer) async throws -> Answer {
    for _ in 0..<50 {
      if let answer = try? await ask(payments) { return answer }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try await ask(payments)
  }

  struct NotUp: Error {}
}

/// Whom the sandbox calls back: takes what is signed, and does with it what the gateway does.
final class CallbackReceiver: Sendable {
  private struct State {
    var executor: CommandExecutor?
    var refusals = 0
    var received: [String] = []
  }

  private let state = Mutex(State())

  /// The ids of what was taken, in order.
  var received: [String] { state.withLock { $0.received } }

  /// Whose payments it tells of.
  func serve(_ shop: Shop) { state.withLock { $0.executor = shop.executor } }

  /// Takes nothing so many times.
  func refuse(_ times: Int) { state.withLock { $0.refusals = times } }

  /// Runs `body` beside a receiver at a URL.
  static func with(_ body: (CallbackReceiver, String) async throws -> Void) async throws {
    let receiver = CallbackReceiver()
    let router = Router()
    router.post("callback") { request, _ in try await receiver.take(request) }
    let (ports, found) = AsyncStream<Int>.makeStream()
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { found.yield($0.localAddress?.port ?? 0) }, logger: Shop.quietLogger)
    let task = Task { try await application.run() }
    let port = await ports.first { _ in true }!
    do {
      try await body(receiver, "http://127.0.0.1:\(port)/callback")
    } catch {
      task.cancel()
      throw error
    }
    task.cancel()
    _ = await task.result
  }

  private func take(_ request: Request) async throws -> Response {
    let body = Array(try await request.body.collect(upTo: 65_536).readableBytesView)
    let refuses = state.withLock { state in
      state.refusals -= 1
      return state.refusals >= 0
    }
    if refuses { return Response(status: .serviceUnavailable) }
    func header(_ name: String) -> String { request.headers[.init(name)!] ?? "" }
    let id = header("webhook-id")
    guard
      RunningSandbox.signature.isGenuine(
        header("webhook-signature"), id: id, sent: header("webhook-timestamp"), body: body, now: .now())
    else { return Response(status: .unauthorized) }
    let json = try JSONValue(parsing: body)
    let order = OrderID(json["order_id"]!.int64Value!)
    let provider = json["provider_id"]!.stringValue!
    let report: PaymentReport =
      json["type"]?.stringValue == "payment.captured"
      ? .captured(try Cents(decimal: json["amount"]!.stringValue!), providerID: provider)
      : .authorised(providerID: provider, expiresAt: nil)
    let command = ReportPayment(
      orderID: order, attempt: 1, report: report, reportID: id, body: String(decoding: body, as: UTF8.self), refundID: RefundID(9_000))
    if let executor = state.withLock({ $0.executor }) { _ = try await executor.execute(command, id: command.commandID) }
    state.withLock { $0.received.append(id) }
    return Response(status: .noContent)
  }
}
