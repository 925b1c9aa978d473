import EventSourcing
import FoundationEssentials
import Postgres

/// An append on its way, with whom to tell what became of it.
struct PendingAppend: Sendable {
  let append: Append
  let completion: @Sendable (Result<AppendResult, AppendError>) -> Void
  /// A rough size in bytes, which bounds a group.
  let size: Int
  let metadata: [UInt8]
  /// Of the events of all its streams, in order.
  let eventIDs: [UUID]
  let digests: [[UInt8]]
  /// Why the data cannot be sent; then nothing was hashed.
  let defect: String?

  /// Hashes here, in whoever hands the append over: while a group is put together the log waits for it.
  init(_ append: Append, _ completion: @escaping @Sendable (Result<AppendResult, AppendError>) -> Void) {
    self.append = append
    self.completion = completion
    defect = append.dataDefect
    let metadata = append.context.metadata
    var eventIDs: [UUID] = []
    var digests: [[UInt8]] = []
    for part in append.streams where defect == nil {
      for event in part.events {
        let index = eventIDs.count
        let eventID = append.commandID.eventID(at: index)
        eventIDs.append(eventID)
        digests.append(
          EventDigest.digest(
            of: event, id: eventID, stream: part.stream, metadata: metadata, commandID: append.commandID, index: index,
            token: append.token))
      }
    }
    self.metadata = metadata
    self.eventIDs = eventIDs
    self.digests = digests
    size = append.streams.reduce(256) { $1.events.reduce($0 + 128) { $0 + $1.payload.count + 384 } }
  }
}

/// The parallel arrays of `event_store.append_group`, whose header in the schema says what each holds.
struct AppendGroup {
  private var commandIDs: [UUID] = []
  private var clientClasses: [Bool] = []
  private var requestHashes: [[UInt8]?] = []
  private var answers: [[UInt8]?] = []
  private var lifetimes: [Int64?] = []
  private var checkOnly: [Bool] = []
  private var tokens: [UUID] = []

  private var streams: [String] = []
  private var streamIndexes: [StreamName: Int32] = [:]

  private var partAppends: [Int32] = []
  private var partStreams: [Int32] = []
  private var partKinds: [Int16] = []
  private var partVersions: [Int64?] = []
  private var partTokens: [UUID?] = []

  private var eventParts: [Int32] = []
  private var eventIDs: [UUID] = []
  private var eventTypes: [String] = []
  private var eventSchemaVersions: [Int16] = []
  private var eventPublics: [Bool] = []
  private var eventSubjects: [String?] = []
  private var eventPayloads: [[UInt8]] = []
  private var eventMetadatas: [[UInt8]] = []
  private var eventOccurred: [Int64] = []
  private var eventDigests: [[UInt8]] = []

  private var claimKeys: [String] = []
  private var claimKeyIndexes: [String: Int32] = [:]
  private var claimAppends: [Int32] = []
  private var claimIndexes: [Int32] = []
  private var claimReleases: [Bool] = []
  private var claimOwners: [String] = []

  private var timerAppends: [Int32] = []
  private var timerCancels: [Bool] = []
  private var timerNames: [String] = []
  private var timerDues: [Int64?] = []
  private var timerDelays: [Int64?] = []
  private var timerPayloads: [[UInt8]?] = []
  private var timerSettings: [Int64?] = []

  init(_ appends: [PendingAppend]) {
    for append in appends { add(append) }
  }

  /// A group that nobody waits for.
  init(_ appends: some Sequence<Append>) {
    self.init(appends.map { PendingAppend($0) { _ in } })
  }

  private mutating func add(_ pending: PendingAppend) {
    let append = pending.append
    commandIDs.append(append.commandID.uuid)
    switch append.idempotency {
    case .client(let requestHash, let keep):
      clientClasses.append(true)
      requestHashes.append(requestHash)
      lifetimes.append(keep.microseconds)
    case .derived:
      clientClasses.append(false)
      requestHashes.append(nil)
      lifetimes.append(nil)
    }
    answers.append(append.answer)
    checkOnly.append(append.checkOnly)
    tokens.append(append.token.uuid)
    let number = Int32(commandIDs.count)
    addParts(of: pending, number: number)
    for claim in append.claims { add(claim, number: number) }
    for timer in append.timers { add(timer, number: number) }
  }

  private mutating func addParts(of pending: PendingAppend, number: Int32) {
    var index = 0
    for part in pending.append.streams {
      partAppends.append(number)
      partStreams.append(streamIndex(part.stream))
      switch part.expected {
      case .any: addExpectation(0, nil, nil)
      // Told as a version, since a group of exact expectations is judged as a whole.
      case .noStream: addExpectation(3, 0, nil)
      case .streamExists: addExpectation(2, nil, nil)
      case .exactly(let version, let token): addExpectation(3, version.rawValue, token?.uuid)
      }
      let partNumber = Int32(partAppends.count)
      for event in part.events {
        eventParts.append(partNumber)
        eventIDs.append(pending.eventIDs[index])
        eventTypes.append(event.type)
        eventSchemaVersions.append(Int16(event.schemaVersion))
        eventPublics.append(event.isPublic)
        eventSubjects.append(event.subject?.rawValue)
        eventPayloads.append(event.payload)
        eventMetadatas.append(pending.metadata)
        eventOccurred.append(event.occurredAt.rawValue)
        eventDigests.append(pending.digests[index])
        index += 1
      }
    }
  }

