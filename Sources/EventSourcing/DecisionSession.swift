public import JSON

/// A command was refused by a rule of the domain. It changes nothing, and asking again may be answered otherwise later.
public protocol Rejection: Error, Sendable {}

/// Something that is asked of one or several aggregates, decided as a whole.
///
/// `decide` is pure and may be run several times for one command: it runs again after a stream it needs has been loaded,
/// and after another writer was faster. What it needs from outside (ids, prices, the clock) is in the command or the session.
public protocol Command: Sendable {
  /// What the caller is told; stored, so without personal data and without secrets.
  associatedtype Answer: JSONCodable
  /// Loads states from the session, checks the rules and records events into it.
  /// - Throws: a `Rejection` when a rule refuses.
  func decide(in session: inout DecisionSession) throws -> Answer
}

/// The answer of a command that has nothing to tell.
public struct NoAnswer: JSONCodable, Hashable {
  public init() {}
  public init(from json: inout JSONObjectReader) throws {}
  public func encode(to json: inout JSONWriter) {}
}

/// A stream's state with what a writer must believe to write on.
struct LoadedStream: Sendable {
  var state: any Sendable
  var version: StreamVersion
  /// The token of the last event; nil without events.
  var token: DecisionToken?

  var expected: ExpectedVersion { .exactly(version, token) }
}

/// How a stream that a decision needs is read: on from a baseline, or from a snapshot or its beginning.
struct StreamFetch: Sendable {
  let stream: StreamName
  let load: @Sendable (any EventLog, LoadedStream?) async throws -> LoadedStream
  /// The state after events that were read already, on from a baseline or the stream's beginning. Nil where more would have to be
  /// fetched, as it is for personal data.
  let fold: @Sendable ([RecordedEvent], LoadedStream?) -> LoadedStream?

  init<A: Aggregate>(_ stream: StreamName, _ aggregate: A.Type) {
    self.stream = stream
    load = { log, baseline in try await AggregateLoader<A>.load(stream, from: log, baseline: baseline) }
    fold = { events, baseline in AggregateLoader<A>.fold(events, baseline: baseline) }
  }

  /// For an aggregate that is only known at run time.
  static func of(_ stream: StreamName, _ aggregate: any Aggregate.Type) -> StreamFetch {
    func fetch<A: Aggregate>(_ aggregate: A.Type) -> StreamFetch { StreamFetch(stream, aggregate) }
    return fetch(aggregate)
  }
}

/// What a decision lacked; the executor fetches it and runs the decision again.
enum SessionMiss: Error {
  case streams([StreamFetch])
  case subjectKey(SubjectID)
}

/// One run of a decision: the states it sees, and what it records.
public struct DecisionSession {
  /// The time at which the decision is made.
  public let now: Timestamp

  /// What one stream contributes to the append.
  struct Touched {
    var aggregate: any Aggregate.Type
    var loaded: LoadedStream
    var state: any Sendable
    var events: [EventData] = []
    var expected: ExpectedVersion
  }

  private(set) var touched: [(stream: StreamName, part: Touched)] = []
  private(set) var claims: [ClaimChange] = []
  private(set) var timers: [TimerChange] = []
  private let lookup: (StreamName) -> LoadedStream?
  private let isUnknown: (StreamName) -> Bool
  private let keys: [SubjectID: SubjectKey]

  init(
    now: Timestamp, keys: [SubjectID: SubjectKey], lookup: @escaping (StreamName) -> LoadedStream?,
    isUnknown: @escaping (StreamName) -> Bool
  ) {
    self.now = now
    self.keys = keys
    self.lookup = lookup
    self.isUnknown = isUnknown
  }

  /// The state of an aggregate, with what this session has recorded so far. The append will expect the stream exactly as it was seen.
  /// - Parameter isNew: set it where the stream has just got its id and so most probably has no event. It is then not read;
  ///   should it exist after all, the append is refused and the decision is made again on what is there.
  public mutating func load<A: Aggregate>(
    _ aggregate: A.Type, _ id: some CustomStringConvertible, isNew: Bool = false
  ) throws -> A.State {
    let stream = A.stream(id)
    if let index = touched.firstIndex(where: { $0.stream == stream }) { return touched[index].part.state as! A.State }
    let assumed = isNew && isUnknown(stream) ? LoadedStream(state: A.initialState, version: .none, token: nil) : nil
    guard let loaded = lookup(stream) ?? assumed else { throw SessionMiss.streams([StreamFetch(stream, A.self)]) }
    touched.append((stream, Touched(aggregate: A.self, loaded: loaded, state: loaded.state, expected: loaded.expected)))
    return loaded.state as! A.State
  }

  /// The version at which a loaded stream was seen.
  func version(of stream: StreamName) -> StreamVersion {
    touched.first { $0.stream == stream }?.part.loaded.version ?? .none
  }

  /// Makes sure that several streams are in memory: those that are not are fetched at the same time, instead of one `load` after
  /// the other. Expects nothing of them.
  public func prepare<A: Aggregate>(_ aggregate: A.Type, _ ids: some Sequence<some CustomStringConvertible>) throws {
    let missing = ids.map { A.stream($0) }.filter { stream in
      lookup(stream) == nil && !touched.contains { $0.stream == stream }
    }
    guard missing.isEmpty else { throw SessionMiss.streams(missing.map { StreamFetch($0, A.self) }) }
  }

