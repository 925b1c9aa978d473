public import EventSourcing
public import JSON

/// What happens to a campaign (stream `campaign-<id>`). What becomes of each mail is told by the streams of deliveries.
public enum CampaignEvent: AggregateEvent {
  case campaignDrafted(CampaignDrafted)
  case campaignChanged(CampaignChanged)
  case campaignScheduled(CampaignScheduled)
  case campaignTestRequested(CampaignTestRequested)
  case campaignMailsPrepared(CampaignMailsPrepared)
  case campaignSendingStarted(CampaignSendingStarted)
  case campaignCounted(CampaignCounted)
  case campaignSent(CampaignSent)
  case campaignFailed(CampaignFailed)
  case campaignCancelled(CampaignCancelled)
  case campaignDeleted(CampaignDeleted)
  case campaignImported(CampaignImported)

  public static let decoder = EventDecoder<CampaignEvent>([
    EventCase(CampaignDrafted.self, CampaignEvent.campaignDrafted),
    EventCase(CampaignChanged.self, CampaignEvent.campaignChanged),
    EventCase(CampaignScheduled.self, CampaignEvent.campaignScheduled),
    EventCase(CampaignTestRequested.self, CampaignEvent.campaignTestRequested),
    EventCase(CampaignMailsPrepared.self, CampaignEvent.campaignMailsPrepared),
    EventCase(CampaignSendingStarted.self, CampaignEvent.campaignSendingStarted),
    EventCase(CampaignCounted.self, CampaignEvent.campaignCounted),
    EventCase(CampaignSent.self, CampaignEvent.campaignSent),
    EventCase(CampaignFailed.self, CampaignEvent.campaignFailed),
    EventCase(CampaignCancelled.self, CampaignEvent.campaignCancelled),
    EventCase(CampaignDeleted.self, CampaignEvent.campaignDeleted),
    EventCase(CampaignImported.self, CampaignEvent.campaignImported),
  ])

  public var payload: any EventPayload {
    switch self {
    case .campaignDrafted(let event): event
    case .campaignChanged(let event): event
    case .campaignScheduled(let event): event
    case .campaignTestRequested(let event): event
    case .campaignMailsPrepared(let event): event
    case .campaignSendingStarted(let event): event
    case .campaignCounted(let event): event
    case .campaignSent(let event): event
    case .campaignFailed(let event): event
    case .campaignCancelled(let event): event
    case .campaignDeleted(let event): event
    case .campaignImported(let event): event
    }
  }
}

/// There is a draft.
public struct CampaignDrafted: Hashable, Sendable {
  public static let type = EventType("CampaignDrafted", .private)

  public var campaignID: CampaignID
  /// Nil for the system.
  public var createdBy: UserID?
  public var content: CampaignContent
}

extension CampaignDrafted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    createdBy = try json.optionalID("created_by")
    content = try CampaignContent(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    json.field("created_by", createdBy)
    content.encode(to: &json)
  }
}

/// A draft got new content; all of it is given.
public struct CampaignChanged: Hashable, Sendable {
  public static let type = EventType("CampaignChanged", .private)

  public var campaignID: CampaignID
  public var content: CampaignContent
}

extension CampaignChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    content = try CampaignContent(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    content.encode(to: &json)
  }
}

/// A campaign is to be sent at a time.
public struct CampaignScheduled: Hashable, Sendable {
  public static let type = EventType("CampaignScheduled", .public)

  public var campaignID: CampaignID
  public var name: String
  public var campaignType: CampaignType
  public var scheduledAt: Timestamp
  /// How many would receive it now.
  public var recipients: Int64
}

extension CampaignScheduled: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    name = try json.string("campaign_name")
    campaignType = try json.name("campaign_type")
    scheduledAt = try json.timestamp("scheduled_at")
    recipients = try json.int64("total_recipients")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    json.field("campaign_name", name)
    json.field("campaign_type", name: campaignType)
    json.field("scheduled_at", scheduledAt)
    json.field("total_recipients", recipients)
  }
}

/// A campaign is to go to these as well: a mail is prepared for each, and will be sent when the campaign is started.
public struct CampaignMailsPrepared: Hashable, Sendable {
  public static let type = EventType("CampaignMailsPrepared", .private)

  public var campaignID: CampaignID
  public var newsletterIDs: [NewsletterID]
}

extension CampaignMailsPrepared: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    newsletterIDs = try json.int64Array("newsletter_ids").map { NewsletterID($0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    json.field("newsletter_ids", newsletterIDs.map(\.rawValue))
  }
}

/// A campaign goes to so many: a mail is prepared for each.
public struct CampaignSendingStarted: Hashable, Sendable {
  public static let type = EventType("CampaignSendingStarted", .private)

  public var campaignID: CampaignID
  public var recipients: Int64
}

extension CampaignSendingStarted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    recipients = try json.int64("total_recipients")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    json.field("total_recipients", recipients)
  }
}

/// More of a campaign's mails were sent, delivered, opened and so on; all totals are given.
public struct CampaignCounted: Hashable, Sendable {
  public static let type = EventType("CampaignCounted", .private)

  public var campaignID: CampaignID
  public var totals: CampaignTotals
}

extension CampaignCounted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    totals = try CampaignTotals(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    totals.encode(to: &json)
  }
}

/// Nobody is left whom a campaign has to be sent to.
public struct CampaignSent: Hashable, Sendable {
  public static let type = EventType("CampaignSent", .public)

  public var campaignID: CampaignID
  public var name: String
  public var recipients: Int64
  public var sent: Int64
  public var failed: Int64
}

extension CampaignSent: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    name = try json.string("campaign_name")
    recipients = try json.int64("total_recipients")
    sent = try json.int64("total_sent")
    failed = try json.int64("total_failed")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    json.field("campaign_name", name)
    json.field("total_recipients", recipients)
    json.field("total_sent", sent)
    json.field("total_failed", failed)
  }
}

/// A campaign could be sent to nobody.
public struct CampaignFailed: Hashable, Sendable {
  public static let type = EventType("CampaignFailed", .private)

  public var campaignID: CampaignID
}

extension CampaignFailed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
  }
}

/// A campaign is not sent, or not sent on.
public struct CampaignCancelled: Hashable, Sendable {
  public static let type = EventType("CampaignCancelled", .private)

  public var campaignID: CampaignID
  public var previousStatus: CampaignStatus
}

extension CampaignCancelled: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    previousStatus = try json.name("previous_status")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    json.field("previous_status", name: previousStatus)
  }
}

/// A campaign that was never sent was deleted; its row is kept for history.
public struct CampaignDeleted: Hashable, Sendable {
  public static let type = EventType("CampaignDeleted", .private)

  public var campaignID: CampaignID
}

extension CampaignDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
  }
}

/// Another system had sent a campaign, at the time of this event. It is history: nothing follows from it.
public struct CampaignImported: Hashable, Sendable {
  public static let type = EventType("CampaignImported", .private)

  public var campaignID: CampaignID
  public var content: CampaignContent
}

extension CampaignImported: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    content = try CampaignContent(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    content.encode(to: &json)
  }
}
