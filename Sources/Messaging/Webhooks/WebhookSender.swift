import Aggregates
import EventSourcing
import Logging
import Synchronization

/// Takes deliveries that are due and makes them, several at a time. Any number of processes may.
///
/// A process that ends between a try and its note leaves a claim that runs out; the delivery is then made again, under the same id.
final class WebhookSender: Sendable {
  private let log: any EventLog
  private let store: WebhookStore
  private let secrets: WebhookSecrets
  private let client: WebhookClient
  private let configuration: WebhookConfiguration
  private let logger: Logger
  private let wakes: AsyncStream<Void>
  private let waker: AsyncStream<Void>.Continuation
  private let underWay = Atomic<Int>(0)

  init(
    log: any EventLog, store: WebhookStore, secrets: WebhookSecrets, client: WebhookClient, configuration: WebhookConfiguration,
    logger: Logger
  ) {
    self.log = log
    self.store = store
    self.secrets = secrets
    self.client = client
    self.configuration = configuration
    self.logger = logger
    (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Something may be due.
  func wake() { waker.yield() }

  /// Takes nothing more; tries under way are brought to their end.
  func stop() { waker.finish() }

  /// Sends until it is stopped or cancelled. Once only.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          self.wake()
          try? await Task.sleep(for: self.configuration.idleWait)
        }
      }
      group.addTask { await self.send() }
      await group.next()
      group.cancelAll()
    }
  }

  private func send() async {
    await withDiscardingTaskGroup { group in
      for await _ in wakes {
        let free = configuration.concurrency - underWay.load(ordering: .relaxed)
        guard free > 0 else { continue }
        do {
          let claimed = try await store.claim(free, configuration, now: configuration.now())
          for delivery in claimed {
            underWay.add(1, ordering: .relaxed)
            group.addTask {
              await self.deliver(delivery)
              self.underWay.subtract(1, ordering: .relaxed)
              self.wake()
            }
          }
        } catch {
          if !Task.isCancelled { logger.warning("webhooks out of reach", metadata: ["error": "\(error)"]) }
        }
      }
    }
  }

  private func deliver(_ delivery: ClaimedDelivery) async {
    do {
      let start = ContinuousClock.now
      let answer: WebhookAnswer
      do {
        answer = try await attempt(delivery)
      } catch {
        // A task of its own, since this one may be cancelled: nobody knows whether the receiver has it.
        if Task.isCancelled { return try await Task { try await self.store.release(delivery) }.value }
        throw error
      }
      let duration = ContinuousClock.now - start
      try await Task { try await self.note(delivery, answer, duration) }.value
    } catch {
      // The claim runs out, and the delivery is made again.
      logger.warning(
        "delivery not noted", metadata: ["webhook.id": "\(delivery.subscriptionID)", "delivery.id": "\(delivery.id)", "error": "\(error)"])
    }
  }

  private func attempt(_ delivery: ClaimedDelivery) async throws -> WebhookAnswer {
    // Its senders ended, one after the other, without a word: it may be what ends them.
    guard delivery.attempt <= configuration.maximumAttempts else { return WebhookAnswer(error: "its senders ended while they had it") }
    guard let body = try await body(of: delivery) else { return WebhookAnswer(error: "its event makes no message any more") }
    let now = configuration.now()
    let seconds = now.rawValue / 1_000_000
    let headers = [
      ("webhook-id", delivery.webhookID), ("webhook-timestamp", "\(seconds)"),
      ("webhook-signature", secrets.signatures(of: delivery, timestamp: seconds, body: body, now: now.rawValue)),
    ]
    return try await client.post(body, to: delivery.url, headers: headers, now: now)
  }

  /// Nil when the log has no such message.
  private func body(of delivery: ClaimedDelivery) async throws -> [UInt8]? {
    guard let position = delivery.position else { return WebhookBody.ping(of: delivery.subscriptionID, made: delivery.createdAt) }
    let page = try await log.readLog(after: Position(position.rawValue - 1), filter: .all, limit: 1)
    guard let event = page.events.first, event.position == position, event.isPublic, let translation = MessageCatalogue.byEvent[event.type]
    else { return nil }
    let keys = try await log.subjectKeys(Set([event.subject].compactMap(\.self)), create: false)
    return WebhookBody.of(event, try translation.message(of: event, keys: keys), publicURL: configuration.publicURL)
  }

  private func note(_ delivery: ClaimedDelivery, _ answer: WebhookAnswer, _ duration: Duration) async throws {
    let now = configuration.now()
    let verdict = verdict(delivery, answer, now)
    let disabled = try await store.note(delivery, answer, verdict, took: duration, configuration, now: now)
    if let disabled {
      logger.warning("webhook disabled", metadata: ["webhook.id": "\(delivery.subscriptionID)", "reason": "\(disabled)"])
    }
  }

  private func verdict(_ delivery: ClaimedDelivery, _ answer: WebhookAnswer, _ now: Timestamp) -> WebhookStore.Verdict {
    if answer.isSuccess { return .delivered }
    // A ping is one try.
    guard !answer.isGone, delivery.position != nil, let pause = configuration.delay(after: delivery.attempt) else { return .failed }
    guard answer.status == 429 || answer.status == 503, let wanted = answer.retryAfter else {
      return .again(at: now + pause, notBefore: nil)
    }
    let notBefore = now + min(max(wanted, .seconds(1)), configuration.maximumRetryAfter)
    return .again(at: max(now + pause, notBefore), notBefore: notBefore)
  }
}
