import EventSourcing
import JSON

/// The contents of an `InMemoryEventLog`, and the rules by which an append is accepted.
struct InMemoryLogState {
  typealias Completion = @Sendable (Result<AppendResult, AppendError>) -> Void
  typealias Told = (completion: Completion, result: Result<AppendResult, AppendError>)

  /// What is stored of a client's command.
  struct StoredCommand {
    var requestHash: [UInt8]
    var answer: [UInt8]?
    var position: Position
    var expiresAt: Timestamp
  }

  /// Who may run something. Kept for ever, so that an epoch never comes twice.
  struct Lease {
    /// Nil: given back.
    var holder: String?
    var epoch: Int64
    var expiresAt: Timestamp
  }

  var now: Timestamp
  var events: [RecordedEvent] = []
  /// Positions by stream and version.
  var streams: [StreamName: [Int]] = [:]
  /// The position of the last event of each command that wrote any.
  var lastPositions: [CommandID: Position] = [:]
  var commands: [CommandID: StoredCommand] = [:]
  var claims: [String: StreamName] = [:]
  var timers: [String: DueTimer] = [:]
  var snapshots: [StreamName: Snapshot] = [:]
  var nextIDs: [String: Int64] = [:]
  var keys: [SubjectID: SubjectKey] = [:]
  var forgotten: Set<SubjectID> = []
  var leases: [String: Lease] = [:]
  var subscriptions: [String: (position: Position, epoch: Int64)] = [:]

  /// A turn that was asked for.
  struct Turn {
    var tails: [StreamTail]
    var limit: Int
    var decide: @Sendable ([StreamName: [RecordedEvent]]) -> Void
    var end: CheckedContinuation<Result<Void, AppendError>, Never>
  }

  var waiting: [(Append, Completion)] = []
  var turns: [Turn] = []
  var refusedTurns = 0
  var isHeld = false
  var lostAnswers: [Bool] = []
  var groups = 0
  var judged = 0

  init(now: Timestamp) {
    self.now = now
  }

  var head: Position { Position(Int64(events.count)) }

  /// The events of a stream after a version, oldest first.
  func read(_ stream: StreamName, after version: StreamVersion, limit: Int) -> [RecordedEvent] {
    streams[stream, default: []].dropFirst(Int(version.rawValue)).prefix(limit).map { events[$0 - 1] }
  }

  mutating func judgeAll() -> [Told] {
    guard !waiting.isEmpty else { return [] }
    let group = waiting
    waiting = []
    groups += 1
    judged += group.count
    return group.map { append, completion in
      guard !lostAnswers.isEmpty else { return (completion, result(of: append)) }
      if lostAnswers.removeFirst() { _ = result(of: append) }
      return (completion, .failure(.unavailable(reason: "the answer was lost")))
    }
  }

  private mutating func result(of append: Append) -> Result<AppendResult, AppendError> {
    do {
      return .success(try judge(append))
    } catch {
      return .failure(error)
    }
  }

  /// A repetition is recognised first, then expectations are looked at, then claims; all on the state before the append.
  private mutating func judge(_ append: Append) throws(AppendError) -> AppendResult {
    try checkData(append)
    if let repetition = try repetition(of: append) { return repetition }
    for part in append.streams { try check(part) }
    for claim in append.claims {
      if case .take(let key, let owner) = claim, let holder = claims[key], holder != owner {
        throw .claimTaken(key: key, owner: holder)
      }
    }
    if !append.checkOnly { write(append) }
    return AppendResult(
      position: append.checkOnly ? head : position(after: append), versions: versions(append, at: head), isDuplicate: false)
  }

  private func position(after append: Append) -> Position {
    lastPositions[append.commandID] ?? head
  }

  // MARK: Repetitions

  private mutating func repetition(of append: Append) throws(AppendError) -> AppendResult? {
    guard case .client(let requestHash, _) = append.idempotency else {
      return lastPositions[append.commandID].map { repeated(append, at: $0, answer: nil) }
    }
    if let stored = commands[append.commandID], stored.expiresAt > now {
      guard stored.requestHash == requestHash else { throw .commandIDReused }
      return repeated(append, at: stored.position, answer: stored.answer)
    }
    if lastPositions[append.commandID] != nil { throw .commandIDSpent }
    return nil
  }

  private func repeated(_ append: Append, at position: Position, answer: [UInt8]?) -> AppendResult {
    AppendResult(position: position, versions: versions(append, at: position), isDuplicate: true, answer: answer)
  }

