import Aggregates
import EventSourcing
import FoundationEssentials
import HTTPTypes
import JSON
import Messaging
import Postgres
import RabbitMQ

/// Messages between services: what became of each, those that failed, and the broker's queues.
enum MessageRoutes {
  static let group = RouteGroup(
    service: "messages-broker",
    routes: [HealthRoutes.ofMessages] + messages + failures + QueueRoutes.routes + SagaRoutes.routes + WebhookRoutes.routes)

  private static let messages: [Route] = [
    list,
    Route(
      .post, "/messages/publish", "publishMessage",
      "Publishes a message by hand. Process managers act on events only: they put it aside; others may take it", in: HandMadeMessage.self,
      out: Schema.object("PublishedMessage", ["message_id": .text]).asData, status: 201, access: .administrators, idempotency: .optional,
      problems: [.unknownReference, .unavailable], handler: publish),
    Route.row(
      "/messages/{id}", "message", "What became of a message at one queue", in: LedgerRowInput.self, access: .administrators,
      from: { $0.reads.messages }, MessageResources.one
    ) { input, _ in [.int64(input.id)] }.untagged,
  ]

  private static let failures: [Route] = [
    Route.list(
      "/messages/failed", "failedMessages", "Messages that could not be handled, the latest first", in: NoInput.self,
      access: .administrators, from: { $0.reads.messages }, MessageResources.allFailed
    ) { _, _ in [] }.untagged,
    Route(
      .post, "/messages/retry/{id}", "retryMessage", "Brings a message that failed to its consumer again", in: LedgerRowInput.self,
      out: Schema.object("RetriedMessage", ["id": .id, "message_id": .text, "queue": .text]).asData, access: .administrators,
      idempotency: .none, problems: [.stateConflict, .unavailable], handler: retry),
    Route(
      .post, "/messages/retry", "retryMessages", "Brings all messages that failed, of one queue or of all, at most a thousand of them",
      in: RetryMany.self, out: Schema.object("RetriedMessages", ["retried": .integer]).asData, access: .administrators,
      idempotency: .none, problems: [.unavailable], handler: retryMany),
    Route(
      .delete, "/messages/failed/{id}", "discardMessage", "Gives a message up: its consumer goes on behind it", in: DiscardedMessage.self,
      out: nil, status: 204, access: .administrators, idempotency: .none, problems: [.unavailable], handler: discard),
  ]

  // MARK: What was published

  /// A list of the ledger; with `after`, what one routing key has had behind that position.
  private static let list: Route = {
    var route = Route.list(
      "/messages", "messages",
      "What became of each message at each queue; with `routing_key` and `after`, what a consumer missed behind a position, from the log",
      in: MissedFrom.self, access: .administrators, from: { $0.reads.messages }, MessageResources.all
    ) { _, _ in [] }
    let ledger = route.answer
    route.answer = { call in
      guard call.query.contains(where: { $0.name == "after" }) else { return try await ledger(call).untagged }
      let reader = try InputReader(path: call.pathValues, query: call.query, body: nil)
      return try await MissedMessages.reply(InputReader.read(MissedInput.self, reader), call)
    }
    return route
  }()

  /// Only described: with it the list is another one.
  private struct MissedFrom: RouteInput {
    init(_ fields: inout InputReader) { _ = fields.query("after", .integer(min: 0)) }
  }

  // MARK: By hand

  private static func publish(_ input: HandMadeMessage, _ call: Call) async throws -> Reply {
    let broker = try call.broker
    // The client's key makes the same id, so that a repetition is known to whoever takes the message.
    let id = try call.commandIdentity().0.description.lowercased()
    let now = Timestamp.now()
    let type = String(input.routingKey.drop { $0 != "." }.dropFirst())
    let body = JSONWriter.object { json in
      json.field("event_id", id)
      json.field("event_type", type.isEmpty ? input.routingKey : type)
      json.field("timestamp", now.rfc3339)
      json.field("version", Envelope.version)
      json.field("data", input.data)
      json.object("metadata") { json in
        json.field("correlation_id", call.requestID)
        json.field("user_id", call.user.userID.rawValue)
      }
    }
    let message = RabbitMQMessage(
      exchange: input.exchange, routingKey: input.routingKey,
      properties: RabbitMQProperties(
        messageID: id, type: type.isEmpty ? input.routingKey : type, contentType: "application/json", contentEncoding: "utf-8",
        appID: "comptoir", timestamp: UInt64(max(0, now.rawValue / 1_000_000)),
        headers: ["correlation_id": .string(call.requestID)]), body: body, isMandatory: false)
    do {
      try await broker.publish(message)
    } catch let problem as Problem where problem.code == .notFound {
      throw Problem.field("/exchange", .unknownReference)
    }
    try await call.ledger.published(byHand: message, at: now)
    return .data { $0.field("message_id", id) }
  }

  private static func retry(_ input: LedgerRowInput, _ call: Call) async throws -> Reply {
    let broker = try call.broker
    guard let failed = try await call.ledger.failed(input.id) else { throw Problem(.notFound) }
    do {
      try await send(failed, broker, call)
    } catch let refusal as Ledger.Refusal {
      switch refusal {
      case .cannotRetry: throw Problem.conflict(.stateConflict, current: "can_retry: false", allowed: [])
      case .alreadyRetried: throw Problem.conflict(.stateConflict, current: "published", allowed: ["dead_letter"])
      }
    }
    return .data { json in
      json.field("id", failed.id)
      json.field("message_id", failed.messageID)
      json.field("queue", failed.queue)
    }
  }

  private static func retryMany(_ input: RetryMany, _ call: Call) async throws -> Reply {
    let broker = try call.broker
    var count = 0
    for failed in try await call.ledger.retryable(of: input.queue, limit: 1_000) {
      do {
        try await send(failed, broker, call)
        count += 1
      } catch is Ledger.Refusal {
        // Somebody else was faster.
      }
    }
    let retried = count
    return .data { $0.field("retried", retried) }
  }

  private static func send(_ failed: Ledger.Failed, _ broker: MessageBroker, _ call: Call) async throws {
    let message = try await call.ledger.retry(failed, prefix: broker.prefix)
    do {
      try await broker.publish(message)
    } catch {
      // The request's own task may be cancelled by now. Should this fail as well, the row is put right by the process manager's next try,
      // which reports what became of it; who asked is told that nothing was sent.
      await Task { try? await call.ledger.takeBackRetry(failed) }.value
      throw error
    }
  }

  private static func discard(_ input: DiscardedMessage, _ call: Call) async throws -> Reply {
    let broker = try call.broker
    guard let failed = try await call.ledger.failed(input.id) else { throw Problem(.notFound) }
    let reason = "by \(call.user.actor): \(input.reason ?? "no reason given")"
    if let message = call.ledger.discarding(failed, prefix: broker.prefix) { try await broker.publish(message) }
    try await call.ledger.discard(failed, reason: reason)
    return Reply(.none)
  }
}

extension Route {
  /// The same without an entity tag: rows of `ops` change while the position stands.
  var untagged: Route {
    var route = self
    let answer = answer
    route.answer = { call in try await answer(call).untagged }
    return route
  }
}

extension Reply {
  /// The same without an entity tag.
  fileprivate var untagged: Reply {
    var reply = self
    reply.etag = nil
    return reply
  }
}
