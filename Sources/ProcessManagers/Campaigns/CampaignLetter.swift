import Aggregates
import EventSourcing
import Mail

/// A campaign's words, and what a mail of it needs.
struct CampaignLetter: Sendable {
  let campaignID: CampaignID
  let content: CampaignContent
  let terms: MailTerms
  let links: any NewsletterLinks

  /// The mail to one reader, with links of his own. The same mail always has the same Message-ID.
  /// - Throws: `MailError` for an address that no envelope can carry.
  func mail(to reader: NewsletterID, _ subscriber: SubscriberContent, at now: Timestamp) throws -> MailMessage {
    let key = DeliveryKey(campaignID, reader)
    let leaving = links.leaving(reader, campaign: campaignID)
    let to = try MailAddress(name: MailTerms.shown(subscriber.name ?? ""), subscriber.email)
    let values = MailRecipient(subscriber).variables.merging(terms.values(at: now)) { $1 }
      .merging(terms.variables(of: reader, leaving: leaving, links: links)) { $1 }
    var words = MailTemplate(subject: content.subject, html: content.content, plain: content.plainText).filled(values)
    words.offer(leaving)
    let own = [leaving, values["preferences_url"] ?? ""]
    let html = TrackedHTML.ending(
      with: links.opening(key),
      TrackedHTML.leading(words.html) { own.contains($0) ? nil : links.click(key, on: $0) })
    var message = MailMessage(
      from: terms.from, to: to, subject: words.subject, text: words.plain ?? words.subject, html: html,
      id: try MailID("campaign.\(key)", at: terms.from.domain), date: now.rawValue / 1_000_000, unsubscribeURL: leaving)
    message.unsubscribeMailto = terms.unsubscribeMailbox.map { "\($0.address)?subject=unsubscribe-\(links.token(reader))" }
    return message
  }
}

extension MailTemplate {
  /// Ends the words with a link to leave, unless they have one.
  mutating func offer(_ leaving: String) {
    let link = Self.escaped(leaving)
    if !html.contains(link) { html = TrackedHTML.ended(html, with: "<p><a href=\"\(link)\">Se désabonner</a></p>") }
    if let text = plain, !text.contains(leaving) { plain = text + "\n\nSe désabonner : \(leaving)\n" }
  }
}

extension MailTerms {
  /// What variables stand for that have nothing to do with who is written to.
  func values(at now: Timestamp) -> [String: String] {
    ["company_name": companyName, "company_address": companyAddress, "current_year": String(ParisDay(at: now).text().prefix(4))]
  }

  /// A name as a header may show it.
  static func shown(_ name: String) -> String {
    name.filter { $0.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } }
  }
}
