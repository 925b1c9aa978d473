public import EventSourcing

/// Takes over a campaign that another system has sent. Nothing follows from it but that it leaves the lists after a year, as those that were
/// sent here do. Doing it again changes nothing.
public struct ImportCampaign: Command {
  public var campaignID: CampaignID
  public var content: CampaignContent
  public var sentAt: Timestamp

  public init(campaignID: CampaignID, content: CampaignContent, sentAt: Timestamp) {
    self.campaignID = campaignID
    self.content = content
    self.sentAt = sentAt
  }

  public func decide(in session: inout DecisionSession) throws -> Created<CampaignID> {
    let state = try session.load(Campaign.self, campaignID, isNew: true)
    try session.checkTemplate(of: content)
    let events = try Campaign.takeOver(campaignID, content, state)
    try session.record(events, on: Campaign.self, campaignID, occurredAt: sentAt)
    if !events.isEmpty { session.plan(.campaign(campaignID)) }
    return Created(campaignID)
  }
}

/// Takes over mails of an imported campaign, one a subscriber, all or none of them; they count in its totals. Doing it again changes nothing.
public struct ImportMails: Command {
  public var campaignID: CampaignID
  public var newsletterIDs: [NewsletterID]
  /// The first of as many ids as there are recipients.
  public var firstDelivery: CampaignDeliveryID
  public var sentAt: Timestamp

  public init(campaignID: CampaignID, newsletterIDs: [NewsletterID], firstDelivery: CampaignDeliveryID, sentAt: Timestamp) {
    self.campaignID = campaignID
    self.newsletterIDs = newsletterIDs
    self.firstDelivery = firstDelivery
    self.sentAt = sentAt
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    let campaign = try session.load(Campaign.self, campaignID)
    try Campaign.checkTakingOver(campaignID, campaign)
    let keys = newsletterIDs.map { DeliveryKey(campaignID, $0) }
    try session.prepare(Subscriber.self, newsletterIDs)
    try session.prepare(CampaignDelivery.self, keys)
    var totals = campaign.totals
    for (index, key) in keys.enumerated() {
      guard try session.load(Subscriber.self, key.newsletterID).existence != .missing else {
        throw SubscriberRejection.notFound(key.newsletterID)
      }
      let row = MailRow(
        id: CampaignDeliveryID(firstDelivery.rawValue + Int64(index)), campaignID: campaignID, newsletterID: key.newsletterID)
      let before = try session.load(CampaignDelivery.self, key)
      let events = CampaignDelivery.takeOver(row, before)
      try session.record(events, on: CampaignDelivery.self, key, occurredAt: sentAt)
      CampaignDelivery.count(events, before: before, into: &totals)
    }
    let count = totals.recipients - campaign.totals.recipients
    try session.record(Campaign.count(campaignID, totals, campaign), on: Campaign.self, campaignID, occurredAt: sentAt)
    return Affected(count: count)
  }
}