  private mutating func addExpectation(_ kind: Int16, _ version: Int64?, _ token: UUID?) {
    partKinds.append(kind)
    partVersions.append(version)
    partTokens.append(token)
  }

  private mutating func streamIndex(_ stream: StreamName) -> Int32 {
    if let known = streamIndexes[stream] { return known }
    streams.append(stream.rawValue)
    let index = Int32(streams.count)
    streamIndexes[stream] = index
    return index
  }

  private mutating func add(_ claim: ClaimChange, number: Int32) {
    let (key, owner, releases) =
      switch claim {
      case .take(let key, let owner): (key, owner, false)
      case .release(let key, let owner): (key, owner, true)
      }
    if claimKeyIndexes[key] == nil {
      claimKeys.append(key)
      claimKeyIndexes[key] = Int32(claimKeys.count)
    }
    claimAppends.append(number)
    claimIndexes.append(claimKeyIndexes[key]!)
    claimReleases.append(releases)
    claimOwners.append(owner.rawValue)
  }

  private mutating func add(_ timer: TimerChange, number: Int32) {
    timerAppends.append(number)
    switch timer {
    case .set(let name, let due, let payload):
      timerSettings.append(nil)
      timerCancels.append(false)
      timerNames.append(name)
      timerPayloads.append(payload)
      switch due {
      case .at(let time):
        timerDues.append(time.rawValue)
        timerDelays.append(nil)
      case .after(let delay):
        timerDues.append(nil)
        timerDelays.append(delay.microseconds)
      }
    case .cancel(let name, let setting):
      timerSettings.append(setting?.rawValue)
      timerCancels.append(true)
      timerNames.append(name)
      timerPayloads.append(nil)
      timerDues.append(nil)
      timerDelays.append(nil)
    }
  }

  static let statement = PostgresStatement(
    "append_group",
    """
    select append, verdict, "position", versions, answer, stream, actual_version, claim_key, claim_owner
    from event_store.append_group(\((1...35).map { "$\($0)" }.joined(separator: ", ")))
    """)

  /// In the order of the function's parameters.
  var parameters: [PostgresValue] {
    [
      .uuidArray(commandIDs), .boolArray(clientClasses), .optionalBytesArray(requestHashes),
      .optionalBytesArray(answers), .optionalInt64Array(lifetimes), .boolArray(checkOnly), .uuidArray(tokens),
      .textArray(streams),
      .int32Array(partAppends), .int32Array(partStreams), .int16Array(partKinds), .optionalInt64Array(partVersions),
      .optionalUUIDArray(partTokens),
      .int32Array(eventParts), .uuidArray(eventIDs), .textArray(eventTypes), .int16Array(eventSchemaVersions), .boolArray(eventPublics),
      .optionalTextArray(eventSubjects), .jsonArray(eventPayloads), .jsonArray(eventMetadatas), .timestampArray(eventOccurred),
      .bytesArray(eventDigests),
      .textArray(claimKeys), .int32Array(claimAppends), .int32Array(claimIndexes), .boolArray(claimReleases), .textArray(claimOwners),
      .int32Array(timerAppends), .boolArray(timerCancels), .textArray(timerNames), .optionalTimestampArray(timerDues),
      .optionalInt64Array(timerDelays), .optionalJSONArray(timerPayloads), .optionalInt64Array(timerSettings),
    ]
  }
}

/// Reads a verdict of `event_store.append_group`.
enum Verdict {
  static func read(_ row: PostgresRow, of append: Append) throws -> Result<AppendResult, AppendError> {
    switch try row.string(1) {
    case "accepted": return .success(try result(row, isDuplicate: false))
    case "duplicate": return .success(try result(row, isDuplicate: true))
    case "key_reused": return .failure(.commandIDReused)
    case "key_spent": return .failure(.commandIDSpent)
    case "wrong_expected_version":
      let stream = StreamName(rawValue: try row.string(5))
      let expected = append.streams.first { $0.stream == stream }?.expected ?? .any
      return .failure(.wrongExpectedVersion(stream: stream, expected: expected, actual: StreamVersion(try row.int64(6))))
    case "claim_taken":
      return .failure(.claimTaken(key: try row.string(7), owner: StreamName(rawValue: try row.string(8))))
    case let unknown: return .failure(.invalid(reason: "the log answered \(unknown)"))
    }
  }

  private static func result(_ row: PostgresRow, isDuplicate: Bool) throws -> AppendResult {
    AppendResult(
      position: Position(try row.int64(2)), versions: row.isNull(3) ? [] : try row.int64Array(3).map(StreamVersion.init(_:)),
      isDuplicate: isDuplicate, answer: row.optionalBytes(4))
  }
}

extension Duration {
  /// Whole microseconds; the rest is dropped.
  var microseconds: Int64 {
    components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
  }
}
