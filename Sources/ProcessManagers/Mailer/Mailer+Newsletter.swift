import Aggregates
import EventSourcing

/// Mails to subscribers, and of campaigns that staff wants to see.
extension Mailer {
  /// Asks whose the address is whether he wants the newsletter.
  func confirmation(_ event: SubscriptionRequested, _ template: String) async throws -> Letter? {
    guard let content = event.personal, clock() < event.confirmBy else { return nil }
    var letter = letter(template, to: event.newsletterID, content)
    letter.variables["confirmation_url"] = links.confirmation(event.newsletterID)
    return letter
  }

  func welcome(_ event: SubscriptionConfirmed, _ template: String) async throws -> Letter? {
    try await welcome(event.newsletterID, template)
  }

  func welcomeBack(_ event: SubscriptionRenewed, _ template: String) async throws -> Letter? {
    try await welcome(event.newsletterID, template)
  }

  /// Tells somebody that he gets the newsletter from now on.
  private func welcome(_ id: NewsletterID, _ template: String) async throws -> Letter? {
    guard let content = try await SubscriberContent.read(id, from: log) else { return nil }
    var letter = letter(template, to: id, content)
    letter.leaving = links.leaving(id, campaign: nil)
    return letter
  }

  private func letter(_ template: String, to id: NewsletterID, _ content: SubscriberContent) -> Letter {
    Letter(
      template: template, recipient: MailRecipient(content),
      variables: terms.variables(of: id, leaving: links.leaving(id, campaign: nil), links: links))
  }

  /// The words of a campaign as they were when somebody wanted to see them, with links that take nobody off.
  func campaignTest(_ message: RecordedEvent) async throws -> [Letter] {
    let event = try await open(CampaignTestRequested.self, message)
    guard let emails = event.personal?.emails,
      let content = try await CampaignPlan.read(event.campaignID, from: log, upTo: message.version).content
    else { return [] }
    var words = MailTemplate(subject: "[Test] \(content.subject)", html: content.content, plain: content.plainText)
    words.offer("{{unsubscribe_url}}")
    return emails.enumerated().map { place, email in
      Letter(
        template: CampaignTestRequested.mail(place), recipient: MailRecipient(email: email),
        variables: ["unsubscribe_url": terms.siteURL, "preferences_url": terms.siteURL], words: words)
    }
  }
}

extension MailRecipient {
  /// Of a name in one piece the last word is the family name.
  init(_ subscriber: SubscriberContent) {
    let words = (subscriber.name ?? "").split(separator: " ")
    email = subscriber.email
    firstname = words.dropLast(words.count > 1 ? 1 : 0).joined(separator: " ")
    lastname = words.count > 1 ? String(words[words.count - 1]) : ""
  }
}