  /// The versions of an append's streams as they were at a position.
  private func versions(_ append: Append, at position: Position) -> [StreamVersion] {
    append.streams.map { part in
      StreamVersion(Int64(streams[part.stream, default: []].count { $0 <= position.rawValue }))
    }
  }

  // MARK: Expectations

  private func check(_ part: StreamAppend) throws(AppendError) {
    let positions = streams[part.stream, default: []]
    let actual = StreamVersion(Int64(positions.count))
    let isAsExpected =
      switch part.expected {
      case .any: true
      case .noStream: positions.isEmpty
      case .streamExists: !positions.isEmpty
      case .exactly(let version, let token):
        version == actual && (positions.isEmpty || token == nil || token == events[positions[positions.count - 1] - 1].token)
      }
    guard isAsExpected else { throw .wrongExpectedVersion(stream: part.stream, expected: part.expected, actual: actual) }
  }

  // MARK: Data that no log takes

  private func checkData(_ append: Append) throws(AppendError) {
    guard Set(append.streams.map(\.stream)).count == append.streams.count else { throw .invalid(reason: "a stream occurs twice") }
    guard Set(append.claims.map(\.key)).count == append.claims.count else { throw .invalid(reason: "a claim occurs twice") }
    for part in append.streams {
      try checkText(part.stream.rawValue)
      for event in part.events {
        try checkText(event.type)
        guard (1...Int(Int16.max)).contains(event.schemaVersion) else { throw .invalid(reason: "a schema version is out of range") }
        try checkObject(event.payload)
      }
    }
    for claim in append.claims { try checkText(claim.key) }
    for timer in append.timers {
      switch timer {
      case .set(let name, _, let payload):
        try checkText(name)
        try checkObject(payload)
      case .cancel(let name, _): try checkText(name)
      }
    }
    for case let text? in [append.context.actor, append.context.traceparent] { try checkText(text) }
  }

  private func checkText(_ text: String) throws(AppendError) {
    guard !text.isEmpty, !text.utf8.contains(0) else { throw .invalid(reason: "a name is empty or holds U+0000") }
  }

  private func checkObject(_ json: [UInt8]) throws(AppendError) {
    guard case .object = try? JSONValue(parsing: json) else { throw .invalid(reason: "a payload is no JSON object") }
  }

  // MARK: Writing

  private mutating func write(_ append: Append) {
    let recordedAt = max(now, events.last?.recordedAt ?? now)
    var index = 0
    for part in append.streams {
      for event in part.events {
        add(event, at: index, to: part.stream, of: append, recordedAt)
        index += 1
      }
    }
    if index > 0 { lastPositions[append.commandID] = head }
    for claim in append.claims { change(claim) }
    for timer in append.timers { change(timer, recordedAt) }
    if case .client(let requestHash, let keep) = append.idempotency {
      commands[append.commandID] = StoredCommand(
        requestHash: requestHash, answer: append.answer, position: head, expiresAt: recordedAt + keep)
    }
  }

  private mutating func add(_ event: EventData, at index: Int, to stream: StreamName, of append: Append, _ recordedAt: Timestamp) {
    let position = events.count + 1
    events.append(
      RecordedEvent(
        position: Position(Int64(position)), stream: stream, version: StreamVersion(Int64(streams[stream, default: []].count + 1)),
        id: append.commandID.eventID(at: index), type: event.type, schemaVersion: event.schemaVersion, isPublic: event.isPublic,
        subject: event.subject, payload: event.payload, context: append.context, commandID: append.commandID, token: append.token,
        occurredAt: event.occurredAt, recordedAt: recordedAt))
    streams[stream, default: []].append(position)
  }

  private mutating func change(_ claim: ClaimChange) {
    switch claim {
    case .take(let key, let owner): claims[key] = owner
    case .release(let key, let owner): if claims[key] == owner { claims[key] = nil }
    }
  }

  private mutating func change(_ timer: TimerChange, _ recordedAt: Timestamp) {
    switch timer {
    case .set(let name, .at(let due), let payload):
      timers[name] = DueTimer(name: name, dueAt: due, payload: payload, setting: head)
    case .set(let name, .after(let delay), let payload):
      timers[name] = DueTimer(name: name, dueAt: recordedAt + delay, payload: payload, setting: head)
    case .cancel(let name, let setting):
      if setting == nil || timers[name]?.setting == setting { timers[name] = nil }
    }
  }
}

extension ClaimChange {
  /// The name that is taken or given back.
  var key: String {
    switch self {
    case .take(let key, _), .release(let key, _): key
    }
  }
}
