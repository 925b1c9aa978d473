import Aggregates
import AsyncHTTPClient
import EventSourcing
import JSON
import Logging
import NIOCore
import NIOHTTP1
import ProcessManagers

/// Delivers callbacks: signed, those of one request in their order, each until it is taken.
struct CallbackSender: Sendable {
  let desk: SandboxDesk
  let configuration: PaymentSandboxConfiguration.Callbacks?
  let logger: Logger

  /// Delivers until it is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      for await delivery in desk.deliveries {
        guard let configuration else {
          logger.warning("nobody to call back", metadata: ["order.id": "\(delivery.callbacks[0].orderID)"])
          continue
        }
        group.addTask { await deliver(delivery, configuration) }
      }
      group.cancelAll()
    }
  }

  private func deliver(_ delivery: SandboxDesk.Delivery, _ configuration: PaymentSandboxConfiguration.Callbacks) async {
    do {
      if !delivery.isLate { try await Task.sleep(for: configuration.delay) }
      for callback in delivery.callbacks {
        for _ in 0..<callback.times { try await deliver(callback, configuration) }
        try desk.delivered(callback)
      }
    } catch {
      // It stands in the journal as not delivered, and is tried again when the process next starts.
      logger.warning("callback not delivered", metadata: ["order.id": "\(delivery.callbacks[0].orderID)", "error": "\(error)"])
    }
  }

  private func deliver(_ callback: SandboxCallback, _ configuration: PaymentSandboxConfiguration.Callbacks) async throws {
    var pause = configuration.firstPause
    for attempt in 1... {
      do {
        return try await post(callback, configuration)
      } catch  where attempt < configuration.maximumTries && !Task.isCancelled {
        logger.info("callback is tried again", metadata: ["order.id": "\(callback.orderID)", "error": "\(error)"])
      }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, configuration.maximumPause)
    }
  }

  private func post(_ callback: SandboxCallback, _ configuration: PaymentSandboxConfiguration.Callbacks) async throws {
    let body = Self.body(of: callback)
    // Of this delivery: a late one must be fresh, too.
    let seconds = Timestamp.now().rawValue / 1_000_000
    var request = HTTPClientRequest(url: configuration.url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "webhook-id", value: callback.id)
    request.headers.add(name: "webhook-timestamp", value: String(seconds))
    request.headers.add(
      name: "webhook-signature", value: configuration.signature.sign(id: callback.id, timestamp: seconds, body: body))
    request.body = .bytes(ByteBuffer(bytes: body))
    let response = try await HTTPClient.shared.execute(request, timeout: .init(configuration.timeout))
    guard (200..<300).contains(Int(response.status.code)) else { throw NotTaken(status: Int(response.status.code)) }
    // Read to its end, so that the connection serves again.
    _ = try await response.body.collect(upTo: 65_536)
  }

  private static func body(of callback: SandboxCallback) -> [UInt8] {
    JSONWriter.object { json in
      json.isSpelledOut = true
      json.field("type", "payment.\(callback.kind.rawValue)")
      json.field("order_id", callback.orderID)
      json.field("attempt", callback.attempt)
      json.field("amount", callback.amount)
      json.field("provider_id", callback.providerID)
    }
  }

  /// Whoever was called back did not want to hear it.
  struct NotTaken: Error {
    let status: Int
  }
}
