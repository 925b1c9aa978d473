public import Aggregates
import JSON
public import ProcessManagers

/// The links in mails to subscribers: to the routes that answer them.
public struct MailLinks: NewsletterLinks {
  private let tokens: LinkTokens
  private let base: String

  /// - Parameter url: where the gateway is reached from outside: `https://api.shop.example`.
  public init(_ tokens: LinkTokens, at url: String) {
    self.tokens = tokens
    base = "\(url)/api/v1/newsletters"
  }

  public func token(_ id: NewsletterID) -> String { tokens.subscriber(id.rawValue) }

  public func confirmation(_ id: NewsletterID) -> String { "\(base)/newsletters/confirm/\(token(id))" }

  public func leaving(_ id: NewsletterID, campaign: CampaignID?) -> String {
    "\(base)/newsletters/unsubscribe/\(token(id))" + (campaign.map { "?campaign_id=\($0)" } ?? "")
  }

  public func opening(_ key: DeliveryKey) -> String {
    "\(base)/track/open/\(tokens.mail(campaign: key.campaignID.rawValue, newsletter: key.newsletterID.rawValue))"
  }

  public func click(_ key: DeliveryKey, on url: String) -> String? {
    // What that route would refuse stays the link that it is, so that it works, and is not counted.
    guard (try? ClickInput.address.read(.string(url))) != nil else { return nil }
    let token = tokens.link(campaign: key.campaignID.rawValue, newsletter: key.newsletterID.rawValue, url: url)
    return "\(base)/track/click/\(token)?url=\(PercentCoding.encode(url))"
  }
}
