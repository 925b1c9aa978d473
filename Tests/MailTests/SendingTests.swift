import JSON
import Logging
import Testing

@testable import Mail

@Suite struct SendingTests {
  @Test func `a mail arrives as it was written, over TLS and with our name`() async throws {
    let recipient = Server.recipient()
    let subject = "Votre commande n° 42 est confirmée: un grand merci à vous, et à très bientôt dans notre boutique 🧺"
    let text = "Bonjour,\n.\n..deux points\nFrom: pas un en-tête\n\nTotal = 12,50 €   \n" + String(repeating: "é", count: 400) + "\nAdieu\n"
    let html = "<p class=\"a\">Bonjour &amp; merci</p>\n" + String(repeating: "x", count: 1_500) + "\n"
    try await Server.use { mailer in
      var message = try MailMessage.sample(to: recipient, subject: subject, text: text, html: html)
      message.to = try MailAddress(name: "Zoë \"la\" Müller, cliente", recipient)
      message.replyTo = try MailAddress(name: "Service, \"après\" vente", "help@comptoir.example")
      message.unsubscribeURL = "https://comptoir.example/unsubscribe/abc"
      try await mailer.send(message)
    }
    let mails = try Server.mails(to: recipient)
    #expect(mails.count == 1)
    let mail = try #require(mails.first)
    #expect(mail["text"]?.text == text)
    #expect(mail["html"]?.text == html)
    #expect(mail["sender"]?.text == "shop@comptoir.example")
    #expect(mail["isEncrypted"] == .bool(true))
    #expect(mail["user"]?.text == (try Server.configuration()).user)
    let headers = try #require(mail["headers"])
    #expect(headers["subject"]?.text == subject)
    #expect(headers["to"]?.text == "\"Zoë \\\"la\\\" Müller, cliente\" <\(recipient)>")
    #expect(headers["reply-to"]?.text == "\"Service, \\\"après\\\" vente\" <help@comptoir.example>")
    #expect(headers["from"]?.text == "Comptoir <shop@comptoir.example>")
    #expect(headers["message-id"]?.text == "<order-1.confirmed@comptoir.example>")
    #expect(headers["date"]?.text == "Thu, 26 Nov 2026 12:57:05 +0000")
    #expect(headers["list-unsubscribe"]?.text == "<https://comptoir.example/unsubscribe/abc>")
    #expect(headers["list-unsubscribe-post"]?.text == "List-Unsubscribe=One-Click")
    guard case .number(let longest)? = mail["longestLine"] else { throw MailError.invalid("test") }
    #expect(try #require(Int(longest)) <= 78)
  }

  @Test(arguments: [
    ("refused", MailError.refused(SMTPReply(code: 550, text: "5.1.1 There is nobody of this name here"))),
    ("later", MailError.deferred(SMTPReply(code: 451, text: "4.7.1 Come back later"))),
    ("spam", MailError.refused(SMTPReply(code: 554, text: "5.7.1 Nobody wants this"))),
  ])
  func `a refusal tells for good from for now, with the server's words`(kind: String, error: MailError) async throws {
    let recipient = Server.recipient(kind)
    try await Server.use { mailer in
      await #expect(throws: error) { try await mailer.send(try .sample(to: recipient)) }
      // The connection is good for the next one.
      try await mailer.send(try .sample(to: Server.recipient()))
    }
    #expect(try Server.mails(to: recipient).isEmpty)
    #expect(!String(describing: error).contains("nobody"))
  }

  @Test(arguments: ["vanish", "silent"])
  func `a connection that ends between the message and its answer leaves the mail uncertain`(kind: String) async throws {
    let recipient = Server.recipient(kind)
    var configuration = try Server.configuration()
    if kind == "silent" { configuration.timeout = .seconds(10) }
    try await Server.use(configuration) { mailer in
      let error = await #expect(throws: MailError.self) { try await mailer.send(try .sample(to: recipient)) }
      guard case .uncertain? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.mayBeRepeated == false)
    }
    #expect(try Server.mails(to: recipient).count == 1)
  }

  @Test func `a connection that ends before the message leaves nothing in doubt`() async throws {
    let recipient = Server.recipient("hangup")
    try await Server.use { mailer in
      let error = await #expect(throws: MailError.self) { try await mailer.send(try .sample(to: recipient)) }
      #expect(error?.mayBeRepeated == true)
    }
    #expect(try Server.mails(to: recipient).isEmpty)
  }

  @Test(arguments: ["nobody listens", "password", "certificate", "no certificate wanted, no TLS"])
  func `a server that cannot be talked to has taken nothing`(what: String) async throws {
    let recipient = Server.recipient()
    var configuration = try Server.configuration()
    switch what {
    case "nobody listens": configuration.port = 1
    case "password": configuration.password = "wrong"
    case "certificate": configuration.certificateFile = nil
    default:
      // The server lets nobody log in without TLS.
      configuration.security = .none
    }
    try await Server.use(configuration) { mailer in
      let error = await #expect(throws: MailError.self) { try await mailer.send(try .sample(to: recipient)) }
      guard case .unavailable? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.mayBeRepeated == true)
    }
    #expect(try Server.mails(to: recipient).isEmpty)
  }

  @Test func `mails of many tasks go side by side, each once; a closed mailer takes none`() async throws {
    let recipients = (0..<40).map { _ in Server.recipient() }
    try await Server.use { mailer in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for recipient in recipients { group.addTask { try await mailer.send(try .sample(to: recipient)) } }
        try await group.waitForAll()
      }
      await mailer.close()
      let error = await #expect(throws: MailError.self) { try await mailer.send(try .sample(to: Server.recipient())) }
      #expect(error?.mayBeRepeated == true)
    }
    for recipient in recipients { #expect(try Server.mails(to: recipient).count == 1) }
  }
}
