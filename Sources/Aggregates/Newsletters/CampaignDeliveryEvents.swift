public import EventSourcing
public import JSON

/// What happens to a campaign's mail to one subscriber (stream `campaigndelivery-<campaign>-<subscriber>`, so that there is one at most).
public enum CampaignDeliveryEvent: AggregateEvent {
  case mailPrepared(MailPrepared)
  case mailMarked(MailMarked)
  case mailPutOff(MailPutOff)
  case mailUncertain(MailUncertain)
  case mailSent(MailSent)
  case mailDelivered(MailDelivered)
  case mailOpened(MailOpened)
  case mailClicked(MailClicked)
  case mailBounced(MailBounced)
  case mailFailed(MailFailed)
  case mailWithdrawn(MailWithdrawn)
  case mailLedToUnsubscribing(MailLedToUnsubscribing)
  case mailTrackingErased(MailTrackingErased)
  case mailImported(MailImported)

  public static let decoder = EventDecoder<CampaignDeliveryEvent>([
    EventCase(MailPrepared.self, CampaignDeliveryEvent.mailPrepared),
    EventCase(MailMarked.self, CampaignDeliveryEvent.mailMarked),
    EventCase(MailPutOff.self, CampaignDeliveryEvent.mailPutOff),
    EventCase(MailUncertain.self, CampaignDeliveryEvent.mailUncertain),
    EventCase(MailSent.self, CampaignDeliveryEvent.mailSent),
    EventCase(MailDelivered.self, CampaignDeliveryEvent.mailDelivered),
    EventCase(MailOpened.self, CampaignDeliveryEvent.mailOpened),
    EventCase(MailClicked.self, CampaignDeliveryEvent.mailClicked),
    EventCase(MailBounced.self, CampaignDeliveryEvent.mailBounced),
    EventCase(MailFailed.self, CampaignDeliveryEvent.mailFailed),
    EventCase(MailWithdrawn.self, CampaignDeliveryEvent.mailWithdrawn),
    EventCase(MailLedToUnsubscribing.self, CampaignDeliveryEvent.mailLedToUnsubscribing),
    EventCase(MailTrackingErased.self, CampaignDeliveryEvent.mailTrackingErased),
    EventCase(MailImported.self, CampaignDeliveryEvent.mailImported),
  ])

  public var payload: any EventPayload {
    switch self {
    case .mailPrepared(let event): event
    case .mailMarked(let event): event
    case .mailPutOff(let event): event
    case .mailUncertain(let event): event
    case .mailSent(let event): event
    case .mailDelivered(let event): event
    case .mailOpened(let event): event
    case .mailClicked(let event): event
    case .mailBounced(let event): event
    case .mailFailed(let event): event
    case .mailWithdrawn(let event): event
    case .mailLedToUnsubscribing(let event): event
    case .mailTrackingErased(let event): event
    case .mailImported(let event): event
    }
  }
}

/// A mail of a campaign, by campaign and subscriber.
public struct DeliveryKey: Hashable, Sendable, CustomStringConvertible {
  public var campaignID: CampaignID
  public var newsletterID: NewsletterID

  public init(_ campaignID: CampaignID, _ newsletterID: NewsletterID) {
    self.campaignID = campaignID
    self.newsletterID = newsletterID
  }

  /// The part of the stream's name after the category.
  public var description: String { "\(campaignID)-\(newsletterID)" }
}

/// Where a mail stands in its row: id and key.
public struct MailRow: Hashable, Sendable {
  public var id: CampaignDeliveryID
  public var campaignID: CampaignID
  public var newsletterID: NewsletterID
}

extension MailRow: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("delivery_id")
    campaignID = try json.id("campaign_id")
    newsletterID = try json.id("newsletter_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("delivery_id", id)
    json.field("campaign_id", campaignID)
    json.field("newsletter_id", newsletterID)
  }
}

/// A mail is to be sent.
public struct MailPrepared: Hashable, Sendable {
  public static let type = EventType("MailPrepared", .private)

  public var row: MailRow
}

extension MailPrepared: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
  }
}

/// A mail was handed to the mail server.
public struct MailSent: Hashable, Sendable {
  public static let type = EventType("MailSent", .public)

  public var row: MailRow
  public var mailSubject: String
  public var personal: SubscriberEmail?

  public var subject: SubjectID { row.newsletterID.subject }
}

extension MailSent: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    mailSubject = try json.string("subject")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("subject", mailSubject)
  }
}

/// The subscriber's mail server took a mail.
public struct MailDelivered: Hashable, Sendable {
  public static let type = EventType("MailDelivered", .private)

  public var row: MailRow
}

extension MailDelivered: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
  }
}

/// A mail was opened.
public struct MailOpened: Hashable, Sendable {
  public static let type = EventType("MailOpened", .public)

  public var row: MailRow
  /// How often since the beginning.
  public var openCount: Int64
  /// The status since; an opening after a click does not lower it.
  public var status: MailStatus
  public var personal: MailReader?

  public var subject: SubjectID { row.newsletterID.subject }
}

extension MailOpened: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    openCount = try json.int64("open_count")
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("open_count", openCount)
    json.field("status", name: status)
  }
}

/// A link of a mail was followed.
public struct MailClicked: Hashable, Sendable {
  public static let type = EventType("MailClicked", .public)

  public var row: MailRow
  /// How often since the beginning.
  public var clickCount: Int64
  public var personal: MailReader?

  public var subject: SubjectID { row.newsletterID.subject }
}

extension MailClicked: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    clickCount = try json.int64("click_count")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("click_count", clickCount)
  }
}

/// A mail came back.
public struct MailBounced: Hashable, Sendable {
  public static let type = EventType("MailBounced", .public)

  public var row: MailRow
  public var kind: BounceKind
  /// What the mail provider says.
  public var reason: String?
  public var personal: SubscriberEmail?

  public var subject: SubjectID { row.newsletterID.subject }
}

extension MailBounced: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    kind = try json.name("kind")
    reason = try json.optionalString("reason")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("kind", name: kind)
    json.field("reason", reason)
  }
}

/// A mail could not be sent.
public struct MailFailed: Hashable, Sendable {
  public static let type = EventType("MailFailed", .private)

  public var row: MailRow
  public var reason: String?
}

extension MailFailed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    reason = try json.optionalString("reason")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("reason", reason)
  }
}

/// A mail that had not been sent is not sent: its campaign was cancelled.
public struct MailWithdrawn: Hashable, Sendable {
  public static let type = EventType("MailWithdrawn", .private)

  public var row: MailRow
}

extension MailWithdrawn: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
  }
}

/// A mail made its reader leave; counted once.
public struct MailLedToUnsubscribing: Hashable, Sendable {
  public static let type = EventType("MailLedToUnsubscribing", .private)

  public var row: MailRow
}

extension MailLedToUnsubscribing: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
  }
}

/// It is shown no longer with what, and from where, a mail was read.
public struct MailTrackingErased: Hashable, Sendable {
  public static let type = EventType("MailTrackingErased", .private)

  public var row: MailRow
}

extension MailTrackingErased: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
  }
}

/// Another system had sent a mail, at the time of this event; what became of it is not known.
public struct MailImported: Hashable, Sendable {
  public static let type = EventType("MailImported", .private)

  public var row: MailRow
}

extension MailImported: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
  }
}
