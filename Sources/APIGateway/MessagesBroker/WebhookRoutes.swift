import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Messaging
import Postgres

/// Webhooks: who outside is told of which messages over HTTP, and how each delivery went.
enum WebhookRoutes {
  static let routes: [Route] = subscriptions + states + deliveries

  private static let secret = Schema.object("WebhookSecret", ["id": .id, "secret": .text, "secret_version": .integer])
  private static let planned = Schema.object("PlannedDelivery", ["id": .id, "delivery_id": .id])
  private static let range = Schema.object("RepeatedDeliveries", ["id": .id, "after": .integer])

  private static let subscriptions: [Route] = [
    Route.list(
      "/webhooks", "webhooks", "Subscriptions to messages, the latest first", in: NoInput.self, access: .administrators,
      from: { $0.reads.messages }, WebhookResources.all
    ) { _, _ in [] }.untagged,
    Route(
      .post, "/webhooks", "createWebhook",
      "Subscribes an address to messages by patterns of their routing keys. The answer has the secret that deliveries are signed with",
      in: NewWebhook.self, out: secret.asData, status: 201, access: .administrators, idempotency: .optional,
      problems: [.unknownReference, .unavailable], handler: create),
    one,
    Route(
      .patch, "/webhooks/{id}", "changeWebhook",
      "Changes address, description or patterns; what is planned already goes to the new address",
      in: WebhookChange.self, out: Schema.reference.asData, access: .administrators, idempotency: .none, precondition: .ifMatch,
      problems: [.unknownReference, .unavailable], handler: change),
    Route(
      .delete, "/webhooks/{id}", "deleteWebhook", "Ends a subscription, and forgets its deliveries", in: WebhookInput.self, out: nil,
      status: 204, access: .administrators, idempotency: .none, precondition: .ifMatch, problems: []
    ) { input, call in
      try await call.webhooks.delete(input.id, expected: try call.expectedVersion()?.rawValue)
      return Reply(.none)
    },
  ]

  private static let states: [Route] = [
    Route(
      .post, "/webhooks/{id}/rotate-secret", "rotateWebhookSecret",
      "Makes another secret. Deliveries are signed with the old one as well, for `overlap_hours` (24); 0 ends it at once",
      in: WebhookRotation.self, out: secret.asData, access: .administrators, idempotency: .none, problems: [.unavailable]
    ) { input, call in
      let desk = try call.webhookDesk
      let name = try await call.webhooks.rotateSecret(of: input.id, overlap: .seconds(3_600 * input.overlapHours), now: .now())
      return reply(name, desk)
    },
    Route(
      .post, "/webhooks/{id}/enable", "enableWebhook", "Sends again to a subscription that is disabled, from where it stopped",
      in: WebhookInput.self, out: Schema.reference.asData, access: .administrators, idempotency: .none, problems: [.stateConflict]
    ) { input, call in
      try await call.webhooks.enable(input.id, now: .now())
      return reference(input.id)
    },
    Route(
      .post, "/webhooks/{id}/disable", "disableWebhook", "Sends nothing more until the subscription is enabled", in: WebhookPause.self,
      out: Schema.reference.asData, access: .administrators, idempotency: .none, problems: [.stateConflict]
    ) { input, call in
      let reason = "by \(call.user.actor): \(input.reason ?? "no reason given")"
      try await call.webhooks.disable(input.id, reason: reason, now: .now())
      return reference(input.id)
    },
    Route(
      .post, "/webhooks/{id}/test", "testWebhook", "Sends a ping, once, whatever the subscription's state", in: WebhookInput.self,
      out: planned.asData, status: 202, access: .administrators, idempotency: .none, problems: []
    ) { input, call in
      let delivery = try await call.webhooks.ping(input.id, now: .now())
      var reply = Reply.data { json in
        json.field("id", input.id)
        json.field("delivery_id", delivery)
      }
      reply.location = "/api/v1/messages-broker/webhooks/\(input.id)/deliveries/\(delivery)"
      return reply
    },
  ]

