public import EventSourcing
public import JSON

/// What is tidied up with time; the payload of the timers of newsletters.
public enum NewsletterTimer: JSONCodable, Hashable {
  /// A campaign that was sent long ago leaves the lists.
  case campaign(CampaignID)
  /// With what, and from where, a mail was read is nobody's business any more.
  case tracking(DeliveryKey)
  /// The bounces of a subscriber are too old to count.
  case bounces(NewsletterID)

  /// How long it takes until then.
  public var delay: Duration {
    switch self {
    case .campaign: .seconds(365 * 86_400)
    case .tracking: .seconds(90 * 86_400)
    case .bounces: .seconds(180 * 86_400)
    }
  }

  /// The payload's field `do`.
  public var action: String {
    switch self {
    case .campaign: Action.campaign.rawValue
    case .tracking: Action.tracking.rawValue
    case .bounces: Action.bounces.rawValue
    }
  }

  enum Action: String, Sendable, CaseIterable {
    case campaign = "delete_old_campaign"
    case tracking = "erase_mail_tracking"
    case bounces = "forget_old_bounces"
  }

  /// Whether a timer with this in its field `do` is one of these.
  public static func isAction(_ name: String) -> Bool { Action(rawValue: name) != nil }

  /// The stream that it is about.
  public var stream: StreamName {
    switch self {
    case .campaign(let id): Campaign.stream(id)
    case .tracking(let key): CampaignDelivery.stream(key)
    case .bounces(let id): Subscriber.stream(id)
    }
  }

  var name: String {
    switch self {
    case .campaign: "newsletters-age-\(stream)"
    case .tracking: "newsletters-tracking-\(stream)"
    case .bounces: "newsletters-bounces-\(stream)"
    }
  }

  public init(from json: inout JSONObjectReader) throws {
    self =
      switch try json.name("do") as Action {
      case .campaign: .campaign(try json.id("campaign_id"))
      case .tracking: .tracking(DeliveryKey(try json.id("campaign_id"), try json.id("newsletter_id")))
      case .bounces: .bounces(try json.id("newsletter_id"))
      }
  }

  public func encode(to json: inout JSONWriter) {
    switch self {
    case .campaign(let id):
      json.field("do", name: Action.campaign)
      json.field("campaign_id", id)
    case .tracking(let key):
      json.field("do", name: Action.tracking)
      json.field("campaign_id", key.campaignID)
      json.field("newsletter_id", key.newsletterID)
    case .bounces(let id):
      json.field("do", name: Action.bounces)
      json.field("newsletter_id", id)
    }
  }
}

/// A timer of newsletters has fired. Nothing happens where nothing is left to be tidied up.
public struct TidyNewsletters: Command {
  public var what: NewsletterTimer
  /// The setting that has fired.
  public var timer: DueTimer

  public init(_ what: NewsletterTimer, timer: DueTimer) {
    self.what = what
    self.timer = timer
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    switch what {
    case .campaign(let id):
      let state = try session.load(Campaign.self, id)
      try session.record(Campaign.age(id, state), on: Campaign.self, id)
    case .tracking(let key):
      let state = try session.load(CampaignDelivery.self, key)
      try session.record(CampaignDelivery.eraseTracking(state), on: CampaignDelivery.self, key)
    case .bounces(let id):
      let state = try session.load(Subscriber.self, id)
      try session.record(Subscriber.forgetBounces(id, state), on: Subscriber.self, id)
    }
    session.cancelTimer(timer.name, setting: timer.setting)
    return NoAnswer()
  }
}

extension DecisionSession {
  /// Sets when something is tidied up.
  mutating func plan(_ what: NewsletterTimer) {
    setTimer(what.name, due: .at(now + what.delay), payload: what)
  }
}
