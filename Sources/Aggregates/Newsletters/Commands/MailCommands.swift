public import EventSourcing
public import JSON

/// Notes what is reported of a mail, on the mail, in its campaign's totals and, for a bounce, on the subscriber. Each thing counts once,
/// openings and clicks apart.
public struct ReportMail: Command {
  public var key: DeliveryKey
  public var report: MailReport

  public init(_ key: DeliveryKey, _ report: MailReport) {
    self.key = key
    self.report = report
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    // What is under way when its campaign is cancelled is sent all the same.
    if case .sent = report, try session.load(CampaignDelivery.self, key).sender.isEmpty,
      try session.load(Campaign.self, key.campaignID).status != .sending
    {
      throw CampaignRejection.noSuchMail
    }
    try session.report(report, on: key)
    return NoAnswer()
  }
}

/// Marks a mail before it is handed to the mail server.
public struct MarkMail: Command {
  public var key: DeliveryKey
  /// Tells one run of a sender from all others.
  public var sender: String

  public init(_ key: DeliveryKey, sender: String) {
    self.key = key
    self.sender = sender
  }

  public func decide(in session: inout DecisionSession) throws -> MailMark {
    let before = try session.load(CampaignDelivery.self, key)
    let campaign = try session.load(Campaign.self, key.campaignID)
    let subscriber = try session.load(Subscriber.self, key.newsletterID)
    let events = CampaignDelivery.mark(campaign.status, subscriber, sender: sender, before)
    try session.recordMail(events, on: key, before: before, campaign)
    let state = try session.load(CampaignDelivery.self, key)
    return MailMark(isOurs: state.row != nil && state.status == .pending && state.sender == sender)
  }
}

/// Whether a mail is to be handed over by who has just marked it.
public struct MailMark: JSONCodable, Hashable {
  public var isOurs: Bool

  init(isOurs: Bool) { self.isOurs = isOurs }

  public init(from json: inout JSONObjectReader) throws {
    isOurs = try json.bool("is_ours")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("is_ours", isOurs)
  }
}

/// A subscriber complained to his mail provider about a mail: he is taken off.
public struct ReportComplaint: Command {
  public var key: DeliveryKey

  public init(_ key: DeliveryKey) {
    self.key = key
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try session.load(CampaignDelivery.self, key).row != nil else { throw CampaignRejection.noSuchMail }
    return try Unsubscribe(newsletterID: key.newsletterID, reason: .complaint, campaignID: key.campaignID).decide(in: &session)
  }
}

extension DecisionSession {
  /// Records what a report makes of a mail, of its campaign and of its subscriber.
  mutating func report(_ report: MailReport, on key: DeliveryKey) throws {
    let before = try load(CampaignDelivery.self, key)
    let campaign = try load(Campaign.self, key.campaignID)
    let subscriber = try load(Subscriber.self, key.newsletterID)
    // Whoever leaves may name any campaign.
    if report == .unsubscribed, before.row == nil || before.isWithdrawn { return }
    let events = try CampaignDelivery.decide(
      report, email: subscriber.email, subject: campaign.content?.subject ?? "", now: now, before)
    try recordMail(events, on: key, before: before, campaign)
    // A mail that is put off when its campaign has been cancelled was left behind when the others were taken back.
    if campaign.status == .cancelled, try load(CampaignDelivery.self, key).sender.isEmpty, !before.sender.isEmpty {
      try record(CampaignDelivery.withdraw(load(CampaignDelivery.self, key)), on: CampaignDelivery.self, key)
    }
    if case .bounced(let kind, _) = report, !events.isEmpty { try recordBounce(kind, of: key.newsletterID) }
    if !before.isTracked, try load(CampaignDelivery.self, key).isTracked { plan(.tracking(key)) }
  }

  /// Records that a mail to a subscriber came back.
  mutating func recordBounce(_ kind: BounceKind, of id: NewsletterID) throws {
    try record(Subscriber.bounce(id, kind, load(Subscriber.self, id)), on: Subscriber.self, id)
    plan(.bounces(id))
  }

  /// Records what happened to a mail, and what it makes of its campaign's totals.
  fileprivate mutating func recordMail(
    _ events: [CampaignDeliveryEvent], on key: DeliveryKey, before: CampaignDelivery.State, _ campaign: Campaign.State
  ) throws {
    try record(events, on: CampaignDelivery.self, key)
    var totals = campaign.totals
    CampaignDelivery.count(events, before: before, into: &totals)
    try record(Campaign.count(key.campaignID, totals, campaign), on: Campaign.self, key.campaignID)
    if campaign.status != .sent, try load(Campaign.self, key.campaignID).status == .sent { plan(.campaign(key.campaignID)) }
  }
}
