import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Subscribing, confirming and leaving; and the subscribers as staff sees them.
enum SubscriberRoutes {
  static let routes: [Route] = [
    Route(
      .post, "/newsletters/subscribe", "subscribe", "Asks for the newsletter; the owner of the address confirms it by a link",
      in: SubscriptionInput.self, out: status.asData, status: 201, access: .everyone, idempotency: .none, problems: [.stateConflict],
      handler: subscribe),
    Route(
      .get, "/newsletters/confirm/{token}", "confirmSubscription", "Confirms a subscription", in: TokenInput.self, out: status.asData,
      access: .everyone, idempotency: .none, problems: [.stateConflict]
    ) { input, call in
      let outcome = try await call.execute(ConfirmSubscription(newsletterID: call.subscriber(withToken: input.token)))
      return .command(outcome) { $0.field("status", SubscriberStatus.subscribed.rawValue) }
    },
    leave(.get, "leave"), leave(.post, "leaveAtOnce"),
    .list(
      "/newsletters", "newsletters", "Subscribers, newest first", in: NoInput.self, access: NewsletterAccess.subscribers,
      from: { $0.reads.newsletters }, NewsletterResources.subscribers
    ) { _, _ in [] },
    .row(
      "/newsletters/stats", "newsletterStatistics", "Figures about subscribers", in: NoInput.self, access: NewsletterAccess.subscribers,
      from: { $0.reads.newsletters }, NewsletterFigures.ofSubscribers
    ) { _, _ in [] }.cached { $0.reads.newsletters },
    Route(
      .post, "/newsletters/bulk-import", "importSubscribers", "Subscribes people who consented elsewhere; who has left stays away",
      in: SubscriberImport.self, out: imported.asData, access: NewsletterAccess.subscribers, idempotency: .none, problems: [],
      handler: bring),
    .row(
      "/newsletters/{id}", "newsletter", "A subscriber", in: IDInput<NewsletterID>.self, access: NewsletterAccess.subscribers,
      from: { $0.reads.newsletters }, NewsletterResources.oneSubscriber
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .put, "/newsletters/{id}", "replaceNewsletter", "Changes a subscriber", in: SubscriberChange.self, out: Schema.reference.asData,
      access: NewsletterAccess.subscribers, idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken], handler: change),
    Route(
      .patch, "/newsletters/{id}", "changeNewsletter", "Changes fields of a subscriber", in: SubscriberChange.self,
      out: Schema.reference.asData, access: NewsletterAccess.subscribers, idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken], handler: change),
    Route(
      .delete, "/newsletters/{id}", "deleteNewsletter", "Deletes a subscriber; he may come back by asking",
      in: IDInput<NewsletterID>.self, out: nil, status: 204, access: NewsletterAccess.subscribers, idempotency: .none,
      precondition: .ifMatch, problems: []
    ) { input, call in
      .command(try await call.execute(DeleteSubscriber(newsletterID: input.id), ifMatch: Subscriber.self, input.id))
    },
  ]

  private static let status = Schema.object(
    "Subscription", ["status": .choice(SubscriberStatus.allCases.map(\.rawValue))])
  private static let imported = Schema.object("NewsletterImport", ["rows": .integer, "subscribed": .integer])

  /// By the link in a mail, or by the button of a mail program (RFC 8058).
  private static func leave(_ method: HTTPRequest.Method, _ operation: String) -> Route {
    Route(
      method, "/newsletters/unsubscribe/{token}", operation, "Leaves the newsletter", in: LeaveInput.self, out: status.asData,
      access: .everyone, idempotency: .none, problems: []
    ) { input, call in
      let id = try await call.subscriber(withToken: input.token)
      let outcome = try await call.execute(Unsubscribe(newsletterID: id, reason: .link, campaignID: input.campaignID))
      return .command(outcome) { $0.field("status", SubscriberStatus.unsubscribed.rawValue) }
    }
  }

  @Sendable private static func subscribe(_ input: SubscriptionInput, _ call: Call) async throws -> Reply {
    let claim = call.subscriberClaim(of: input.content.email)
    // Between the question whose address it is and the command somebody else may ask with it.
    for attempt in 1... {
      let known = try await call.subscriber(withClaim: claim)
      let id = if let known { known } else { NewsletterID(try await call.nextID("newsletter")) }
      do {
        let outcome = try await call.execute(
          RequestSubscription(
            newsletterID: id, content: input.content, emailClaim: claim, tokenHash: call.tokenHash(of: id), source: input.source,
            confirmWithin: call.services.configuration.confirmationLifetime))
        // Who comes back is told the same as who is new.
        return .command(outcome) { $0.field("status", SubscriberStatus.pending.rawValue) }
      } catch CommandError.refused(.claimTaken) where attempt < 5 {
        continue
      }
    }
    throw Problem(.unavailable)
  }

  @Sendable private static func change(_ input: SubscriberChange, _ call: Call) async throws -> Reply {
    let command = ChangeSubscriber(
      newsletterID: input.id, emailClaim: input.email.map { call.subscriberClaim(of: $0) }, isSubscribed: input.isSubscribed
    ) { input.apply(to: &$0) }
    return .reference(try await call.execute(command, ifMatch: Subscriber.self, input.id), input.id)
  }

  /// In steps of 500 rows, each of which is written whole or not at all.
  @Sendable private static func bring(_ input: SubscriberImport, _ call: Call) async throws -> Reply {
    var seen: Set<String> = []
    let rows = input.subscribers.map { (content: $0, claim: call.subscriberClaim(of: $0.email)) }.filter { seen.insert($0.claim).inserted }
    var subscribed: Int64 = 0
    for chunk in rows.chunks(of: 500) {
      for attempt in 1... {
        do {
          subscribed += try await enrol(chunk, input.source, call)
          break
        } catch CommandError.refused(.claimTaken) where attempt < 5 {
          continue
        }
      }
    }
    return .data { json in
      json.field("rows", input.subscribers.count)
      json.field("subscribed", subscribed)
    }
  }

  private static func enrol(
    _ rows: [(content: SubscriberContent, claim: String)], _ source: String, _ call: Call
  ) async throws -> Int64 {
    var commands: [EnrolSubscriber] = []
    for row in rows {
      let known = try await call.subscriber(withClaim: row.claim)
      let id = if let known { known } else { NewsletterID(try await call.nextID("newsletter")) }
      commands.append(
        EnrolSubscriber(newsletterID: id, content: row.content, emailClaim: row.claim, tokenHash: call.tokenHash(of: id), source: source))
    }
    return try await call.executeStep(ImportSubscribers(rows: commands)).answer?.count ?? 0
  }
}

extension Call {
  /// The claim on a subscriber's address.
  func subscriberClaim(of email: String) -> String { services.emails.claim(of: email, among: "newsletter-email") }

  /// The subscriber with an address; nil when there is none.
  func subscriber(withClaim claim: String) async throws -> NewsletterID? {
    try await services.log.claimOwner(claim).flatMap { Int64($0.id) }.map { NewsletterID($0) }
  }

  /// The subscriber whose links have a token.
  /// - Throws: 404 when it is nobody's.
  func subscriber(withToken token: String) async throws -> NewsletterID {
    guard let id = try await subscriber(withClaim: Subscriber.tokenClaim(LinkTokens.hash(token))) else { throw Problem(.notFound) }
    return id
  }

  /// What is stored of the token of a subscriber's links.
  func tokenHash(of id: NewsletterID) -> String { services.emails.links.subscriberHash(id.rawValue) }
}
