import EventSourcing
import EventStoreTesting
import Mail
import ProcessManagers
import Synchronization
import Testing

@testable import Aggregates

@Suite struct MailerTests {
  private struct Words: MailTemplates {
    func template(_ slug: String) async throws -> MailTemplate? {
      if slug == "payment-receipt" { return nil }
      return MailTemplate(
        subject: "\(slug) {{order_number}}{{ticket_number}} {{subject}}",
        html: "<p>{{reset_url}}{{verification_url}}{{ first_name }} {{name}}: {{total_amount_ttc}}{{reason}}{{subject}}{{unknown}}</p>",
        plain: "{{first_name}} {{subject}}{{receipt}}")
    }
  }

  private func mailer(_ shop: Shop, _ transport: any MailTransport, _ correspondence: Correspondence = .customers) throws -> Mailer {
    let terms = MailTerms(from: try MailAddress(name: "La Boutique", "shop@comptoir.example"))
    let executor = CommandExecutor(log: shop.log) { shop.log.now }
    return Mailer(
      correspondence, log: shop.log, executor: executor, transport: transport, templates: Words(), terms: terms, links: PlainLinks(),
      logger: Shop.quietLogger
    ) { shop.log.now }
  }

  private func register(_ shop: Shop, _ user: Int64) async throws {
    _ = try await shop.executor.execute(
      RegisterUser(
        userID: UserID(user), email: "ada\(user)@customer.example", firstname: "Ada", lastname: "L<b>", passwordHash: "x",
        emailClaim: "email:\(user)"))
  }

  private func openTicket(_ shop: Shop, _ user: Int64?, id: Int64 = 1_000, subject: String = "Broken") async throws {
    _ = try await shop.executor.execute(
      OpenTicket(
        ticketID: TicketID(id), ticketNumber: "TKT-\(id)", userID: user.map { UserID($0) }, subject: subject, description: "It is",
        order: nil))
  }

  private func offer(_ token: String) -> MailedTokenOffer {
    MailedTokenOffer(
      tokenHash: "hash of \(token)", letter: MailedTokenLetter(email: "ada1@customer.example", firstname: "Ada", token: token),
      addressCount: 1, lifetime: .seconds(1_800), minimumInterval: .zero)
  }

  @Test func `a token for another password, or for an address, goes to the account's address, and not after its time`() async throws {
    let (shop, post) = (Shop(), Post())
    try await register(shop, 1)
    try await shop.running(shop.runner(mailer(shop, post, .accounts))) { runner in
      _ = try await shop.executor.execute(RequestPasswordReset(userID: UserID(1), offer: offer("first")))
      _ = try await shop.executor.execute(RequestEmailVerification(userID: UserID(1), offer: offer("second")))
      try await shop.settle(runner)
    }
    #expect(post.mails.map { $0.to.address } == ["ada1@customer.example", "ada1@customer.example"])
    #expect(post.mails.first?.html?.contains("https://comptoir.example/reset-password?token=first") == true)
    #expect(post.mails.last?.html?.contains("https://comptoir.example/verify-email?token=second") == true)
    _ = try await shop.executor.execute(RequestPasswordReset(userID: UserID(1), offer: offer("third")))
    shop.log.advance(by: .seconds(1_800))
    try await shop.running(shop.runner(mailer(shop, post, .accounts))) { runner in try await shop.settle(runner) }
    #expect(post.mails.count == 2)
    let stored = shop.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    #expect(!stored.contains("\"first\""))
  }

