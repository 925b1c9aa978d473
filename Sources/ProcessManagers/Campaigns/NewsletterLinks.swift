public import Aggregates

/// Where the links in mails to subscribers lead. Whoever answers them makes them.
public protocol NewsletterLinks: Sendable {
  /// Confirms a subscription.
  func confirmation(_ id: NewsletterID) -> String
  /// Leaves, by a request or one click (RFC 8058).
  /// - Parameter campaign: the one whose mail holds the link; nil for other mails.
  func leaving(_ id: NewsletterID, campaign: CampaignID?) -> String
  /// What tells a subscriber's links from everybody else's.
  func token(_ id: NewsletterID) -> String
  /// A picture by which an opening is noted.
  func opening(_ key: DeliveryKey) -> String
  /// An address that notes a click and leads on; nil where it could not.
  func click(_ key: DeliveryKey, on url: String) -> String?
}

extension MailTerms {
  /// What the variables stand for that every mail to a subscriber has, without those about the recipient.
  func variables(of id: NewsletterID, leaving: String, links: any NewsletterLinks) -> [String: String] {
    ["unsubscribe_url": leaving, "preferences_url": "\(siteURL)/newsletter-preferences?token=\(links.token(id))"]
  }
}
