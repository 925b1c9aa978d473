import Testing

@testable import Mail

@Suite struct MessageTests {
  @Test(arguments: [
    "", "a", "@b.fr", "a@", "a@b@c.fr", "a b@c.fr", "a@b c.fr", "a\r\nBcc: x@y.fr@c.fr", "<a@b.fr>", "a@b..fr", ".a@b.fr", "a.@b.fr",
    "é@b.fr", "a@é.fr", "a,b@c.fr", "\"a\"@b.fr", String(repeating: "a", count: 65) + "@b.fr",
  ])
  func `an address that no envelope carries is refused`(address: String) {
    #expect(throws: MailError.invalid("address")) { try MailAddress(address) }
  }

  @Test(arguments: ["a\r\nBcc: victim@b.fr", "a\nb", "a\rb", "a\u{0}b", "a\u{85}b", "a\u{2028}b"])
  func `a line break in a header is refused`(text: String) throws {
    #expect(throws: MailError.invalid("name")) { try MailAddress(name: text, "a@b.fr") }
    #expect(throws: MailError.invalid("subject")) { try MailMessage.sample(to: "a@b.fr", subject: text).rendered() }
    var message = try MailMessage.sample(to: "a@b.fr")
    message.unsubscribeURL = "https://a.fr/" + text
    #expect(throws: MailError.invalid("unsubscribe address")) { try message.rendered() }
    #expect(throws: MailError.invalid("message id")) { try MailID(text, at: "b.fr") }
    #expect(throws: MailError.invalid("message id")) { try MailID("a", at: text) }
  }

  @Test func `a list is left by a click or by a mail`() throws {
    var message = try MailMessage.sample(to: "a@b.fr")
    message.unsubscribeURL = "https://a.fr/leave/t?campaign_id=5"
    #expect(try String(decoding: message.rendered(), as: UTF8.self).contains("List-Unsubscribe: <https://a.fr/leave/t?campaign_id=5>\r\n"))
    message.unsubscribeMailto = "leave@a.fr?subject=unsubscribe-t"
    let text = try String(decoding: message.rendered(), as: UTF8.self)
    #expect(text.contains("List-Unsubscribe: <https://a.fr/leave/t?campaign_id=5>,\r\n <mailto:leave@a.fr?subject=unsubscribe-t>\r\n"))
    #expect(text.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"))
    message.unsubscribeMailto = "leave@a.fr\r\nBcc: b@c.fr"
    #expect(throws: MailError.invalid("unsubscribe address")) { try message.rendered() }
  }

  @Test(arguments: [
    (550, "5.1.1 nobody", true, false), (550, "nobody", true, false), (552, "5.2.2 full", true, true),
    (550, "5.7.1 unwanted", false, false),
    (554, "unwanted", false, false), (550, "5.1.8 sender", false, false), (552, "5.2.3 too long", false, false),
  ])
  func `a refusal is about the recipient or about the message`(code: Int, text: String, isAboutRecipient: Bool, isForNow: Bool) {
    let reply = SMTPReply(code: code, text: text)
    #expect(reply.isAboutRecipient == isAboutRecipient)
    #expect(reply.isForNow == isForNow)
  }

  @Test func `the body cannot end its part or the message`() throws {
    let text = "--=_comptoir_alternative--\n.\nQUIT\n"
    let bytes = try MailMessage.sample(to: "a@b.fr", text: text, html: "<p>x</p>").rendered()
    let lines = String(decoding: bytes, as: UTF8.self).components
    #expect(lines.count { $0 == "--=_comptoir_alternative--" } == 1)
    #expect(lines.contains("--=3D_comptoir_alternative--"))
  }

  @Test func `the same message gives the same bytes`() throws {
    let message = try MailMessage.sample(to: "a@b.fr", subject: "Été", text: "x", html: "<p>x</p>")
    #expect(try message.rendered() == message.rendered())
  }

  @Test func `a mail longer than five megabytes is refused`() throws {
    let message = try MailMessage.sample(to: "a@b.fr", text: String(repeating: "x", count: 6_000_000))
    #expect(throws: MailError.invalid("length")) { try message.rendered() }
  }

  @Test(arguments: [
    ("Comptoir <shop@a.fr>", "Comptoir", "shop@a.fr"), ("shop@a.fr", "", "shop@a.fr"), ("  Le  Bon <x@a.fr>", "Le  Bon", "x@a.fr"),
  ])
  func `a sender is read from one line`(text: String, name: String, address: String) throws {
    let read = try MailAddress(parsing: text)
    #expect(read.name == name)
    #expect(read.address == address)
  }

  @Test(arguments: [
    (Int64(0), "Thu, 01 Jan 1970 00:00:00 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
    (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 +0000"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 +0000"),
  ])
  func `dates are those of the calendar`(seconds: Int64, text: String) {
    #expect(MailDate.text(seconds) == text)
  }

  @Test(arguments: [
    "http://a.fr", "smtp://", "smtp://a.fr/path", "smtp://a.fr?starttls=maybe", "smtps://a.fr?starttls=never", "a.fr:25", "smtp://a.fr#x",
  ])
  func `an address of another kind is no mail server`(url: String) {
    #expect(throws: SMTPConfiguration.InvalidURL.self) { try SMTPConfiguration(url: url) }
  }

  @Test func `a server's address says how it is secured, and shows no password`() throws {
    #expect(try SMTPConfiguration(url: "smtp://a.fr").security == .startTLS)
    #expect(try SMTPConfiguration(url: "smtp://a.fr").port == 587)
    #expect(try SMTPConfiguration(url: "smtp://a.fr:25?starttls=never").security == .none)
    #expect(try SMTPConfiguration(url: "smtps://a.fr").port == 465)
    let configuration = try SMTPConfiguration(url: "smtp://me%40a.fr:s%2Fcret@[::1]:2525")
    #expect(configuration.user == "me@a.fr")
    #expect(configuration.password == "s/cret")
    #expect(configuration.url == "smtp://[::1]:2525")
    var dumped = ""
    dump(configuration, to: &dumped)
    for shown in ["\(configuration)", String(reflecting: configuration), dumped] { #expect(!shown.contains("cret")) }
  }

  @Test func `an enhanced status is read where there is one`() {
    #expect(SMTPReply(code: 550, text: "5.1.1 No").enhancedStatus == "5.1.1")
    #expect(SMTPReply(code: 550, text: "No such user").enhancedStatus == nil)
    #expect(SMTPReply(code: 550, text: "5.1 No").enhancedStatus == nil)
  }
}

extension String {
  fileprivate var components: [String] { split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init) }
}
