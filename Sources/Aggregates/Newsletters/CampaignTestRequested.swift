public import EventSourcing
public import JSON

/// Staff wants to see a campaign as a mail, at addresses of their choice.
public struct CampaignTestRequested: Hashable, Sendable {
  public static let type = EventType("CampaignTestRequested", .private)
  /// How many addresses one request names.
  public static let maximumAddresses = 10

  public var campaignID: CampaignID
  /// Whose request it is; the addresses go when he is forgotten.
  public var requestedBy: UserID
  public var addressCount: Int
  public var personal: TestAddresses?

  public var subject: SubjectID { requestedBy.subject }

  /// What tells the mail to one of the addresses from the others.
  /// - Parameter place: of the address, from 0.
  public static func mail(_ place: Int) -> String { "test-\(place + 1)" }

  /// Whether a mail is called as one of these are.
  public static func isMail(_ name: String) -> Bool { (0..<maximumAddresses).contains { mail($0) == name } }
}

extension CampaignTestRequested: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    campaignID = try json.id("campaign_id")
    requestedBy = try json.id("requested_by")
    addressCount = try json.int("address_count")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("campaign_id", campaignID)
    json.field("requested_by", requestedBy)
    json.field("address_count", addressCount)
  }
}

/// The addresses that a campaign is shown to.
public struct TestAddresses: Hashable, Sendable {
  public var emails: [String]
}

extension TestAddresses: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    emails = try json.stringArray("emails")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("emails", emails)
  }
}