  @Test func `the receipt of a withdrawal goes where the buyer wanted it`() async throws {
    let (shop, post) = (Shop(), Post())
    try await register(shop, 1)
    let order = ReturnableOrder(
      orderID: OrderID(7), userID: UserID(1), deliveredAt: shop.log.now,
      lines: [.init(orderItemID: OrderItemID(70), productID: ProductID(5), quantity: 3, netHT: Cents(10_001), vat: Cents(2_000))])
    let ticketOrder = TicketOrder(
      orderID: OrderID(7), orderNumber: "ORD-7", userID: UserID(1), totalTTC: Cents(12_001), status: "delivered", hasFailedPayment: false)
    try await shop.running(shop.runner(mailer(shop, post, .withdrawals))) { runner in
      _ = try await shop.executor.execute(
        DeclareWithdrawal(
          withdrawalID: WithdrawalID(9), userID: UserID(1), order: order, orderNumber: "ORD-7", items: nil,
          statement: WithdrawalStatement(name: "Ada L", email: "elsewhere@customer.example")))
      try await shop.settle(runner)
      #expect(post.mails.isEmpty)
      _ = try await shop.executor.execute(
        ConfirmWithdrawal(
          withdrawalID: WithdrawalID(9), userID: UserID(1), order: order, ticketOrder: ticketOrder, ticketID: TicketID(1_000),
          ticketNumber: "TKT-1", returnID: ReturnID(1), firstLineID: ReturnLineID(1)))
      try await shop.settle(runner)
    }
    let mail = try #require(post.mails.first { $0.subject.hasPrefix("withdrawal-receipt ORD-7") })
    #expect(mail.to == (try MailAddress(name: "Ada L", "elsewhere@customer.example")))
    #expect(mail.text.contains("Rétractation n° 9"))
  }

  @Test func `a confirmed order is mailed once, with the order's own figures`() async throws {
    let shop = Shop()
    try await shop.stock(7, 5)
    try await register(shop, 1)
    let post = Post()
    let order = try await shop.running(shop.runner()) { runner in
      let order = try await shop.buy(1, [(7, 2)])
      try await shop.until("confirmation") { try await shop.order(order).status == .confirmed }
      try await shop.settle(runner)
      return order
    }
    try await shop.running(shop.runner(try mailer(shop, post))) { try await shop.settle($0) }
    let mail = try #require(post.mails.first)
    #expect(post.mails.count == 1)
    #expect(mail.to == (try MailAddress(name: "Ada L<b>", "ada1@customer.example")))
    #expect(mail.from.name == "La Boutique")
    #expect(mail.subject == "order-confirmation ORD-20260101-\(order) ")
    #expect(mail.html == "<p>Ada L&lt;b&gt;: 24,00</p>")
    let confirmed = try #require(shop.log.events.first { $0.type == OrderConfirmed.type.name })
    #expect(mail.id.description == "<order-\(order).\(confirmed.version).order-confirmation@comptoir.example>")
    // The receipt has no template here: it was left out, and the log says so.
    #expect(shop.count(TransactionalMailOmitted.type) == shop.count(OrderPaid.type))

    // Another process goes through the log again from its beginning.
    let again = shop.runner(try mailer(shop, post), holder: "two")
    try await shop.running(again) { try await shop.settle($0) }
    for message in shop.log.events where message.type == OrderConfirmed.type.name { try await mailer(shop, post).handle(message) }
    #expect(post.mails.count == 1)
  }

  @Test func `a mail whose sender ended in between is uncertain, and not sent again`() async throws {
    let shop = Shop()
    try await register(shop, 1)
    try await openTicket(shop, 1)
    let opened = try #require(shop.log.events.first { $0.type == TicketOpened.type.name })
    let abyss = Abyss()
    let dead = try mailer(shop, abyss)
    // Never ends: what is left of a killed process.
    Task { try await dead.handle(opened) }
    try await shop.until("handing over") { abyss.count.withLock { $0 } == 1 }
    #expect(shop.count(TransactionalMailMarked.type) == 1)

    let post = Post()
    try await shop.running(shop.runner(try mailer(shop, post))) { runner in
      try await shop.settle(runner)
      #expect(shop.count(TransactionalMailUncertain.type) == 1)
    }
    for _ in 0..<2 { try await mailer(shop, post).handle(opened) }
    #expect(post.mails.isEmpty)
    #expect(abyss.count.withLock { $0 } == 1)
    #expect(shop.count(TransactionalMailMarked.type) == 1)
    #expect(shop.count(TransactionalMailUncertain.type) == 1)
  }

