public import FoundationEssentials

/// What the writer believes about a stream.
public enum ExpectedVersion: Hashable, Sendable {
  /// Nothing.
  case any
  /// The stream has no event.
  case noStream
  /// The stream has at least one event.
  case streamExists
  /// The stream is at this version, and its last event came from the decision with this token.
  /// The token is nil only for version 0.
  case exactly(StreamVersion, DecisionToken?)
}

/// An event to be written.
public struct EventData: Hashable, Sendable {
  public var type: String
  /// Counted from 1.
  public var schemaVersion: Int
  public var isPublic: Bool
  /// Whose key encrypts the personal part of the payload.
  public var subject: SubjectID?
  /// One JSON object, kept byte for byte.
  public var payload: [UInt8]
  /// When it happened, by the decision; feeds the rows.
  public var occurredAt: Timestamp

  public init(type: String, schemaVersion: Int = 1, isPublic: Bool, subject: SubjectID? = nil, payload: [UInt8], occurredAt: Timestamp) {
    self.type = type
    self.schemaVersion = schemaVersion
    self.isPublic = isPublic
    self.subject = subject
    self.payload = payload
    self.occurredAt = occurredAt
  }
}

/// Where a command came from; stored with each of its events.
public struct CommandContext: Hashable, Sendable {
  /// Shared by everything that follows from one request.
  public var correlationID: UUID?
  /// The event or message that caused the command.
  public var causationID: UUID?
  /// Who asked: `user-42`, or the name of a process.
  public var actor: String?
  /// [W3C Trace Context](https://www.w3.org/TR/trace-context/), as it came in.
  public var traceparent: String?

  public init(correlationID: UUID? = nil, causationID: UUID? = nil, actor: String? = nil, traceparent: String? = nil) {
    self.correlationID = correlationID
    self.causationID = causationID
    self.actor = actor
    self.traceparent = traceparent
  }
}

/// An event as it stands in the log.
public struct RecordedEvent: Hashable, Sendable {
  public var position: Position
  public var stream: StreamName
  /// The event's place in its stream, from 1.
  public var version: StreamVersion
  /// UUIDv5 of the command id and the event's index in the command.
  public var id: UUID
  public var type: String
  public var schemaVersion: Int
  public var isPublic: Bool
  public var subject: SubjectID?
  public var payload: [UInt8]
  public var context: CommandContext
  public var commandID: CommandID
  public var token: DecisionToken
  public var occurredAt: Timestamp
  /// The database's clock when the group was written; never before its predecessor's.
  public var recordedAt: Timestamp

  public init(
    position: Position, stream: StreamName, version: StreamVersion, id: UUID, type: String, schemaVersion: Int, isPublic: Bool,
    subject: SubjectID?, payload: [UInt8], context: CommandContext, commandID: CommandID, token: DecisionToken,
    occurredAt: Timestamp, recordedAt: Timestamp
  ) {
    self.position = position
    self.stream = stream
    self.version = version
    self.id = id
    self.type = type
    self.schemaVersion = schemaVersion
    self.isPublic = isPublic
    self.subject = subject
    self.payload = payload
    self.context = context
    self.commandID = commandID
    self.token = token
    self.occurredAt = occurredAt
    self.recordedAt = recordedAt
  }
}

/// The part of an append that concerns one stream.
public struct StreamAppend: Hashable, Sendable {
  public var stream: StreamName
  public var expected: ExpectedVersion
  /// May be empty: then only the expectation counts.
  public var events: [EventData]

  public init(stream: StreamName, expected: ExpectedVersion, events: [EventData]) {
    self.stream = stream
    self.expected = expected
    self.events = events
  }
}

/// Taking or giving back a name that at most one stream may hold.
public enum ClaimChange: Hashable, Sendable {
  /// - Parameters:
  ///   - key: namespace and value, as in `sku:ABC`. No personal data in clear: e-mail addresses go in as a keyed hash.
  ///   - owner: the stream that holds it from now on. Taking what it already holds is fine.
  case take(key: String, owner: StreamName)
  /// Gives a name back; nothing happens when the owner does not hold it.
  case release(key: String, owner: StreamName)
}

