import EventSourcing
import EventStoreTesting
import Mail
import Testing

@testable import Aggregates
@testable import ProcessManagers

@Suite struct CorrespondenceTests {
  private struct Words: MailTemplates {
    func template(_ slug: String) async throws -> MailTemplate? { MailTemplate(subject: slug, html: "{{token}}{{order_number}}") }
  }

  private func mailer(_ shop: Shop, _ post: Post, _ correspondence: Correspondence) throws -> Mailer {
    Mailer(
      correspondence, log: shop.log, executor: CommandExecutor(log: shop.log) { shop.log.now }, transport: post, templates: Words(),
      terms: MailTerms(from: try MailAddress("shop@comptoir.example")), links: PlainLinks(), logger: Shop.quietLogger
    ) { shop.log.now }
  }

  private func askForPassword(_ shop: Shop, _ user: Int64) async throws {
    let letter = MailedTokenLetter(email: "ada\(user)@customer.example", firstname: "Ada", token: "token-\(user)")
    let offer = MailedTokenOffer(
      tokenHash: "hash-\(user)", letter: letter, addressCount: 1, lifetime: .seconds(1_800), minimumInterval: .zero)
    _ = try await shop.executor.execute(
      RegisterUser(
        userID: UserID(user), email: letter.email, firstname: "Ada", lastname: "L", passwordHash: "x", emailClaim: "email:\(user)"))
    _ = try await shop.executor.execute(RequestPasswordReset(userID: UserID(user), offer: offer))
  }

  @Test func `no kind of event and no name of a mail belongs to two mailers`() throws {
    let rules = Correspondence.all.flatMap(\.rules)
    #expect(Set(rules.map(\.type)).count == rules.count)
    #expect(Set(Correspondence.all.map(\.name)).count == Correspondence.all.count)
    let names = EmailTemplate.defaultRows.map(\.row.slug) + (0..<CampaignTestRequested.maximumAddresses).map(CampaignTestRequested.mail)
    for name in names {
      let owners = Correspondence.all.filter { $0.rules.contains { $0.isName(name) } }
      #expect(owners.count <= 1, "\(name)")
    }
  }

  @Test func `mailers that take over from one that wrote everything lose no mail and double none`() async throws {
    let (shop, post) = (Shop(), Post())
    let before = Correspondence(name: "mailer", service: "newsletters", purpose: "", rules: Correspondence.all.flatMap(\.rules))
    try await askForPassword(shop, 1)
    try await shop.running(shop.runner(mailer(shop, post, before))) { try await shop.settle($0) }
    post.fail(.deferred(SMTPReply(code: 451)))
    try await askForPassword(shop, 2)
    try await shop.running(shop.runner(mailer(shop, post, before))) { try await shop.settle($0) }
    #expect(post.mails.map(\.to.address) == ["ada1@customer.example"])
    #expect(shop.count(TransactionalMailPutOff.type) == 1)

    // Asked for while no mailer ran: the one of before would have come to it next, and its successor under its name goes past it.
    try await askForPassword(shop, 3)
    try await shop.running(shop.runner(mailer(shop, post, .customers))) { try await shop.settle($0) }
    #expect(post.mails.count == 1)
    for _ in 1...2 {
      for correspondence in Correspondence.all {
        try await shop.running(shop.runner(mailer(shop, post, correspondence))) { runner in
          try await shop.settle(runner)
          shop.log.advance(by: .seconds(60))
          try await shop.settle(runner)
        }
      }
    }
    // What a timer brings and what a message brings to different people have no order.
    #expect(post.mails.map(\.to.address).sorted() == ["ada1@customer.example", "ada2@customer.example", "ada3@customer.example"])
    #expect(shop.log.timers.allSatisfy { !$0.key.hasPrefix("mail-") })
  }

  @Test func `a mail that was put off is sent by the mailer that it belongs to`() async throws {
    let (shop, post) = (Shop(), Post())
    post.fail(.deferred(SMTPReply(code: 451)))
    try await askForPassword(shop, 1)
    try await shop.running(shop.runner(mailer(shop, post, .accounts))) { try await shop.settle($0) }
    shop.log.advance(by: .seconds(60))
    let due = try #require(try await shop.log.dueTimers(limit: 10).first { $0.name.hasPrefix("mail-") })
    #expect(try mailer(shop, post, .customers).saga(of: due) == nil)
    #expect(try mailer(shop, post, .withdrawals).saga(of: due) == nil)
    #expect(try mailer(shop, post, .accounts).saga(of: due) == "mailedtoken-1")
    #expect(shop.count(TransactionalMailOmitted.type) == 0)
  }
}
