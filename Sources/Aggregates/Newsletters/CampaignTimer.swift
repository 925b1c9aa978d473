public import EventSourcing
public import JSON

/// What the timer of a planned campaign asks for; its payload.
public struct CampaignTimer: JSONCodable, Hashable {
  /// The payload's field `do`.
  public static let action = "start_campaign"

  public var campaignID: CampaignID

  init(_ campaignID: CampaignID) { self.campaignID = campaignID }

  static func name(_ id: CampaignID) -> String { "\(action)-\(id)" }

  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", Self.action)
    json.field("campaign_id", campaignID)
  }
}
