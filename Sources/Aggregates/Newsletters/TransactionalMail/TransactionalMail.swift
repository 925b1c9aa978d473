public import EventSourcing

/// A mail that follows from an event (stream `mail-<cause>.<version>.<template>`), sent once:
///
///     ─▶ marked ─▶ sent        marked ─▶ put off ─▶ marked …        marked ─▶ refused        ─▶ omitted
///           └▶ uncertain ─▶ sent
///
/// It is marked before it is handed to the mail server. Whoever finds it marked by somebody who is gone cannot know whether it was taken:
/// it is uncertain then, and never sent again by itself.
public enum TransactionalMail: Aggregate {
  public typealias Event = TransactionalMailEvent
  public static let category = "mail"
  public static let initialState = State()
  /// How long a mail waits that the server put off, after each try; after the last of them it is given up.
  public static let pauses: [Duration] = [.seconds(60), .seconds(300), .seconds(1_800), .seconds(7_200), .seconds(43_200)]

  public struct State: Hashable, Sendable {
    public var status = Status.new
    /// How often it was marked.
    public var attempts = 0
    /// Who marked it last.
    public var sender = ""
  }

  public enum Status: String, Sendable, Hashable {
    case new, marked, sent, putOff, refused, omitted, uncertain

    /// Whether nothing more will happen by itself.
    public var isFinal: Bool { self != .new && self != .marked && self != .putOff }
  }

  public static func evolve(_ state: inout State, _ event: TransactionalMailEvent) {
    switch event {
    case .marked(let event):
      state.status = .marked
      state.attempts = event.attempt
      state.sender = event.sender
    case .sent: state.status = .sent
    case .putOff: state.status = .putOff
    case .refused: state.status = .refused
    case .omitted: state.status = .omitted
    case .uncertain: state.status = .uncertain
    }
  }

  // MARK: Decisions

  /// Marks a mail, unless it has been sent or given up; says that it is uncertain where another sender left it marked.
  static func mark(_ key: MailKey, sender: String, _ state: State) -> [Event] {
    switch state.status {
    case .new, .putOff: [.marked(TransactionalMailMarked(mail: key, attempt: state.attempts + 1, sender: sender))]
    case .marked where state.sender != sender:
      [.uncertain(TransactionalMailUncertain(mail: key, reason: "its sender ended while it had it"))]
    case .marked, .sent, .refused, .omitted, .uncertain: []
    }
  }

  /// What became of a marked mail. An uncertain one may turn out to have been sent; everything else is final.
  static func settle(_ outcome: MailOutcome, _ key: MailKey, now: Timestamp, _ state: State) -> [Event] {
    switch (state.status, outcome) {
    case (.marked, .sent), (.uncertain, .sent): [.sent(TransactionalMailSent(mail: key))]
    case (.marked, .refused(let reason)), (.marked, .bounced(_, let reason)):
      [.refused(TransactionalMailRefused(mail: key, reason: cut(reason)))]
    case (.marked, .uncertain(let reason)): [.uncertain(TransactionalMailUncertain(mail: key, reason: cut(reason)))]
    case (.marked, .putOff(let reason)):
      if state.attempts <= pauses.count {
        [
          .putOff(
            TransactionalMailPutOff(
              mail: key, attempt: state.attempts, reason: cut(reason), retryAt: now + pauses[state.attempts - 1]))
        ]
      } else {
        [.refused(TransactionalMailRefused(mail: key, reason: cut(reason)))]
      }
    case (.new, .omitted(let reason)), (.putOff, .omitted(let reason)), (.marked, .omitted(let reason)):
      [.omitted(TransactionalMailOmitted(mail: key, reason: cut(reason)))]
    default: []
    }
  }

  private static func cut(_ reason: String) -> String { String(reason.prefix(500)) }
}

/// What became of an attempt to send a mail. Reasons hold nobody's personal data.
public enum MailOutcome: Sendable, Hashable {
  case sent
  /// For good, because of the mail or of who sends it.
  case refused(reason: String)
  /// For good, because of the recipient's address or mailbox.
  case bounced(BounceKind, reason: String)
  /// For now.
  case putOff(reason: String)
  /// Nobody knows whether the mail server has it.
  case uncertain(reason: String)
  /// There is nobody to send it to, or nothing to send.
  case omitted(reason: String)
}
