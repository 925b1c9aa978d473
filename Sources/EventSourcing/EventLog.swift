/// Which events a reader wants. Several conditions must all hold.
public struct EventFilter: Hashable, Sendable {
  /// Only streams of these categories; nil for all.
  public var categories: [String]?
  /// Only these types; nil for all.
  public var types: [String]?

  public init(categories: [String]? = nil, types: [String]? = nil) {
    self.categories = categories
    self.types = types
  }

  /// Every event that the reader's role may see.
  public static let all = EventFilter()

  public func accepts(_ event: RecordedEvent) -> Bool {
    (categories.map { $0.contains { $0 == event.stream.category } } ?? true) && (types?.contains(event.type) ?? true)
  }
}

/// A part of the log in order.
public struct LogPage: Hashable, Sendable {
  /// Matching events, by position.
  public var events: [RecordedEvent]
  /// Everything up to here has been looked at: where to go on reading. At least the position of the last event.
  public var position: Position

  public init(events: [RecordedEvent], position: Position) {
    self.events = events
    self.position = position
  }
}

/// A stored state of a stream.
public struct Snapshot: Hashable, Sendable {
  public var fingerprint: String
  public var version: StreamVersion
  /// The token of the event at `version`.
  public var token: DecisionToken
  public var state: [UInt8]

  public init(fingerprint: String, version: StreamVersion, token: DecisionToken, state: [UInt8]) {
    self.fingerprint = fingerprint
    self.version = version
    self.token = token
    self.state = state
  }
}

/// A timer whose time has come.
public struct DueTimer: Hashable, Sendable {
  public var name: String
  public var dueAt: Timestamp
  /// One JSON object, as it was set.
  public var payload: [UInt8]
  /// Which setting this is: the position of the append that set it. Firing cancels this one and no later one.
  public var setting: Position

  public init(name: String, dueAt: Timestamp, payload: [UInt8], setting: Position) {
    self.name = name
    self.dueAt = dueAt
    self.payload = payload
    self.setting = setting
  }
}

/// A stream of which a turn reads what is new.
public struct StreamTail: Hashable, Sendable {
  public var stream: StreamName
  /// Events after it are wanted.
  public var after: StreamVersion

  public init(_ stream: StreamName, after: StreamVersion) {
    self.stream = stream
    self.after = after
  }
}

/// The log, and the few facts that must change together with it. Implemented over PostgreSQL and, for tests, in memory;
/// both pass the same conformance suite.
public protocol EventLog: Sendable {
  /// Hands an append over and returns at once; `completion` is called exactly once, from any thread.
  ///
  /// Appends handed over by one process are judged in that order, so a later one may be decided on the predicted outcome of an earlier one.
  func submit(_ append: Append, completion: @escaping @Sendable (Result<AppendResult, AppendError>) -> Void)

  /// Waits until it is this process's turn to write, and lets it decide while no other process can: nothing of theirs is written between
  /// the reading of `tails` and what `decide` hands over. Returns when that has been answered.
  ///
  /// For streams that several processes write to at once: who decides elsewhere may be overtaken again and again, who decides in a turn
  /// is not, and turns are given in the order in which they were asked for. Everybody else waits meanwhile, so `decide` only computes. A
  /// turn that takes too long is ended, and what was handed over in it is judged as if it had been handed over outside of one.
  /// - Parameters:
  ///   - tails: each stream once.
  ///   - limit: of the events of one stream. A stream with as many may have more.
  ///   - decide: is called at most once, from any thread, with the new events of each stream that has any, oldest first. What it hands
  ///     over by `submit` is judged before what this process had handed over earlier and still waits.
  /// - Throws: `unavailable` when there was no turn; `decide` was not called then.
  func takeTurn(
    reading tails: [StreamTail], limit: Int, decide: @escaping @Sendable ([StreamName: [RecordedEvent]]) -> Void
  ) async throws(AppendError)

  /// The events of a stream after a version, oldest first; at most `limit`. Empty when there are none.
  func readStream(_ stream: StreamName, after version: StreamVersion, limit: Int) async throws -> [RecordedEvent]

  /// The events after a position that match, by position; at most `limit`.
  func readLog(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage

  /// Reads a stretch of the log in order: for rebuilds and for whoever follows from far behind. Where a log has a faster way than
  /// `readLog`, this is it; otherwise it reads pages.
  /// - Parameters:
  ///   - position: the events begin after it.
  ///   - end: the last position to read, not beyond the head.
  ///   - body: gets the matching events by position, in batches of at most some thousands and never an empty one. What it throws ends the
  ///     reading and is rethrown.
  func readBulk(
    after position: Position, through end: Position, filter: EventFilter, _ body: ([RecordedEvent]) async throws -> Void
  ) async throws

  /// The position of the last event; 0 for an empty log.
  func head() async throws -> Position

  /// As `readLog`, for those who follow the log, since many of one process may share what was read. It may be behind the head: what was
  /// appended before the call can be missing, and the page's position says how far was looked.
  func readTail(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage

  /// Returns when an event that matches is behind a position, or when the time is over, whichever comes first. May return early.
  func waitForEvents(after position: Position, matching filter: EventFilter, timeout: Duration) async

  /// The newest snapshot of a stream that a fold with this fingerprint made, if any.
  func snapshot(of stream: StreamName, fingerprint: String) async throws -> Snapshot?

  /// Stores a snapshot in place of an older one; a newer one stays.
  func saveSnapshot(_ snapshot: Snapshot, of stream: StreamName) async throws

  /// The stream that holds a claimed name.
  func claimOwner(_ key: String) async throws -> StreamName?

  /// The first of `count` consecutive numbers that nobody else gets. A kind starts at 1,000; gaps are possible.
  func nextIDs(_ kind: String, count: Int) async throws -> Int64

  /// Timers that are due by the log's clock, earliest first. They stay until an append cancels or moves them.
  func dueTimers(limit: Int) async throws -> [DueTimer]

  /// The keys of these subjects that exist. With `create`, missing ones are made, except those of forgotten subjects.
  func subjectKeys(_ subjects: Set<SubjectID>, create: Bool) async throws -> [SubjectID: SubjectKey]
}

extension EventLog {
  public func readTail(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage {
    try await readLog(after: position, filter: filter, limit: limit)
  }

  public func readBulk(
    after position: Position, through end: Position, filter: EventFilter, _ body: ([RecordedEvent]) async throws -> Void
  ) async throws {
    var position = position
    while position < end {
      var page = try await readLog(after: position, filter: filter, limit: 1_000)
      // Nothing is left below the end, which the log has not reached then.
      guard page.position > position else { return }
      page.events.removeAll { $0.position > end }
      if !page.events.isEmpty { try await body(page.events) }
      position = page.position
    }
  }

  /// Appends and waits for the verdict.
  public func append(_ append: Append) async throws(AppendError) -> AppendResult {
    let result: Result<AppendResult, AppendError> = await withCheckedContinuation { continuation in
      submit(append) { continuation.resume(returning: $0) }
    }
    return try result.get()
  }
}
