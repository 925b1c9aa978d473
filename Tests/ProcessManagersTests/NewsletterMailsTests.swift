import EventSourcing
import EventStoreTesting
import Mail
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct NewsletterMailsTests {
  private let reader = NewsletterID(7)

  private func mailer(_ shop: Shop, _ post: Post) throws -> Mailer {
    let terms = MailTerms(from: try MailAddress(name: "La Boutique", "shop@comptoir.example"))
    return Mailer(
      .customers, log: shop.log, executor: shop.executor, transport: post, templates: StoredMailTemplates(log: shop.log), terms: terms,
      links: PlainLinks(), logger: Shop.quietLogger
    ) { shop.log.now }
  }

  private func prepare() async throws -> Shop {
    let shop = Shop()
    for (id, row) in EmailTemplate.defaultRows { _ = try await shop.executor.execute(SeedEmailTemplate(id: id, row: row)) }
    return shop
  }

  private func request(_ shop: Shop, name: String? = "Zoé Martin") async throws {
    _ = try await shop.executor.execute(
      RequestSubscription(
        newsletterID: reader, content: SubscriberContent(email: "zoe@customer.example", name: name), emailClaim: "newsletter-email:zoe",
        tokenHash: "hash", source: "website"))
  }

  private func settle(_ shop: Shop, _ post: Post) async throws {
    try await shop.running(shop.runner(mailer(shop, post))) { runner in try await shop.settle(runner) }
  }

  @Test func `who asks for the newsletter gets one mail to confirm it, and one to welcome him`() async throws {
    let (shop, post) = (try await prepare(), Post())
    for _ in 1...3 { try await request(shop) }
    try await settle(shop, post)
    let first = try #require(post.mails.first)
    #expect(post.mails.count == 1)
    #expect(first.to == (try MailAddress(name: "Zoé Martin", "zoe@customer.example")))
    #expect(first.subject == "La Boutique : confirmez votre abonnement")
    #expect(first.html?.contains(#"<a href="https://api.example/confirm/t7">"#) == true)
    #expect(first.text.contains("https://api.example/confirm/t7"))
    // It may not be declined but by doing nothing.
    #expect(first.unsubscribeURL == nil)

    _ = try await shop.executor.execute(ConfirmSubscription(newsletterID: reader))
    try await settle(shop, post)
    let second = try #require(post.mails.last)
    #expect(post.mails.count == 2)
    #expect(second.subject == "Bienvenue chez La Boutique")
    #expect(second.html?.contains("Bonjour Zoé Martin,") == true)
    #expect(second.html?.contains("https://api.example/leave/t7") == true)
    #expect(second.unsubscribeURL == "https://api.example/leave/t7")

    // Who comes back is welcomed again.
    _ = try await shop.executor.execute(Unsubscribe(newsletterID: reader, reason: .link))
    try await request(shop)
    try await settle(shop, post)
    #expect(post.mails.count == 3)
    let stored = shop.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    #expect(!stored.contains("zoe@customer.example"))
  }

  @Test func `nobody is asked to confirm once it is too late, or once he was forgotten`() async throws {
    let (shop, post) = (try await prepare(), Post())
    _ = try await shop.executor.execute(
      RequestSubscription(
        newsletterID: reader, content: SubscriberContent(email: "zoe@customer.example"), emailClaim: "newsletter-email:zoe",
        tokenHash: "hash", source: nil, confirmWithin: .zero))
    try await settle(shop, post)
    let other = try await prepare()
    try await request(other)
    other.log.forget(reader.subject)
    try await settle(other, post)
    #expect(post.mails.isEmpty)
  }

  @Test func `an address that does not exist counts against who gave it, a mail that is not wanted does not`() async throws {
    let (shop, post) = (try await prepare(), Post())
    post.fail(.refused(SMTPReply(code: 550, text: "5.1.1 no such user")))
    try await request(shop)
    try await settle(shop, post)
    #expect(try await shop.state(Subscriber.self, reader).hardBounceCount == 1)
    #expect(try await shop.state(Subscriber.self, reader).status == .pending)

    _ = try await shop.executor.execute(ConfirmSubscription(newsletterID: reader))
    post.fail(.refused(SMTPReply(code: 554, text: "5.7.1 not today")))
    try await settle(shop, post)
    #expect(try await shop.state(Subscriber.self, reader).bounceCount == 1)
    #expect(post.mails.isEmpty)
  }

  @Test func `an import mails nobody`() async throws {
    let (shop, post) = (try await prepare(), Post())
    _ = try await shop.executor.execute(
      EnrolSubscriber(
        newsletterID: reader, content: SubscriberContent(email: "zoe@customer.example"), emailClaim: "newsletter-email:zoe",
        tokenHash: "hash", source: "import"))
    try await settle(shop, post)
    #expect(post.mails.isEmpty)
  }

  @Test func `a campaign is shown to a few addresses as it was then, and counts nobody`() async throws {
    let (shop, post) = (try await prepare(), Post())
    let id = CampaignID(5)
    let content = CampaignContent(name: "n", subject: "Hello", content: "<p>{{subscriber_name}}</p>")
    _ = try await shop.executor.execute(DraftCampaign(campaignID: id, content: content, createdBy: nil))
    let emails = ["a@staff.example", "b@staff.example"]
    _ = try await shop.executor.execute(TestCampaign(campaignID: id, emails: emails, requestedBy: UserID(3)))
    _ = try await shop.executor.execute(ChangeCampaign(campaignID: id) { $0.content = "<p>Later</p>" })
    post.fail(.deferred(SMTPReply(code: 451)))
    try await shop.running(shop.runner(mailer(shop, post))) { runner in
      try await shop.settle(runner)
      shop.log.advance(by: .seconds(60))
      try await shop.until("both mails") { post.mails.count == 2 }
      try await shop.settle(runner)
    }
    #expect(Set(post.mails.map { $0.to.address }) == Set(emails))
    for mail in post.mails {
      #expect(mail.subject == "[Test] Hello")
      #expect(mail.html == #"<p>Valued Customer</p><p><a href="https://comptoir.example">Se désabonner</a></p>"#)
      #expect(mail.unsubscribeURL == nil)
    }
    #expect(Set(post.mails.map(\.id)).count == 2)
    #expect(shop.count(MailPrepared.type) == 0)
    let stored = shop.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    #expect(!stored.contains("staff.example"))
  }
}