/// When a timer is due.
public enum TimerDue: Hashable, Sendable {
  case at(Timestamp)
  /// Counted by the database's clock from the moment of the append.
  case after(Duration)
}

/// Setting or cancelling a timer, together with the events of the append.
public enum TimerChange: Hashable, Sendable {
  /// Sets or moves the timer with this name. The payload is one JSON object and says what to do when it fires.
  case set(name: String, due: TimerDue, payload: [UInt8])
  /// Cancels a timer; nothing happens when there is none.
  /// - Parameter setting: `DueTimer.setting` of the one that fired: a timer set again meanwhile stays. Nil for whatever is set.
  case cancel(name: String, setting: Position? = nil)
}

/// How a repeated command is recognised.
public enum Idempotency: Hashable, Sendable {
  /// A client's key: the answer is stored for `keep` and given again; other content under the same key is refused.
  /// - Parameter requestHash: SHA-256 over what was asked.
  case client(requestHash: [UInt8], keep: Duration)
  /// Follows from something recorded, or was made for once: recognised by its first event alone, for ever.
  case derived
}

/// One command's outcome, written whole or not at all.
public struct Append: Hashable, Sendable {
  public var commandID: CommandID
  public var idempotency: Idempotency
  /// Each stream at most once.
  public var streams: [StreamAppend]
  public var claims: [ClaimChange]
  public var timers: [TimerChange]
  public var context: CommandContext
  public var token: DecisionToken
  /// What a repetition is answered; stored for client commands. One JSON object.
  public var answer: [UInt8]?
  /// Only judges: nothing is stored. Confirms that a refusal was decided on a state that really was.
  public var checkOnly: Bool

  public init(
    commandID: CommandID = CommandID(), idempotency: Idempotency = .derived, streams: [StreamAppend], claims: [ClaimChange] = [],
    timers: [TimerChange] = [], context: CommandContext = CommandContext(), token: DecisionToken = DecisionToken(),
    answer: [UInt8]? = nil, checkOnly: Bool = false
  ) {
    self.commandID = commandID
    self.idempotency = idempotency
    self.streams = streams
    self.claims = claims
    self.timers = timers
    self.context = context
    self.token = token
    self.answer = answer
    self.checkOnly = checkOnly
  }
}

/// What an accepted append, or the repetition of one, is told.
public struct AppendResult: Hashable, Sendable {
  /// The position of the last event; the head of the log when no event was written.
  public var position: Position
  /// The version of each stream after the append, in the order of `Append.streams`; of a repetition, as it was then.
  public var versions: [StreamVersion]
  /// True when the command had been carried out before and nothing was written now.
  public var isDuplicate: Bool
  /// The answer stored with the first run; only for repetitions of client commands.
  public var answer: [UInt8]?

  public init(position: Position, versions: [StreamVersion], isDuplicate: Bool, answer: [UInt8]? = nil) {
    self.position = position
    self.versions = versions
    self.isDuplicate = isDuplicate
    self.answer = answer
  }
}

/// An error that tells whether trying again may help.
public protocol RetryableError: Error {
  /// Whether the same request may succeed later, as it is: the other side was out of reach, overloaded, or changed under it.
  var isTransient: Bool { get }
}

/// Why an append was not accepted. Nothing of it was written.
public enum AppendError: Error, Hashable, Sendable {
  /// The stream stands elsewhere, or its last event came from another decision than the expected one.
  case wrongExpectedVersion(stream: StreamName, expected: ExpectedVersion, actual: StreamVersion)
  /// Another stream holds the name.
  case claimTaken(key: String, owner: StreamName)
  /// The same command id came before with other content.
  case commandIDReused
  /// The command was carried out, but its stored answer has expired.
  case commandIDSpent
  /// The data was refused: `reason` is for logs, never for clients.
  case invalid(reason: String)
  /// The log cannot be reached or did not answer in time. The append may or may not have been written:
  /// sending it again under the same command id is safe.
  case unavailable(reason: String)
}

extension AppendError: RetryableError {
  public var isTransient: Bool {
    if case .unavailable = self { true } else { false }
  }
}
