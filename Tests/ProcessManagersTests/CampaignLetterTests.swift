import EventSourcing
import EventStoreTesting
import Mail
import Testing

@testable import Aggregates
@testable import ProcessManagers

@Suite struct CampaignLetterTests {
  private let reader = NewsletterID(7)

  private func mail(
    _ html: String, subject: String = "s",
    to content: SubscriberContent = SubscriberContent(email: "ada@customer.example", name: "Ada B. L<b>")
  ) throws -> MailMessage {
    var terms = MailTerms(from: try MailAddress(name: "La Boutique", "shop@comptoir.example"))
    terms.companyAddress = "1 rue de la Paix"
    let letter = CampaignLetter(
      campaignID: CampaignID(5), content: CampaignContent(name: "n", subject: subject, content: html), terms: terms, links: PlainLinks())
    return try letter.mail(to: reader, content, at: InMemoryEventLog.defaultStart)
  }

  private static let picture = #"<img src="https://api.example/open/5-7" width="1" height="1" alt="">"#
  private static let leave = #"<p><a href="https://api.example/leave/t7?campaign_id=5">Se désabonner</a></p>"#

  @Test func `variables stand for the reader, as text`() throws {
    let mail = try mail(
      "<p>{{subscriber_name}}, {{first_name}}, {{name}}, {{subscriber_email}}, {{company_name}}, {{company_address}}, {{unknown}}</p>",
      subject: "For {{first_name}}")
    #expect(mail.subject == "For Ada B.")
    #expect(mail.to == (try MailAddress(name: "Ada B. L<b>", "ada@customer.example")))
    #expect(
      mail.html == "<p>Ada B. L&lt;b&gt;, Ada B., L&lt;b&gt;, ada@customer.example, La Boutique, 1 rue de la Paix, </p>"
        + Self.leave + Self.picture)
    #expect(mail.text.hasSuffix("Se désabonner : https://api.example/leave/t7?campaign_id=5\n"))
    #expect(mail.id.description == "<campaign.5-7@comptoir.example>")
    #expect(mail.unsubscribeURL == "https://api.example/leave/t7?campaign_id=5")
    #expect(mail.unsubscribeMailto == nil)
  }

  @Test func `somebody without a name is a valued customer`() throws {
    let mail = try mail("{{subscriber_name}}|{{first_name}}|{{name}}", to: SubscriberContent(email: "ada@customer.example"))
    #expect(mail.html?.hasPrefix("Valued Customer||<p>") == true)
  }

  @Test(arguments: [
    (
      #"<a href="https://a.example/?x=1&amp;y=2">x</a>"#,
      #"<a href="https://api.example/click/5-7?url=https://a.example/?x=1&amp;y=2">x</a>"#
    ),
    (
      #"<A class='b' HREF = 'http://a.example' title="<a href='x'>">x</A>"#,
      #"<A class='b' HREF = 'https://api.example/click/5-7?url=http://a.example' title="<a href='x'>">x</A>"#
    ),
    (#"<a data-href="https://a.example">x</a>"#, #"<a data-href="https://a.example">x</a>"#),
    ("<a href='mailto:a@b.fr'>x</a><a href='#top'>y</a>", "<a href='mailto:a@b.fr'>x</a><a href='#top'>y</a>"),
    (
      #"<abbr title="https://a.example">x</abbr><img src="https://a.example/i">"#,
      #"<abbr title="https://a.example">x</abbr><img src="https://a.example/i">"#
    ),
    (#"<!-- > --><a href="https://a.example""#, #"<!-- > --><a href="https://a.example""#),
    ("<a href=https://a.example>x</a> 1 < 2", "<a href=https://a.example>x</a> 1 < 2"),
  ])
  func `links of the web are counted, and nothing else is touched`(html: String, tracked: String) throws {
    #expect(TrackedHTML.leading(html) { "https://api.example/click/5-7?url=\($0)" } == tracked)
  }

  @Test func `links of the reader's own are not counted, and stand once`() throws {
    let mail = try mail(
      #"<html><body><a href="{{unsubscribe_url}}">bye</a><a href="{{preferences_url}}">choose</a></body></html>"#)
    #expect(
      mail.html == #"<html><body><a href="https://api.example/leave/t7?campaign_id=5">bye</a>"#
        + #"<a href="https://comptoir.example/newsletter-preferences?token=t7">choose</a>"# + Self.picture + "</body></html>")
  }

  @Test func `an address that no envelope carries is told apart`() {
    #expect(throws: MailError.invalid("address")) { try mail("x", to: SubscriberContent(email: "é@customer.example")) }
  }
}
