public import EventSourcing
public import JSON

/// Marks a mail before it is sent.
public struct MarkTransactionalMail: Command {
  public var key: MailKey
  /// Tells one run of a sender from all others.
  public var sender: String

  public init(_ key: MailKey, sender: String) {
    self.key = key
    self.sender = sender
  }

  public func decide(in session: inout DecisionSession) throws -> TransactionalMailAnswer {
    let state = try session.load(TransactionalMail.self, key)
    try session.record(TransactionalMail.mark(key, sender: sender, state), on: TransactionalMail.self, key)
    if state.status == .putOff { session.cancelTimer(MailTimer.name(key)) }
    return TransactionalMailAnswer(try session.load(TransactionalMail.self, key))
  }
}

/// Writes down what became of a marked mail, or that there is none to send. One that asks a subscriber to confirm, or welcomes him, counts
/// on him when it bounces, as a campaign's mail does.
public struct SettleTransactionalMail: Command {
  public var key: MailKey
  public var outcome: MailOutcome

  public init(_ key: MailKey, _ outcome: MailOutcome) {
    self.key = key
    self.outcome = outcome
  }

  public func decide(in session: inout DecisionSession) throws -> TransactionalMailAnswer {
    let state = try session.load(TransactionalMail.self, key)
    let events = TransactionalMail.settle(outcome, key, now: session.now, state)
    try session.record(events, on: TransactionalMail.self, key)
    for case .putOff(let event) in events {
      session.setTimer(MailTimer.name(key), due: .at(event.retryAt), payload: MailTimer(mail: key))
    }
    if state.status == .putOff, !events.isEmpty { session.cancelTimer(MailTimer.name(key)) }
    if case .bounced(let kind, _) = outcome, !events.isEmpty, let subscriber = key.subscriber {
      try session.recordBounce(kind, of: subscriber)
    }
    return TransactionalMailAnswer(try session.load(TransactionalMail.self, key))
  }
}

extension MailKey {
  /// Who is to confirm by the mail that he wants the newsletter, or is welcomed by it; nil for other mails.
  fileprivate var subscriber: NewsletterID? {
    cause.category == Subscriber.category ? Int64(cause.id).map { NewsletterID($0) } : nil
  }
}

/// Where a mail stands after a command.
public struct TransactionalMailAnswer: JSONCodable, Hashable {
  public var status: TransactionalMail.Status
  /// Who marked it last.
  public var sender: String

  init(_ state: TransactionalMail.State) {
    status = state.status
    sender = state.sender
  }

  public init(from json: inout JSONObjectReader) throws {
    status = try json.name("status")
    sender = try json.string("sender")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("status", name: status)
    json.field("sender", sender)
  }
}

/// What the timer of a mail that was put off asks for; its payload.
public struct MailTimer: JSONCodable, Hashable {
  /// The payload's field `do`.
  public static let action = "retry_mail"

  public var mail: MailKey

  init(mail: MailKey) { self.mail = mail }

  static func name(_ key: MailKey) -> String { "mail-\(key)" }

  public init(from json: inout JSONObjectReader) throws {
    mail = try json.object("mail") { try MailKey(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", Self.action)
    json.object("mail") { mail.encode(to: &$0) }
  }
}
