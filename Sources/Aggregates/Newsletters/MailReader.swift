public import EventSourcing
public import JSON

/// Where a mail stands.
public enum MailStatus: String, Sendable, Hashable, CaseIterable {
  case pending, sent, delivered, opened, clicked, bounced, failed
}

/// A link that was followed.
public struct MailClick: Hashable, Sendable {
  /// Counted from 1 within the mail.
  public var id: Int64
  public var url: String
  public var at: Timestamp
  /// What the link said; at most 255 characters.
  public var linkText: String?
}

extension MailClick: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.int64("click_id")
    url = try json.string("url")
    at = try json.timestamp("timestamp")
    linkText = try json.optionalString("link_text")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("click_id", id)
    json.field("url", url)
    json.field("timestamp", at)
    json.field("link_text", linkText)
  }
}

/// Who read a mail, with what, and which links he followed.
public struct MailReader: Hashable, Sendable {
  public var email: String
  public var userAgent: String?
  public var ipAddress: String?
  /// The last 20, oldest first; the last of them is the one an event is about. Empty for an opening.
  public var clicks: [MailClick]

  /// Whether it says with what, or from where, the mail was read.
  var isTracking: Bool { userAgent != nil || ipAddress != nil }
}

extension MailReader: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    email = try json.string("email")
    userAgent = try json.optionalString("user_agent")
    ipAddress = try json.optionalString("ip_address")
    clicks = try json.array("clicks") { try MailClick(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("email", email)
    json.field("user_agent", userAgent)
    json.field("ip_address", ipAddress)
    json.array("clicks", clicks) { $1.encode(to: &$0) }
  }
}

/// What is reported of a mail.
public enum MailReport: Sendable, Hashable {
  /// It was handed to the mail server.
  case sent
  case failed(reason: String?)
  /// The mail server does not take it now, or (not by the server) there is none.
  case putOff(reason: String, byServer: Bool)
  /// Nobody knows whether the mail server has it.
  case uncertain(reason: String)
  case delivered
  /// - Parameters: at most 255 characters each; longer ones are cut.
  case opened(userAgent: String?, ipAddress: String?)
  case clicked(url: String, linkText: String?, userAgent: String?, ipAddress: String?)
  case bounced(BounceKind, reason: String?)
  /// It made its reader leave.
  case unsubscribed
}