  private static let deliveries: [Route] = [
    Route.list(
      "/webhooks/{id}/deliveries", "webhookDeliveries", "What became of each message, the latest first", in: WebhookInput.self,
      access: .administrators, from: { $0.reads.messages }, choosing: WebhookResources.deliveries
    ) { input, call in
      guard try await call.webhooks.state(of: input.id) != nil else { throw Problem(.notFound) }
      return (WebhookResources.deliveries, [.int64(input.id)])
    }.untagged,
    Route.row(
      "/webhooks/{id}/deliveries/{delivery}", "webhookDelivery", "What became of one message", in: WebhookDeliveryInput.self,
      access: .administrators, from: { $0.reads.messages }, WebhookResources.oneDelivery
    ) { input, _ in [.int64(input.delivery), .int64(input.id)] }.untagged,
    Route(
      .post, "/webhooks/{id}/deliveries/{delivery}/redeliver", "redeliverWebhook", "Makes a delivery again, under the same webhook-id",
      in: WebhookDeliveryInput.self, out: planned.asData, status: 202, access: .administrators, idempotency: .none,
      problems: [.stateConflict]
    ) { input, call in
      try await call.webhooks.redeliver(input.delivery, of: input.id, now: .now())
      return .data { json in
        json.field("id", input.id)
        json.field("delivery_id", input.delivery)
      }
    },
    Route(
      .post, "/webhooks/{id}/redeliver", "redeliverWebhooks",
      "Makes all deliveries behind a position of the log again, those that got through too, by the patterns of now", in: WebhookRange.self,
      out: range.asData, status: 202, access: .administrators, idempotency: .none, problems: [.stateConflict, .positionAhead]
    ) { input, call in
      let after = try await position(input.after, call)
      try await call.webhooks.redeliver(after: after, of: input.id, now: .now())
      return .data { json in
        json.field("id", input.id)
        json.field("after", after.rawValue)
      }
    },
  ]

  /// With the entity tag that a change needs. As a header alone: figures of the row change without it, so that it answers no condition.
  private static let one: Route = {
    var route = Route.row(
      "/webhooks/{id}", "webhook", "A subscription", in: WebhookInput.self, access: .administrators, from: { $0.reads.messages },
      WebhookResources.one
    ) { input, _ in [.int64(input.id)] }
    let answer = route.answer
    route.answer = { call in
      let id = call.pathValues.first { $0.name == "id" }.flatMap { Int64($0.value) } ?? 0
      // Before the row: should somebody change it in between, the tag is the older one, and a change under it is refused.
      let revision = try await call.services.reads.messages.client.query(WebhookResources.revision, [.int64(id)]).first?.int64(0)
      var reply = try await answer(call)
      reply.etag = nil
      if let revision { reply.headers.append((.eTag, ETag.strong(StreamVersion(revision)))) }
      return reply
    }
    return route
  }()

  // MARK: Handlers

  private static func create(_ input: NewWebhook, _ call: Call) async throws -> Reply {
    let desk = try call.webhookDesk
    let position: Position
    if let after = input.after {
      let head = try await call.services.log.head()
      guard after <= head.rawValue else { throw Problem.field("/after", .tooLarge, limit: "≤ \(head)") }
      position = Position(after)
    } else {
      position = try await call.services.log.head()
    }
    try await desk.check(input.url)
    let (id, idempotency) = try call.commandIdentity()
    let draft = WebhookStore.Draft(
      url: input.url, description: input.description, patterns: input.patterns, position: position,
      createdBy: call.user.userID.rawValue)
    let made: (secret: WebhookStore.SecretName, isRepeated: Bool)
    switch idempotency {
    case .client(let requestHash, _):
      made = try await call.webhooks.create(draft, command: id.uuid, requestHash: requestHash, now: .now())
    case .derived: made = try await call.webhooks.create(draft, now: .now())
    }
    var reply = reply(made.secret, desk)
    reply.location = "/api/v1/messages-broker/webhooks/\(made.secret.subscriptionID)"
    reply.isReplayed = made.isRepeated
    return reply
  }

  private static func change(_ input: WebhookChange, _ call: Call) async throws -> Reply {
    let expected = try call.expectedVersion()?.rawValue
    if let url = input.url { try await call.webhookDesk.check(url) }
    let description: String??
    switch input.description {
    case .unchanged: description = .none
    case .set(let text): description = .some(text)
    case .clear: description = .some(nil)
    }
    try await call.webhooks.change(
      input.id, url: input.url, description: description, patterns: input.patterns, expected: expected, now: .now())
    return reference(input.id)
  }

  /// A position that the log has reached.
  private static func position(_ after: Int64, _ call: Call) async throws -> Position {
    let head = try await call.services.log.head()
    guard after <= head.rawValue else { throw Problem(.positionAhead, members: [("head", .int(head.rawValue))]) }
    return Position(after)
  }

  private static func reference(_ id: Int64) -> Reply { .data { $0.field("id", id) } }

  private static func reply(_ name: WebhookStore.SecretName, _ desk: WebhookDesk) -> Reply {
    Reply.data { json in
      json.field("id", name.subscriptionID)
      json.field("secret", desk.secrets.secret(of: name.subscriptionID, keyID: name.keyID, version: name.version))
      json.field("secret_version", name.version)
    }.notStored
  }
}
