public import EventSourcing
public import JSON

/// What happens to a mail that follows from an event (stream `mail-<cause>.<version>.<template>`).
public enum TransactionalMailEvent: AggregateEvent {
  case marked(TransactionalMailMarked)
  case sent(TransactionalMailSent)
  case putOff(TransactionalMailPutOff)
  case refused(TransactionalMailRefused)
  case omitted(TransactionalMailOmitted)
  case uncertain(TransactionalMailUncertain)

  public static let decoder = EventDecoder<TransactionalMailEvent>([
    EventCase(TransactionalMailMarked.self, TransactionalMailEvent.marked),
    EventCase(TransactionalMailSent.self, TransactionalMailEvent.sent),
    EventCase(TransactionalMailPutOff.self, TransactionalMailEvent.putOff),
    EventCase(TransactionalMailRefused.self, TransactionalMailEvent.refused),
    EventCase(TransactionalMailOmitted.self, TransactionalMailEvent.omitted),
    EventCase(TransactionalMailUncertain.self, TransactionalMailEvent.uncertain),
  ])

  public var payload: any EventPayload {
    switch self {
    case .marked(let event): event
    case .sent(let event): event
    case .putOff(let event): event
    case .refused(let event): event
    case .omitted(let event): event
    case .uncertain(let event): event
    }
  }
}

/// Which mail: the event that it follows from, and the template that it is made of. There is one of each pair.
public struct MailKey: JSONCodable, Hashable, CustomStringConvertible {
  /// The stream of the event.
  public var cause: StreamName
  public var version: Int64
  /// The template's slug.
  public var template: String

  public init(cause: StreamName, version: Int64, template: String) {
    self.cause = cause
    self.version = version
    self.template = template
  }

  /// Names the mail in the log and, as its Message-ID, everywhere else.
  public var description: String { "\(cause).\(version).\(template)" }

  public init(from json: inout JSONObjectReader) throws {
    cause = StreamName(rawValue: try json.string("cause"))
    version = try json.int64("version")
    template = try json.string("template")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("cause", cause.rawValue)
    json.field("version", version)
    json.field("template", template)
  }
}

/// A sender begins to hand the mail over.
public struct TransactionalMailMarked: Hashable, Sendable {
  public static let type = EventType("TransactionalMailMarked", .private)

  public var mail: MailKey
  /// Counted from 1.
  public var attempt: Int
  /// Tells one run of a sender from all others.
  public var sender: String
}

extension TransactionalMailMarked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    mail = try json.object("mail") { try MailKey(from: &$0) }
    attempt = try json.int("attempt")
    sender = try json.string("sender")
  }

  public func encode(to json: inout JSONWriter) {
    json.object("mail") { mail.encode(to: &$0) }
    json.field("attempt", attempt)
    json.field("sender", sender)
  }
}

/// The mail server has taken it.
public struct TransactionalMailSent: Hashable, Sendable {
  public static let type = EventType("TransactionalMailSent", .private)

  public var mail: MailKey
}

extension TransactionalMailSent: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    mail = try json.object("mail") { try MailKey(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.object("mail") { mail.encode(to: &$0) }
  }
}

/// The mail server does not take it now, or there is none; it has certainly not been sent.
public struct TransactionalMailPutOff: Hashable, Sendable {
  public static let type = EventType("TransactionalMailPutOff", .private)

  public var mail: MailKey
  public var attempt: Int
  public var reason: String
  public var retryAt: Timestamp
}

extension TransactionalMailPutOff: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    mail = try json.object("mail") { try MailKey(from: &$0) }
    attempt = try json.int("attempt")
    reason = try json.string("reason")
    retryAt = try json.timestamp("retry_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.object("mail") { mail.encode(to: &$0) }
    json.field("attempt", attempt)
    json.field("reason", reason)
    json.field("retry_at", retryAt)
  }
}

/// The mail server will not take it, or has put it off too often: the mail bounced.
public struct TransactionalMailRefused: Hashable, Sendable {
  public static let type = EventType("TransactionalMailRefused", .private)

  public var mail: MailKey
  /// The server's codes, such as `550 5.1.1`.
  public var reason: String
}

extension TransactionalMailRefused: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    mail = try json.object("mail") { try MailKey(from: &$0) }
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.object("mail") { mail.encode(to: &$0) }
    json.field("reason", reason)
  }
}

/// There was nobody to send it to (an account that was deleted or forgotten), or no template in use.
public struct TransactionalMailOmitted: Hashable, Sendable {
  public static let type = EventType("TransactionalMailOmitted", .private)

  public var mail: MailKey
  public var reason: String
}

extension TransactionalMailOmitted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    mail = try json.object("mail") { try MailKey(from: &$0) }
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.object("mail") { mail.encode(to: &$0) }
    json.field("reason", reason)
  }
}

/// It was handed over, or may have been, and nobody knows whether the mail server has it. It is not sent again by itself.
public struct TransactionalMailUncertain: Hashable, Sendable {
  public static let type = EventType("TransactionalMailUncertain", .private)

  public var mail: MailKey
  public var reason: String
}

extension TransactionalMailUncertain: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    mail = try json.object("mail") { try MailKey(from: &$0) }
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.object("mail") { mail.encode(to: &$0) }
    json.field("reason", reason)
  }
}
