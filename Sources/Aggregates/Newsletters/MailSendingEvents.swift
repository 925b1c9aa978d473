public import EventSourcing
public import JSON

/// A sender begins to hand a mail of a campaign over.
public struct MailMarked: Hashable, Sendable {
  public static let type = EventType("MailMarked", .private)

  public var row: MailRow
  /// Tells one run of a sender from all others.
  public var sender: String
}

extension MailMarked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    sender = try json.string("sender")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("sender", sender)
  }
}

/// The mail server does not take a mail now, or there is none; it has certainly not been sent.
public struct MailPutOff: Hashable, Sendable {
  public static let type = EventType("MailPutOff", .private)

  public var row: MailRow
  /// How often the mail server itself has put this mail off.
  public var deferrals: Int
  public var reason: String
}

extension MailPutOff: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    deferrals = try json.int("deferrals")
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("deferrals", deferrals)
    json.field("reason", reason)
  }
}

/// A mail was handed over, or may have been, and nobody knows whether the mail server has it. It is not sent again by itself.
public struct MailUncertain: Hashable, Sendable {
  public static let type = EventType("MailUncertain", .private)

  public var row: MailRow
  public var reason: String
}

extension MailUncertain: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    row = try MailRow(from: &json)
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    row.encode(to: &json)
    json.field("reason", reason)
  }
}
