import EventSourcing
import EventStoreTesting
import Mail
import ProcessManagers
import Synchronization
import Testing

@testable import Aggregates

@Suite struct MailerTemplatesTests {
  private func mailer(_ shop: Shop, _ post: Post, _ correspondence: Correspondence = .customers) throws -> Mailer {
    var terms = MailTerms(from: try MailAddress(name: "La Boutique", "shop@comptoir.example"))
    terms.siteURL = "https://shop.example"
    return Mailer(
      correspondence, log: shop.log, executor: shop.executor, transport: post, templates: StoredMailTemplates(log: shop.log), terms: terms,
      links: PlainLinks(), logger: Shop.quietLogger
    ) { shop.log.now }
  }

  private func prepare() async throws -> Shop {
    let shop = Shop()
    for (id, row) in EmailTemplate.defaultRows { _ = try await shop.executor.execute(SeedEmailTemplate(id: id, row: row)) }
    _ = try await shop.executor.execute(
      RegisterUser(
        userID: UserID(1), email: "ada@customer.example", firstname: "Ada", lastname: "L", passwordHash: "x", emailClaim: "email:1"))
    return shop
  }

  private func forget(_ shop: Shop) async throws {
    let letter = MailedTokenLetter(email: "ada@customer.example", firstname: "Ada", token: "tok&en")
    _ = try await shop.executor.execute(
      RequestPasswordReset(
        userID: UserID(1),
        offer: MailedTokenOffer(
          tokenHash: "hash", letter: letter, addressCount: 1, lifetime: .seconds(1_800), minimumInterval: .seconds(60))))
  }

  @Test func `each kind of mail has a default template that leaves no variable open`() async throws {
    let shop = try await prepare()
    let templates = StoredMailTemplates(log: shop.log)
    for slug in [
      "order-confirmation", "payment-receipt", "order-cancelled", "delivery-shipped", "delivery-delivered", "ticket-created",
      "ticket-resolved", "password-reset", "email-verification", "subscription-confirmation", "welcome-email", "withdrawal-receipt",
    ] {
      #expect(try await templates.template(slug)?.subject.isEmpty == false, "\(slug)")
    }
    #expect(try await templates.template("unheard-of") == nil)
  }

  @Test func `a forgotten password's token goes to the address that asked, in words that staff may change, and nowhere else`() async throws
  {
    let shop = try await prepare()
    let post = Post()
    try await forget(shop)
    try await shop.running(shop.runner(try mailer(shop, post, .accounts))) { try await shop.settle($0) }
    let mails = post.taken.withLock { $0 }
    #expect(mails.count == 1)
    let mail = try #require(mails.first)
    #expect(mail.to.address == "ada@customer.example")
    #expect(mail.subject == "La Boutique : nouveau mot de passe")
    #expect(mail.html?.contains(#"href="https://shop.example/reset-password?token=tok&amp;en""#) == true)
    #expect(!mail.id.description.contains("tok&"))
    for event in shop.log.events where event.stream.category == TransactionalMail.category {
      #expect(!String(decoding: event.payload, as: UTF8.self).contains("tok&"))
    }
  }

  @Test func `a token that is no longer good is not sent, and a template out of use sends nothing`() async throws {
    let shop = try await prepare()
    let post = Post()
    try await forget(shop)
    shop.log.advance(by: .seconds(1_800))
    let id = try #require(EmailTemplate.defaultRows.first { $0.row.slug == "ticket-created" }).id
    _ = try await shop.executor.execute(ChangeEmailTemplate(id: id) { $0.isActive = false })
    _ = try await shop.executor.execute(
      OpenTicket(ticketID: TicketID(1_000), ticketNumber: "TKT-1", userID: UserID(1), subject: "Broken", description: "It is"))
    for correspondence in Correspondence.all {
      try await shop.running(shop.runner(try mailer(shop, post, correspondence))) { try await shop.settle($0) }
    }
    #expect(post.taken.withLock { $0.isEmpty })
    #expect(shop.count(TransactionalMailOmitted.type) == 1)
  }
}
