import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import NIOCore
import ProcessManagers
import Testing

@testable import APIGateway

@Suite struct NewsletterTests {
  private static let base = "/api/v1/newsletters"
  private static let subscribers = base + "/newsletters"
  private static let campaigns = base + "/campaigns"
  private static let templates = base + "/templates"

  private func subscriber(_ id: Int64, _ harness: Harness) async throws -> Subscriber.State {
    let events = try await harness.log.readStream(Subscriber.stream(id), after: .none, limit: 100)
    let keys = try await harness.log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
    return Subscriber.state(after: try events.map { try Subscriber.Event.decoder.decode($0, keys: keys) })
  }

  private func subscribe(_ harness: Harness, _ email: String) async throws -> Int64 {
    let answer = try await harness.send(.post, "\(Self.subscribers)/subscribe", #"{"email":"\#(email)","source":"website"}"#)
    #expect(answer.status == 201)
    let owner = try await harness.log.claimOwner(harness.services.emails.claim(of: email, among: "newsletter-email"))
    return try #require(owner.flatMap { Int64($0.id) })
  }

  @Test(arguments: [
    (#"{}"#, "missing-field", "/email"), (#"{"email":"nobody"}"#, "invalid-format", "/email"),
    (#"{"email":"a@b.fr","phone":"123456789012345678901"}"#, "too-long", "/phone"),
    (#"{"email":"a@b.fr","preferences":[]}"#, "wrong-type", "/preferences"),
    (#"{"email":"a@b.fr","source":"\#(String(repeating: "x", count: 101))"}"#, "too-long", "/source"),
    (#"{"email":"a@b.fr","status":"subscribed"}"#, "unknown-field", "/status"),
  ])
  func `each wrong subscription has its own problem and changes nothing`(body: String, code: String, pointer: String) async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let answer = try await harness.send(.post, "\(Self.subscribers)/subscribe", body)
    #expect(answer.status == 422)
    #expect(try answer.code == code)
    #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer)
    #expect(try await harness.log.head() == .start)
  }

  @Test func `an address is subscribed by the link that its owner alone gets`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let id = try await subscribe(harness, "zoe@example.org")
    #expect(try await subscribe(harness, "ZOE@example.org") == id)
    #expect(try await subscriber(id, harness).status == .pending)
    let token = harness.services.emails.links.subscriber(id)
    let stored = try await harness.log.readStream(Subscriber.stream(id), after: .none, limit: 1)[0]
    #expect(!String(decoding: stored.payload, as: UTF8.self).contains(token))
    #expect(try await harness.send(.get, "\(Self.subscribers)/confirm/\(token)x").code == "not-found")
    #expect(try await harness.send(.get, "\(Self.subscribers)/confirm/\(token)").json["data"]?["status"]?.stringValue == "subscribed")
    #expect(try await harness.send(.get, "\(Self.subscribers)/confirm/\(token)").status == 200)
    let again = try await harness.send(.post, "\(Self.subscribers)/subscribe", #"{"email":"zoe@example.org"}"#)
    #expect(again.status == 409)
    #expect(try again.json["current"]?.stringValue == "subscribed")
    #expect(
      try await harness.send(.post, "\(Self.subscribers)/unsubscribe/\(token)").json["data"]?["status"]?.stringValue == "unsubscribed")
    #expect(try await harness.send(.get, "\(Self.subscribers)/unsubscribe/\(token)?campaign_id=7").status == 200)
    #expect(try await harness.send(.get, "\(Self.subscribers)/unsubscribe/a").status == 404)
    #expect(try await harness.send(.get, "\(Self.subscribers)/confirm/\(token)").status == 409)
    _ = try await subscribe(harness, "zoe@example.org")
    #expect(try await subscriber(id, harness).status == .subscribed)
  }

  @Test func `ten requests for one address make one subscriber`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<10 {
        group.addTask {
          let answer = try await harness.send(.post, "\(Self.subscribers)/subscribe", #"{"email":"race@example.org"}"#)
          #expect(answer.status == 201)
        }
      }
      try await group.waitForAll()
    }
    let events = try await harness.log.readLog(after: .start, filter: EventFilter(types: ["SubscriptionRequested"]), limit: 100).events
    #expect(events.count == 1)
  }

  @Test func `a confirmation that comes too late is refused`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let claim = harness.services.emails.claim(of: "a@example.org", among: "newsletter-email")
    let token = harness.services.emails.links.subscriber(7)
    _ = try await harness.services.executor.execute(
      RequestSubscription(
        newsletterID: NewsletterID(7), content: SubscriberContent(email: "a@example.org"), emailClaim: claim,
        tokenHash: LinkTokens.hash(token), source: nil, confirmWithin: .zero))
    let late = try await harness.send(.get, "\(Self.subscribers)/confirm/\(token)")
    #expect(late.status == 409)
    #expect(try late.json["current"]?.stringValue == "expired")
  }

  @Test func `staff changes, imports and deletes subscribers`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let token = try await harness.token(1, .admin)
    let rows = #"{"subscribers":[{"email":"a@example.org","name":"A"},{"email":"A@example.org"},{"email":"b@example.org"}]}"#
    let path = "\(Self.subscribers)/bulk-import"
    let imported = try await harness.send(.post, path, rows, token: token)
    #expect(try imported.json["data"]?["rows"]?.int64Value == 3)
    #expect(try imported.json["data"]?["subscribed"]?.int64Value == 2)
    #expect(try await harness.send(.post, path, rows, token: token).json["data"]?["subscribed"]?.int64Value == 0)
    let wrong = try await harness.send(.post, path, #"{"subscribers":[{"email":"c@example.org"},{"email":"x"}]}"#, token: token)
    #expect(try wrong.json["errors"]?[0]?["pointer"]?.stringValue == "/subscribers/1/email")
    let owner = try await harness.log.claimOwner(harness.services.emails.claim(of: "a@example.org", among: "newsletter-email"))
    let id = try #require(owner.flatMap { Int64($0.id) })
    func patch(_ body: String) async throws -> Answer {
      try await harness.send(.patch, "\(Self.subscribers)/\(id)", body, token: token, headers: ["If-Match": "*"])
    }
    #expect(try await patch(#"{"status":"unsubscribed","notes":"by phone","name":null}"#).status == 200)
    let seen = try await subscriber(id, harness)
    #expect(seen.status == .unsubscribed)
    #expect(seen.content?.name == nil)
    #expect(try await patch(#"{"status":"bounced"}"#).code == "value-not-allowed")
    #expect(try await patch(#"{"bounce_count":0}"#).code == "unknown-field")
    #expect(try await patch(#"{"email":"b@example.org"}"#).code == "already-taken")
    // Who has left is not brought back by a file.
    #expect(try await harness.send(.post, path, rows, token: token).json["data"]?["subscribed"]?.int64Value == 0)
    #expect(try await harness.send(.delete, "\(Self.subscribers)/\(id)", token: token).code == "precondition-required")
    #expect(try await harness.send(.delete, "\(Self.subscribers)/\(id)", token: token, headers: ["If-Match": "*"]).status == 204)
    #expect(try await patch("{}").code == "not-found")
  }

  @Test func `a campaign is drafted, planned, sent to whom it is for, and cancelled`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .admin)
      for (body, code) in [
        (#"{"name":"A"}"#, "missing-field"), (#"{"name":"A","subject":"s","content":"c","campaign_type":"x"}"#, "value-not-allowed"),
        (#"{"name":"A","subject":"s","content":"c","targeting_criteria":[]}"#, "wrong-type"),
        (#"{"name":"A","subject":"s","content":"c","targeting_criteria":{"sql":"x"}}"#, "unknown-field"),
        (#"{"name":"A","subject":"s","content":"c","total_sent":7}"#, "unknown-field"),
        (#"{"name":"A","email_template_id":99}"#, "unknown-reference"),
      ] {
        #expect(try await harness.send(.post, Self.campaigns, body, token: token).code == code, "\(body)")
      }
      let made = try await harness.send(
        .post, Self.campaigns,
        #"{"name":"A","subject":"s","content":"<p>c</p>","targeting_criteria":{"preferences":{"categories":["news"]}}}"#,
        token: token)
      let id = try made.json["data"]!["id"]!.int64Value!
      // The row as the projector would have it, level with the log.
      func project() async throws {
        try await databases.execute(
          "newsletters_service_db",
          """
          insert into internal.checkpoints (generation, name, position)
            select id, 'newsletters_service_db', \(try await harness.log.head().rawValue) from internal.generations where state = 'current'
            on conflict (generation, name) do update set position = excluded.position;
          """)
      }
      try await databases.execute(
        "newsletters_service_db",
        """
        insert into campaigns (id, name, subject, content, targeting_criteria)
          select \(id), 'A', 's', '<p>c</p>', targeting_criteria from campaigns where id = 1;
        """)
      try await project()
      let path = "\(Self.campaigns)/\(id)"
      #expect(try await harness.send(.post, "\(path)/schedule", #"{"scheduled_at":"2020-01-01T00:00:00Z"}"#, token: token).status == 422)
      #expect(try await harness.send(.post, "\(path)/schedule", #"{"scheduled_at":"2999-01-01T00:00:00Z"}"#, token: token).status == 200)
      let planned = try await harness.send(.patch, path, #"{"name":"B"}"#, token: token, headers: ["If-Match": "*"])
      #expect(planned.status == 409)
      #expect(try planned.json["current"]?.stringValue == "scheduled")
      #expect(try planned.json["allowed"]?.arrayValue == ["send", "cancel"])
      try await project()
      #expect(try await harness.send(.post, "\(path)/send", token: token).status == 200)
      let mails = try await harness.log.readLog(after: .start, filter: EventFilter(types: ["MailPrepared"]), limit: 100).events
      // The one who is subscribed, reachable and interested.
      #expect(mails.map(\.stream) == [CampaignDelivery.stream("\(id)-1")])
      try await project()
      #expect(try await harness.send(.post, "\(path)/send", token: token).status == 409)
      try await databases.execute(
        "newsletters_service_db", "insert into newsletter_campaigns (id, newsletter_id, campaign_id) values (99, 1, \(id));")
      try await project()
      #expect(try await harness.send(.post, "\(path)/cancel", token: token).status == 200)
      let withdrawn = try await harness.log.readLog(after: .start, filter: EventFilter(types: ["MailWithdrawn"]), limit: 100).events
      #expect(withdrawn.count == 1)
      for (body, code) in [
        ("{}", "missing-field"), (#"{"emails":[]}"#, "too-short"), (#"{"emails":["nobody"]}"#, "invalid-format"),
        (#"{"emails":[\#(Array(repeating: #""a@b.fr""#, count: 11).joined(separator: ","))]}"#, "too-long"),
      ] {
        #expect(try await harness.send(.post, "\(path)/test-send", body, token: token).code == code, "\(body)")
      }
      let tested = try await harness.send(.post, "\(path)/test-send", #"{"emails":["a@staff.example","b@staff.example"]}"#, token: token)
      #expect(tested.status == 202)
      #expect(try tested.json["data"]?["addresses"]?.int64Value == 2)
      #expect(
        try await harness.send(.post, "\(Self.campaigns)/999/test-send", #"{"emails":["a@b.fr"]}"#, token: token).status == 404)
      #expect(try await harness.send(.post, "\(path)/duplicate", token: token).status == 201)
      try await project()
      #expect(try await harness.send(.delete, path, token: token, headers: ["If-Match": "*"]).status == 204)
      #expect(try await harness.send(.post, "\(Self.campaigns)/999/send", token: token).status == 404)
      #expect(try await harness.send(.post, "\(Self.campaigns)/999/duplicate", token: token).status == 404)
    }
  }

  @Test func `templates declare their variables and keep their slugs`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .admin)
      func body(_ html: String, _ more: String = "") -> String {
        #"{"name":"A","slug":"a-1","subject":"{{month}}","html_content":"\#(html)","variables":{"month":{}}\#(more)}"#
      }
      for (body, code) in [
        (body("<p>{{unsubscribe_url}}"), "invalid-format"), (body("<p>{{unsubscribe_url}} {{year}}</p>"), "unknown-reference"),
        (body("<p>hello</p>"), "invalid-format"), (body("<p>{{unsubscribe_url}}</p>", #","category":"x""#), "value-not-allowed"),
        (body("<p>{{unsubscribe_url}}</p>", #","created_by":7"#), "unknown-field"),
      ] {
        #expect(try await harness.send(.post, Self.templates, body, token: token).code == code, "\(body)")
      }
      let made = try await harness.send(.post, Self.templates, body("<p>{{month}} {{unsubscribe_url}}</p>"), token: token)
      #expect(made.status == 201)
      let id = try made.json["data"]!["id"]!.int64Value!
      #expect(try await harness.send(.post, Self.templates, body("<p>{{unsubscribe_url}}</p>"), token: token).code == "already-taken")
      let path = "\(Self.templates)/\(id)"
      #expect(try await harness.send(.patch, path, #"{"subject":"x"}"#, token: token, headers: ["If-Match": "\"v1\""]).status == 200)
      #expect(try await harness.send(.patch, path, #"{"subject":"y"}"#, token: token, headers: ["If-Match": "\"v1\""]).status == 412)
      #expect(try await harness.send(.delete, path, token: token, headers: ["If-Match": "*"]).status == 204)
      #expect(try await harness.send(.post, Self.templates, body("<p>{{unsubscribe_url}}</p>"), token: token).code == "already-taken")
    }
  }

  /// A campaign whose mail to subscriber 1 was sent.
  private func sentMail(_ harness: Harness) async throws {
    let executor = harness.services.executor
    let (campaign, reader) = (CampaignID(5), NewsletterID(1))
    _ = try await executor.execute(
      EnrolSubscriber(
        newsletterID: reader, content: SubscriberContent(email: "a@example.org"), emailClaim: "newsletter-email:1", tokenHash: "hash",
        source: nil))
    _ = try await executor.execute(
      DraftCampaign(campaignID: campaign, content: CampaignContent(name: "A", subject: "s", content: "c"), createdBy: nil))
    _ = try await executor.execute(
      PrepareMails(campaignID: campaign, newsletterIDs: [reader], firstDelivery: CampaignDeliveryID(1)))
    _ = try await executor.execute(StartCampaign(campaignID: campaign))
    _ = try await executor.execute(ReportMail(DeliveryKey(campaign, reader), .sent))
  }

  private func mail(_ harness: Harness) async throws -> CampaignDelivery.State {
    let events = try await harness.log.readStream(CampaignDelivery.stream("5-1"), after: .none, limit: 100)
    let keys = try await harness.log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
    return CampaignDelivery.state(after: try events.map { try CampaignDelivery.Event.decoder.decode($0, keys: keys) })
  }

  @Test func `a mail's picture and links are counted, and lead nowhere else`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    try await sentMail(harness)
    let links = harness.services.emails.links
    let token = links.mail(campaign: 5, newsletter: 1)
    let picture = try await harness.send(.get, "/track/open/\(token)", headers: ["Accept": "image/*", "User-Agent": "Mail/1"])
    #expect(picture.status == 200)
    #expect(picture["Content-Type"] == "image/gif")
    #expect(picture.body.starts(with: Array("GIF89a".utf8)))
    let url = "https://example.org/offer?x=1"
    let click = links.link(campaign: 5, newsletter: 1, url: url)
    let followed = try await harness.send(.get, "/track/click/\(click)?url=\(PercentCoding.encode(url))")
    #expect(followed.status == 302)
    #expect(followed["Location"] == url)
    #expect(try await harness.send(.get, "/track/click/\(click)?url=https://evil.example").code == "not-found")
    #expect(try await harness.send(.get, "/track/click/\(click)").code == "not-found")
    #expect(try await harness.send(.get, "/track/open/\(token.replacing("5.1", with: "5.2"))").code == "not-found")
    let unsent = try await harness.send(.get, "/track/open/\(links.mail(campaign: 9, newsletter: 9))", headers: ["Accept": "image/*"])
    #expect(unsent.status == 200)
    let seen = try await mail(harness)
    #expect(seen.status == .clicked)
    #expect(seen.openCount == 1)
    #expect(seen.clickCount == 1)
    #expect(seen.clicks.map(\.url) == [url])
  }

  @Test func `the links in a mail lead to routes, and a mail program's button leaves`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    try await sentMail(harness)
    let id = NewsletterID(try await subscribe(harness, "zoe@example.org"))
    let links = MailLinks(harness.services.emails.links, at: "https://api.example.org")
    func path(_ url: String?) throws -> String { String(try #require(url).dropFirst("https://api.example.org".count)) }
    #expect(try await harness.send(.get, path(links.confirmation(id))).status == 200)
    let key = DeliveryKey(CampaignID(5), NewsletterID(1))
    #expect(try await harness.send(.get, path(links.opening(key)), headers: ["Accept": "image/*"]).status == 200)
    let url = "https://example.org/a?b=1&c=%C3%A9#d"
    #expect(try await harness.send(.get, path(links.click(key, on: url)))["Location"] == url)
    #expect(links.click(key, on: "https://example.org/" + String(repeating: "x", count: 2_000)) == nil)
    #expect(links.click(key, on: "mailto:a@example.org") == nil)
    // RFC 8058, section 3.2: a form with one field.
    let form: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    let left = try await harness.sendRaw(
      .post, path(links.leaving(id, campaign: CampaignID(5))), ByteBuffer(string: "List-Unsubscribe=One-Click"), form)
    #expect(left.status == 200)
    #expect(try await subscriber(id.rawValue, harness).status == .unsubscribed)
  }

  @Test func `the mail provider's reports are signed, fresh, and count once`() async throws {
    let signature = try #require(WebhookSignature(secret: "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"))
    let harness = try await Harness(groups: APIGateway.groups) { $0.mailWebhook = signature }
    try await sentMail(harness)
    func report(_ word: String, _ body: String, id: String, age: Int64 = 0, signer: WebhookSignature? = nil) async throws -> Int {
      let seconds = Timestamp.now().rawValue / 1_000_000 - age
      let signed = (signer ?? signature).sign(id: id, timestamp: seconds, body: Array(body.utf8))
      return try await harness.send(
        .post, "\(Self.base)/webhooks/email-\(word)", body,
        headers: ["webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": "v1,AAAA \(signed)"]
      ).status
    }
    let body = #"{"campaign_id":5,"newsletter_id":1}"#
    #expect(try await harness.send(.post, "\(Self.base)/webhooks/email-opened", body).status == 401)
    let other = WebhookSignature(secret: "whsec_MTEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3")
    #expect(try await report("opened", body, id: "m0", signer: other) == 401)
    #expect(try await report("opened", body, id: "m0", age: 400) == 401)
    for _ in 0..<2 { #expect(try await report("opened", body, id: "m1") == 204) }
    #expect(try await report("opened", body, id: "m2") == 204)
    #expect(try await report("delivered", body, id: "m3") == 204)
    #expect(try await report("clicked", body, id: "m4") == 422)
    #expect(try await report("clicked", #"{"campaign_id":5,"newsletter_id":1,"url":"https://example.org"}"#, id: "m5") == 204)
    #expect(try await report("delivered", #"{"campaign_id":5,"newsletter_id":9}"#, id: "m6") == 404)
    #expect(try await report("complained", body, id: "m7") == 204)
    let seen = try await mail(harness)
    #expect(seen.openCount == 2)
    #expect(seen.clickCount == 1)
    #expect(try await subscriber(1, harness).status == .unsubscribed)
    #expect(WebhookSignature(secret: "whsec_short") == nil)
  }
}
