public import EventSourcing

/// Makes a draft. Making the same id again changes nothing.
public struct DraftCampaign: Command {
  /// Drawn before.
  public var campaignID: CampaignID
  public var content: CampaignContent
  /// Nil for the system.
  public var createdBy: UserID?

  public init(campaignID: CampaignID, content: CampaignContent, createdBy: UserID?) {
    self.campaignID = campaignID
    self.content = content
    self.createdBy = createdBy
  }

  public func decide(in session: inout DecisionSession) throws -> Created<CampaignID> {
    let state = try session.load(Campaign.self, campaignID, isNew: true)
    try session.checkTemplate(of: content)
    try session.record(Campaign.draft(campaignID, content, by: createdBy, state), on: Campaign.self, campaignID)
    return Created(campaignID)
  }
}

/// Makes a draft with the content of another campaign, whatever has become of that.
public struct DuplicateCampaign: Command {
  public var sourceID: CampaignID
  /// Drawn before.
  public var campaignID: CampaignID
  /// Nil for the system.
  public var createdBy: UserID?

  public init(sourceID: CampaignID, campaignID: CampaignID, createdBy: UserID?) {
    self.sourceID = sourceID
    self.campaignID = campaignID
    self.createdBy = createdBy
  }

  public func decide(in session: inout DecisionSession) throws -> Created<CampaignID> {
    var content = try Campaign.existing(sourceID, session.load(Campaign.self, sourceID))
    let name = String(String.UnicodeScalarView(content.name.unicodeScalars.prefix(248)))
    content.name = name + " (copy)"
    content.templateID = nil
    return try DraftCampaign(campaignID: campaignID, content: content, createdBy: createdBy).decide(in: &session)
  }
}

/// Gives a draft new content, whole or in part.
public struct ChangeCampaign: Command {
  public var campaignID: CampaignID
  /// What is to become of the content; may run several times.
  public var change: @Sendable (inout CampaignContent) -> Void

  public init(campaignID: CampaignID, change: @escaping @Sendable (inout CampaignContent) -> Void) {
    self.campaignID = campaignID
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Campaign.self, campaignID)
    let old = try Campaign.existing(campaignID, state)
    var content = old
    change(&content)
    if content.templateID != old.templateID { try session.checkTemplate(of: content) }
    try session.record(Campaign.change(campaignID, to: content, state), on: Campaign.self, campaignID)
    return NoAnswer()
  }
}

/// Plans when a draft is sent. Planning the same time again changes nothing.
public struct ScheduleCampaign: Command {
  public var campaignID: CampaignID
  public var scheduledAt: Timestamp
  /// How many would receive it now.
  public var recipients: Int64

  public init(campaignID: CampaignID, scheduledAt: Timestamp, recipients: Int64) {
    self.campaignID = campaignID
    self.scheduledAt = scheduledAt
    self.recipients = recipients
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Campaign.self, campaignID)
    let events = try Campaign.schedule(campaignID, at: scheduledAt, recipients: recipients, now: session.now, state)
    try session.record(events, on: Campaign.self, campaignID)
    if !events.isEmpty { session.setTimer(CampaignTimer.name(campaignID), due: .at(scheduledAt), payload: CampaignTimer(campaignID)) }
    return NoAnswer()
  }
}

/// Begins to send a campaign, to all whom mails are prepared for.
public struct StartCampaign: Command {
  public var campaignID: CampaignID

  public init(campaignID: CampaignID) {
    self.campaignID = campaignID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Campaign.self, campaignID)
    try session.record(Campaign.start(campaignID, state), on: Campaign.self, campaignID)
    if state.status == .scheduled { session.cancelTimer(CampaignTimer.name(campaignID)) }
    return NoAnswer()
  }
}

/// Begins to send a campaign whose time has come, once its mails are prepared. Nothing happens when it was started, cancelled or planned
/// anew meanwhile.
public struct FireCampaignTimer: Command {
  public var campaignID: CampaignID
  public var timer: DueTimer

  public init(campaignID: CampaignID, timer: DueTimer) {
    self.campaignID = campaignID
    self.timer = timer
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Campaign.self, campaignID)
    if state.status == .scheduled, !state.isDeleted, state.scheduledAt == timer.dueAt {
      try session.record(Campaign.startAsPlanned(campaignID, state), on: Campaign.self, campaignID)
    }
    session.cancelTimer(timer.name, setting: timer.setting)
    return NoAnswer()
  }
}

