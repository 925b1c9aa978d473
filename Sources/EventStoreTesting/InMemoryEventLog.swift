import Dispatch
public import EventSourcing
import Synchronization

/// A twin of the PostgreSQL log that keeps everything in memory: the same verdicts, in the same order, without a server.
///
/// Appends are judged in groups, in the order in which they were handed over, and never within `submit`: until then readers
/// do not see them. Its clock stands still unless it is moved, so tests with timers take no time.
public final class InMemoryEventLog: EventLog {
  private let state: Mutex<InMemoryLogState>
  /// Judges groups one after the other and calls completions, as the thread of a connection would.
  private let worker = DispatchQueue(label: "in-memory-event-log")

  /// When the clock of a new log stands, unless said otherwise: 2026-01-01T00:00:00Z.
  public static let defaultStart = Timestamp(rfc3339: "2026-01-01T00:00:00Z")!

  /// - Parameter now: where the clock stands.
  public init(now: Timestamp = InMemoryEventLog.defaultStart) {
    state = Mutex(InMemoryLogState(now: now))
  }

  public func submit(_ append: Append, completion: @escaping @Sendable (Result<AppendResult, AppendError>) -> Void) {
    let isFree = state.withLock { state in
      state.waiting.append((append, completion))
      return !state.isHeld
    }
    if isFree { worker.async { self.runGroup() } }
  }

  public func takeTurn(
    reading tails: [StreamTail], limit: Int, decide: @escaping @Sendable ([StreamName: [RecordedEvent]]) -> Void
  ) async throws(AppendError) {
    let result = await withCheckedContinuation { end in
      state.withLock { $0.turns.append(InMemoryLogState.Turn(tails: tails, limit: limit, decide: decide, end: end)) }
      worker.async { self.runGroup() }
    }
    try result.get()
  }

  public func readStream(_ stream: StreamName, after version: StreamVersion, limit: Int) async throws -> [RecordedEvent] {
    state.withLock { $0.read(stream, after: version, limit: limit) }
  }

  public func readLog(after position: Position, filter: EventFilter, limit: Int) async throws -> LogPage {
    state.withLock { state in
      var page = LogPage(events: [], position: position)
      for event in state.events.dropFirst(Int(position.rawValue)) {
        if page.events.count == limit { break }
        page.position = event.position
        if filter.accepts(event) { page.events.append(event) }
      }
      return page
    }
  }

  public func head() async throws -> Position {
    state.withLock { $0.head }
  }