  /// Records events on an aggregate's stream, and lets later `load`s see them.
  /// - Parameter occurredAt: when it happened; `now` when nil.
  public mutating func record<A: Aggregate>(
    _ events: [A.Event], on aggregate: A.Type, _ id: some CustomStringConvertible, occurredAt: Timestamp? = nil
  ) throws {
    guard !events.isEmpty else { return }
    var state = try load(aggregate, id)
    let stream = A.stream(id)
    let index = touched.firstIndex { $0.stream == stream }!
    for event in events {
      do {
        touched[index].part.events.append(try EventData(event.payload, occurredAt: occurredAt ?? now, keys: keys))
      } catch let missing as MissingSubjectKey {
        throw SessionMiss.subjectKey(missing.subject)
      }
      A.evolve(&state, event)
    }
    touched[index].part.state = state
  }

  /// Takes a name for a stream; the append is refused when another stream holds it.
  public mutating func claim(_ key: String, for owner: StreamName) {
    claims.append(.take(key: key, owner: owner))
  }

  /// Gives a name back.
  public mutating func release(_ key: String, from owner: StreamName) {
    claims.append(.release(key: key, owner: owner))
  }

  /// Sets or moves a timer.
  public mutating func setTimer(_ name: String, due: TimerDue, payload: some JSONCodable) {
    timers.append(.set(name: name, due: due, payload: payload.jsonBytes))
  }

  /// Cancels a timer; nothing happens when there is none.
  /// - Parameter setting: only this setting, as `DueTimer.setting` names it; nil for whatever is set.
  public mutating func cancelTimer(_ name: String, setting: Position? = nil) {
    timers.append(.cancel(name: name, setting: setting))
  }

  /// Forgets what was recorded, but not what was seen: the append will still expect every loaded stream as it was.
  /// For decisions that answer a refusal by recording something else.
  public mutating func discardChanges() {
    for index in touched.indices {
      touched[index].part.events = []
      touched[index].part.state = touched[index].part.loaded.state
    }
    claims = []
    timers = []
  }

  /// Whether any event was recorded.
  public var hasEvents: Bool {
    touched.contains { !$0.part.events.isEmpty }
  }

  /// Whether anything would be written.
  public var isEmpty: Bool {
    touched.allSatisfy { $0.part.events.isEmpty } && claims.isEmpty && timers.isEmpty
  }
}

/// Folds a stream into a state, from a snapshot or a state known already.
enum AggregateLoader<A: Aggregate> {
  /// Streams are read in pages of this many events, so that a long one does not fill the memory.
  static var pageSize: Int { 1_000 }

  static func load(_ stream: StreamName, from log: any EventLog, baseline: LoadedStream?) async throws -> LoadedStream {
    var loaded = baseline ?? LoadedStream(state: A.initialState, version: .none, token: nil)
    var snapshotVersion = loaded.version
    if baseline == nil, let (fromSnapshot, version) = try await fromSnapshot(of: stream, log: log) {
      loaded = fromSnapshot
      snapshotVersion = version
    }
    while true {
      let events = try await log.readStream(stream, after: loaded.version, limit: pageSize)
      let subjects = Set(events.compactMap(\.subject))
      let keys = subjects.isEmpty ? [:] : try await log.subjectKeys(subjects, create: false)
      try fold(events, onto: &loaded, keys: keys)
      if events.count < pageSize { break }
    }
    if let interval = snapshotInterval, baseline == nil, loaded.version.rawValue - snapshotVersion.rawValue >= Int64(interval),
      let snapshot = AggregateSnapshot.make(A.self, loaded)
    {
      try await log.saveSnapshot(snapshot, of: stream)
    }
    return loaded
  }

  static func fold(_ events: [RecordedEvent], baseline: LoadedStream?) -> LoadedStream? {
    var loaded = baseline ?? LoadedStream(state: A.initialState, version: .none, token: nil)
    // An event that cannot be read is reported by whoever loads the stream.
    guard events.allSatisfy({ $0.subject == nil }), (try? fold(events, onto: &loaded, keys: [:])) != nil else { return nil }
    return loaded
  }

  private static func fold(_ events: [RecordedEvent], onto loaded: inout LoadedStream, keys: [SubjectID: SubjectKey]) throws {
    guard let last = events.last else { return }
    var state = loaded.state as! A.State
    let decoder = A.Event.decoder
    for event in events { A.evolve(&state, try decoder.decode(event, keys: keys)) }
    loaded = LoadedStream(state: state, version: last.version, token: last.token)
  }

  private static var snapshotInterval: Int? {
    (A.self as? any SnapshottingAggregate.Type)?.snapshotInterval
  }

  private static func fromSnapshot(of stream: StreamName, log: any EventLog) async throws -> (LoadedStream, StreamVersion)? {
    guard let type = A.self as? any SnapshottingAggregate.Type,
      let snapshot = try await log.snapshot(of: stream, fingerprint: type.snapshotFingerprint),
      let state = AggregateSnapshot.read(type, snapshot.state)
    else { return nil }
    return (LoadedStream(state: state, version: snapshot.version, token: snapshot.token), snapshot.version)
  }
}

/// Snapshots of aggregates whose type is only known at run time.
enum AggregateSnapshot {
  static func make<A: Aggregate>(_ aggregate: A.Type, _ loaded: LoadedStream) -> Snapshot? {
    guard let type = A.self as? any SnapshottingAggregate.Type, let token = loaded.token else { return nil }
    return make(type, loaded, token)
  }

  private static func make<A: SnapshottingAggregate>(_ aggregate: A.Type, _ loaded: LoadedStream, _ token: DecisionToken) -> Snapshot {
    Snapshot(
      fingerprint: A.snapshotFingerprint, version: loaded.version, token: token, state: (loaded.state as! A.State).jsonBytes)
  }

  /// The state, or nil when it cannot be read: the stream is then folded from its beginning.
  static func read<A: SnapshottingAggregate>(_ aggregate: A.Type, _ bytes: [UInt8]) -> (any Sendable)? {
    try? A.State(jsonBytes: bytes)
  }
}
