public import EventSourcing
public import JSON

public enum CampaignType: String, Sendable, Hashable, CaseIterable {
  case newsletter, promotional, transactional, announcement
}

/// Where a campaign stands.
public enum CampaignStatus: String, Sendable, Hashable, CaseIterable {
  case draft, scheduled, sending, sent, cancelled, failed

  /// What may be asked of it here.
  public var allowed: [CampaignAction] {
    switch self {
    case .draft: [.change, .schedule, .send, .cancel, .delete]
    case .scheduled: [.send, .cancel]
    case .sending: [.cancel]
    case .cancelled: [.delete]
    case .sent, .failed: []
    }
  }
}

public enum CampaignAction: String, Sendable, Hashable, CaseIterable {
  case change, schedule, send, cancel, delete
}

/// Who receives a campaign, among those who are subscribed and can be reached.
public struct CampaignTargeting: Hashable, Sendable {
  /// Statuses of subscribers; empty for those who are subscribed, who alone ever receive anything.
  public var statuses: [SubscriberStatus]
  /// One of the categories in a subscriber's preferences; empty for all.
  public var categories: [String]
  /// Where the subscription came from; empty for all.
  public var sources: [String]
  /// Whether a single bounce keeps a subscriber out.
  public var excludesBounced: Bool
  /// How many days somebody has been subscribed at least.
  public var minimumSubscribedDays: Int64?
  /// How many bounces a subscriber may have at most, below the limit that keeps him out in any case.
  public var maximumBounceCount: Int64?

  public init(
    statuses: [SubscriberStatus] = [], categories: [String] = [], sources: [String] = [], excludesBounced: Bool = false,
    minimumSubscribedDays: Int64? = nil, maximumBounceCount: Int64? = nil
  ) {
    self.statuses = statuses
    self.categories = categories
    self.sources = sources
    self.excludesBounced = excludesBounced
    self.minimumSubscribedDays = minimumSubscribedDays
    self.maximumBounceCount = maximumBounceCount
  }

  func check() throws(FieldError) {
    let field = "targeting_criteria"
    guard categories.count <= 100, sources.count <= 100 else { throw FieldError(field, .tooLong(maximum: 100)) }
    for text in categories + sources { try TextRules.required(text, field) }
    for number in [minimumSubscribedDays, maximumBounceCount] {
      guard number.map({ (0...36_500).contains($0) }) ?? true else { throw FieldError(field, .outOfRange(minimum: 0, maximum: 36_500)) }
    }
  }
}

extension CampaignTargeting: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    statuses = try json.stringArray("status").compactMap { SubscriberStatus(rawValue: $0) }
    categories = try json.object("preferences") { try $0.stringArray("categories") }
    sources = try json.stringArray("subscription_source")
    excludesBounced = try json.bool("exclude_bounced")
    minimumSubscribedDays = try json.optionalInt64("min_subscribed_days")
    maximumBounceCount = try json.optionalInt64("max_bounce_count")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("status", statuses.map(\.rawValue))
    json.object("preferences") { $0.field("categories", categories) }
    json.field("subscription_source", sources)
    json.field("exclude_bounced", excludesBounced)
    json.field("min_subscribed_days", minimumSubscribedDays)
    json.field("max_bounce_count", maximumBounceCount)
  }
}

/// All that staff says about a campaign.
public struct CampaignContent: Hashable, Sendable {
  /// For staff; at most 255 characters.
  public var name: String
  /// At most 255 characters.
  public var subject: String
  /// HTML; at most 1,000,000 characters.
  public var content: String
  /// Made from the HTML where staff gives none.
  public var plainText: String
  public var type: CampaignType
  /// Nil for everybody who can be sent to.
  public var targeting: CampaignTargeting?
  /// The template that subject and content were taken from.
  public var templateID: EmailTemplateID?
  /// At most 10,000 characters.
  public var notes: String?

  /// - Parameter plainText: nil to make it from the HTML.
  public init(
    name: String, subject: String, content: String, plainText: String? = nil, type: CampaignType = .newsletter,
    targeting: CampaignTargeting? = nil, templateID: EmailTemplateID? = nil, notes: String? = nil
  ) {
    self.name = name
    self.subject = subject
    self.content = content
    self.plainText = plainText ?? HTMLText.plain(content)
    self.type = type
    self.targeting = targeting
    self.templateID = templateID
    self.notes = notes
  }

  func check() throws(FieldError) {
    try TextRules.required(name, "name")
    try TextRules.required(subject, "subject")
    guard !subject.unicodeScalars.contains(where: { $0.value < 32 }) else { throw FieldError("subject", .malformed) }
    try TextRules.required(content, "content", maximum: 1_000_000)
    try TextRules.optional(plainText, "plain_text", maximum: 1_000_000)
    try targeting?.check()
    try TextRules.optional(notes, "notes", maximum: 10_000)
  }
}

extension CampaignContent: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("campaign_name")
    subject = try json.string("subject")
    content = try json.string("content")
    plainText = try json.string("plain_text")
    type = try json.name("campaign_type")
    targeting = try json.optionalObject("targeting_criteria") { try CampaignTargeting(from: &$0) }
    templateID = try json.optionalID("email_template_id")
    notes = try json.optionalString("notes")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_name", name)
    json.field("subject", subject)
    json.field("content", content)
    json.field("plain_text", plainText)
    json.field("campaign_type", name: type)
    if let targeting { json.object("targeting_criteria") { targeting.encode(to: &$0) } }
    json.field("email_template_id", templateID)
    json.field("notes", notes)
  }
}

/// How far a campaign has got: rows, not events, so that each counts once.
public struct CampaignTotals: Hashable, Sendable {
  /// Whom a mail was prepared for.
  public var recipients: Int64 = 0
  public var sent: Int64 = 0
  public var delivered: Int64 = 0
  /// Who opened it at least once.
  public var opened: Int64 = 0
  /// Who followed a link at least once.
  public var clicked: Int64 = 0
  public var bounced: Int64 = 0
  public var unsubscribed: Int64 = 0
  /// Who could not be sent to.
  public var failed: Int64 = 0

  /// Those of a campaign that nobody has received yet.
  public static let zero = CampaignTotals()
}

extension CampaignTotals: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    recipients = try json.int64("total_recipients")
    sent = try json.int64("total_sent")
    delivered = try json.int64("total_delivered")
    opened = try json.int64("total_opened")
    clicked = try json.int64("total_clicked")
    bounced = try json.int64("total_bounced")
    unsubscribed = try json.int64("total_unsubscribed")
    failed = try json.int64("total_failed")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("total_recipients", recipients)
    json.field("total_sent", sent)
    json.field("total_delivered", delivered)
    json.field("total_opened", opened)
    json.field("total_clicked", clicked)
    json.field("total_bounced", bounced)
    json.field("total_unsubscribed", unsubscribed)
    json.field("total_failed", failed)
  }
}