/// Prepares the mails to some of a campaign's recipients, one each, however often it is asked for: before the campaign is started, so that
/// whoever is interrupted begins again.
public struct PrepareMails: Command {
  public var campaignID: CampaignID
  public var newsletterIDs: [NewsletterID]
  /// The first of as many ids as there are recipients.
  public var firstDelivery: CampaignDeliveryID

  public init(campaignID: CampaignID, newsletterIDs: [NewsletterID], firstDelivery: CampaignDeliveryID) {
    self.campaignID = campaignID
    self.newsletterIDs = newsletterIDs
    self.firstDelivery = firstDelivery
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    let campaign = try session.load(Campaign.self, campaignID)
    try Campaign.checkPreparing(campaignID, campaign)
    let keys = newsletterIDs.map { DeliveryKey(campaignID, $0) }
    try session.prepare(CampaignDelivery.self, keys)
    var prepared: [NewsletterID] = []
    for (index, key) in keys.enumerated() {
      let id = CampaignDeliveryID(firstDelivery.rawValue + Int64(index))
      let row = MailRow(id: id, campaignID: campaignID, newsletterID: key.newsletterID)
      let events = CampaignDelivery.prepare(row, try session.load(CampaignDelivery.self, key))
      try session.record(events, on: CampaignDelivery.self, key)
      if !events.isEmpty { prepared.append(key.newsletterID) }
    }
    try session.record(Campaign.prepared(campaignID, prepared, campaign), on: Campaign.self, campaignID)
    return Affected(count: Int64(prepared.count))
  }
}

/// Sends a campaign as it is to a few addresses: no mail of it is counted, and none stands among its recipients.
public struct TestCampaign: Command {
  public var campaignID: CampaignID
  public var emails: [String]
  public var requestedBy: UserID

  public init(campaignID: CampaignID, emails: [String], requestedBy: UserID) {
    self.campaignID = campaignID
    self.emails = emails
    self.requestedBy = requestedBy
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    let state = try session.load(Campaign.self, campaignID)
    try session.record(Campaign.test(campaignID, at: emails, by: requestedBy, state), on: Campaign.self, campaignID)
    return Affected(count: Int64(emails.count))
  }
}

/// Stops a campaign: what has not been sent is not sent. Doing it again changes nothing.
public struct CancelCampaign: Command {
  public var campaignID: CampaignID

  public init(campaignID: CampaignID) {
    self.campaignID = campaignID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Campaign.self, campaignID)
    try session.record(Campaign.cancel(campaignID, state), on: Campaign.self, campaignID)
    if state.status == .scheduled { session.cancelTimer(CampaignTimer.name(campaignID)) }
    return NoAnswer()
  }
}

/// Takes back mails of a cancelled or deleted campaign that were prepared and not sent.
public struct WithdrawMails: Command {
  public var campaignID: CampaignID
  public var newsletterIDs: [NewsletterID]

  public init(campaignID: CampaignID, newsletterIDs: [NewsletterID]) {
    self.campaignID = campaignID
    self.newsletterIDs = newsletterIDs
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    let campaign = try session.load(Campaign.self, campaignID)
    guard campaign.status == .cancelled || campaign.isDeleted else { return Affected(count: 0) }
    let keys = newsletterIDs.map { DeliveryKey(campaignID, $0) }
    try session.prepare(CampaignDelivery.self, keys)
    var count: Int64 = 0
    for key in keys {
      let events = CampaignDelivery.withdraw(try session.load(CampaignDelivery.self, key))
      try session.record(events, on: CampaignDelivery.self, key)
      count += Int64(events.count)
    }
    return Affected(count: count)
  }
}

/// Deletes a draft or a cancelled campaign. Doing it again changes nothing.
public struct DeleteCampaign: Command {
  public var campaignID: CampaignID

  public init(campaignID: CampaignID) {
    self.campaignID = campaignID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Campaign.self, campaignID)
    try session.record(Campaign.delete(campaignID, state), on: Campaign.self, campaignID)
    return NoAnswer()
  }
}

extension DecisionSession {
  /// Makes sure that the template of a campaign is there.
  mutating func checkTemplate(of content: CampaignContent) throws {
    do {
      try requirePresent(EmailTemplate.self, content.templateID, field: "email_template_id")
    } catch ReferenceRejection.invalid(let error) {
      throw CampaignRejection.invalid(error)
    }
  }
}