  @Test func `a connection that ended after the message leaves it uncertain; a refusal is final`() async throws {
    let shop = Shop()
    let post = Post()
    try await register(shop, 1)
    for id in [1_000, 1_001] as [Int64] { try await openTicket(shop, 1, id: id) }
    post.fail(.uncertain("connection ended"), .refused(SMTPReply(code: 550, text: "5.1.1 ada1@customer.example is nobody")))
    try await shop.running(shop.runner(try mailer(shop, post)) { $0.maximumInFlight = 1 }) { runner in
      try await shop.settle(runner)
      shop.log.advance(by: .seconds(86_400))
      try await shop.settle(runner)
    }
    #expect(post.mails.isEmpty)
    #expect(shop.count(TransactionalMailUncertain.type) == 1)
    #expect(shop.count(TransactionalMailRefused.type) == 1)
    // The server's words may name the recipient; they are not in the log.
    let refused = try #require(shop.log.events.first { $0.type == TransactionalMailRefused.type.name })
    #expect(!String(decoding: refused.payload, as: UTF8.self).contains("ada1"))
  }

  @Test func `a mail that the server puts off is sent when its pause is over`() async throws {
    let shop = Shop()
    let post = Post()
    try await register(shop, 1)
    try await openTicket(shop, 1)
    post.fail(.deferred(SMTPReply(code: 451)), .unavailable("nobody there"))
    try await shop.running(shop.runner(try mailer(shop, post))) { runner in
      try await shop.until("being put off") { shop.count(TransactionalMailPutOff.type) == 1 }
      try await shop.settle(runner)
      #expect(post.mails.isEmpty)
      shop.log.advance(by: .seconds(60))
      try await shop.until("being put off again") { shop.count(TransactionalMailPutOff.type) == 2 }
      shop.log.advance(by: .seconds(300))
      try await shop.until("being sent") { shop.count(TransactionalMailSent.type) == 1 }
    }
    #expect(post.mails.count == 1)
    #expect(shop.log.timers.allSatisfy { !$0.key.hasPrefix("mail-") })
  }

  @Test func `nobody gets mail without an account, after deletion, or about what is long over`() async throws {
    let shop = Shop()
    let post = Post()
    try await register(shop, 1)
    try await openTicket(shop, nil, id: 1_000)
    try await openTicket(shop, 2, id: 1_001)
    _ = try await shop.executor.execute(DeleteUser(userID: UserID(1), reason: .owner, deletedBy: nil))
    try await openTicket(shop, 1, id: 1_002)
    try await shop.running(shop.runner(try mailer(shop, post))) { try await shop.settle($0) }
    #expect(post.mails.isEmpty)
    #expect(shop.count(TransactionalMailOmitted.type) == 3)

    let old = Shop()
    try await register(old, 1)
    try await openTicket(old, 1)
    old.log.advance(by: .seconds(3 * 86_400 + 1))
    try await old.running(old.runner(try mailer(old, post))) { try await old.settle($0) }
    #expect(post.mails.isEmpty)
    #expect(old.count(TransactionalMailOmitted.type) == 0)
  }

  @Test func `what a customer wrote becomes text, on one line where a line is wanted`() async throws {
    let shop = Shop()
    let post = Post()
    try await register(shop, 1)
    try await openTicket(shop, 1, subject: "<script>{{first_name}}</script> & more")
    try await shop.running(shop.runner(try mailer(shop, post))) { try await shop.settle($0) }
    let mail = try #require(post.mails.first)
    #expect(mail.subject == "ticket-created TKT-1000 <script>{{first_name}}</script> & more")
    #expect(mail.html == "<p>Ada L&lt;b&gt;: &lt;script&gt;{{first_name}}&lt;/script&gt; &amp; more</p>")
    #expect(mail.text == "Ada <script>{{first_name}}</script> & more")
  }
}