  public func waitForEvents(after position: Position, matching filter: EventFilter, timeout: Duration) async {
    let deadline = ContinuousClock.now + timeout
    while state.withLock({ $0.head <= position }), ContinuousClock.now < deadline, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(1))
    }
  }

  public func snapshot(of stream: StreamName, fingerprint: String) async throws -> Snapshot? {
    state.withLock { $0.snapshots[stream].flatMap { $0.fingerprint == fingerprint ? $0 : nil } }
  }

  public func saveSnapshot(_ snapshot: Snapshot, of stream: StreamName) async throws {
    state.withLock { state in
      if let kept = state.snapshots[stream], kept.fingerprint == snapshot.fingerprint, kept.version >= snapshot.version { return }
      state.snapshots[stream] = snapshot
    }
  }

  public func claimOwner(_ key: String) async throws -> StreamName? {
    state.withLock { $0.claims[key] }
  }

  public func nextIDs(_ kind: String, count: Int) async throws -> Int64 {
    precondition(count > 0, "a block holds at least one id")
    return state.withLock { state in
      let first = state.nextIDs[kind, default: 1_000]
      state.nextIDs[kind] = first + Int64(count)
      return first
    }
  }

  public func dueTimers(limit: Int) async throws -> [DueTimer] {
    state.withLock { state in
      Array(state.timers.values.filter { $0.dueAt <= state.now }.sorted { ($0.dueAt, $0.name) < ($1.dueAt, $1.name) }.prefix(limit))
    }
  }

  public func subjectKeys(_ subjects: Set<SubjectID>, create: Bool) async throws -> [SubjectID: SubjectKey] {
    state.withLock { state in
      var found: [SubjectID: SubjectKey] = [:]
      for subject in subjects {
        if create, state.keys[subject] == nil, !state.forgotten.contains(subject) { state.keys[subject] = .random() }
        found[subject] = state.keys[subject]
      }
      return found
    }
  }

  func withState<R>(_ body: (inout InMemoryLogState) -> R) -> R {
    state.withLock { body(&$0) }
  }

  /// Judges everything that waits, then tells each writer; turns one after the other, each with what waits when it has decided. Runs on
  /// `worker` alone.
  private func runGroup() {
    repeat {
      let turn = state.withLock { $0.isHeld || $0.turns.isEmpty ? nil : $0.turns.removeFirst() }
      if let turn, let refusal = begin(turn) {
        turn.end.resume(returning: .failure(refusal))
        continue
      }
      let told = state.withLock { state in
        guard turn != nil || !state.isHeld else { return [] as [InMemoryLogState.Told] }
        return state.judgeAll()
      }
      for (completion, result) in told { completion(result) }
      turn?.end.resume(returning: .success(()))
    } while state.withLock({ !$0.isHeld && !$0.turns.isEmpty })
  }

  /// Lets a turn decide, or says why there is none.
  private func begin(_ turn: InMemoryLogState.Turn) -> AppendError? {
    let read: [StreamName: [RecordedEvent]]? = state.withLock { state in
      guard state.refusedTurns == 0 else {
        state.refusedTurns -= 1
        return nil
      }
      var read: [StreamName: [RecordedEvent]] = [:]
      for tail in turn.tails {
        let events = state.read(tail.stream, after: tail.after, limit: turn.limit)
        if !events.isEmpty { read[tail.stream] = events }
      }
      return read
    }
    guard let read else { return .unavailable(reason: "the turn was refused") }
    let earlier = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    turn.decide(read)
    state.withLock { $0.waiting += earlier }
    return nil
  }
}

// MARK: - What a test does to the log

extension InMemoryEventLog {
  /// Where the clock stands.
  public var now: Timestamp {
    get { state.withLock { $0.now } }
    set { state.withLock { $0.now = newValue } }
  }

  /// Moves the clock on.
  public func advance(by duration: Duration) {
    state.withLock { $0.now = $0.now + duration }
  }

  /// Lets appends wait unjudged until `release()`, as if the group before them took long.
  public func hold() {
    state.withLock { $0.isHeld = true }
  }

  /// Judges what waits, in one group, and goes on as usual.
  public func release() {
    state.withLock { $0.isHeld = false }
    worker.async { self.runGroup() }
  }

  /// How many appends were handed over and not yet judged.
  public var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Answers the next append with `unavailable`, as a lost connection does.
  /// - Parameter written: whether it is carried out all the same.
  public func loseNextAnswer(written: Bool) {
    state.withLock { $0.lostAnswers.append(written) }
  }

  /// Gives no turn to the next who asks for one, as when the connection for it cannot be made.
  public func refuseNextTurn() {
    state.withLock { $0.refusedTurns += 1 }
  }

  /// Destroys a subject's key, and gives it none again.
  public func forget(_ subject: SubjectID) {
    state.withLock { state in
      state.keys[subject] = nil
      state.forgotten.insert(subject)
    }
  }

  /// All events, by position.
  public var events: [RecordedEvent] { state.withLock { $0.events } }

  /// All claimed names with the streams that hold them.
  public var claims: [String: StreamName] { state.withLock { $0.claims } }

  /// All timers by name, due or not.
  public var timers: [String: DueTimer] { state.withLock { $0.timers } }

  /// How many groups have been judged, and how many appends in all.
  public var groupCounts: (groups: Int, appends: Int) { state.withLock { ($0.groups, $0.judged) } }
}
