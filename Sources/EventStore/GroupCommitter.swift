import EventSourcing
import Logging
import Postgres
import Synchronization

/// Gathers concurrent appends into groups and sends one group after the other: while one is in flight the next one gathers.
///
/// No timer: a group is what came together while the one before it was written. One connection is enough, because the log judges
/// groups one after the other anyway.
final class GroupCommitter: Sendable {
  /// What a group may hold; more waits for the next one.
  struct Limits: Sendable {
    var appends = 1_024
    var bytes = 8 << 20
    /// How many appends may wait; beyond it they are refused at once as unavailable.
    var waiting = 50_000
    /// How long a group is sent again while the server cannot be reached.
    var patience: Duration = .seconds(10)
  }

  struct State {
    var waiting: [PendingAppend] = []
    var turns: [PendingTurn] = []
    var isRunning = false
    var isClosed = false
    var drained: [CheckedContinuation<Void, Never>] = []
  }

  let state = Mutex(State())
  let client: PostgresClient
  private let limits: Limits
  private let logger: Logger
  private let onCommit: @Sendable (Position) -> Void

  /// - Parameter onCommit: told the last position of each group that wrote something.
  init(client: PostgresClient, limits: Limits, logger: Logger, onCommit: @escaping @Sendable (Position) -> Void) {
    self.client = client
    self.limits = limits
    self.logger = logger
    self.onCommit = onCommit
  }

  func submit(_ append: PendingAppend) {
    if let defect = append.defect {
      // Never within the call, as every other answer.
      Task { append.completion(.failure(.invalid(reason: defect))) }
      return
    }
    enum Next { case queued, start, refused(String) }
    let next: Next = state.withLock { state in
      if state.isClosed { return .refused("the log is closed") }
      if state.waiting.count >= limits.waiting { return .refused("\(limits.waiting) appends are waiting") }
      state.waiting.append(append)
      if state.isRunning { return .queued }
      state.isRunning = true
      return .start
    }
    switch next {
    case .queued: break
    case .start: start()
    case .refused(let reason): Task { append.completion(.failure(.unavailable(reason: reason))) }
    }
  }

  /// Refuses what is new and returns when all that was handed over has been answered.
  func close() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        state.isClosed = true
        if state.isRunning { state.drained.append(continuation) }
        return !state.isRunning
      }
      if isIdle { continuation.resume() }
    }
  }

  /// Unstructured, because an append outlives the task that handed it over. It ends when nothing waits any more.
  func start() {
    Task { await run() }
  }

  private func run() async {
    while let next = next() {
      switch next {
      case .group(let group): await commit(group)
      case .turn(let turn): await take(turn)
      }
      // Those who were just answered come back with their next append; letting them run first puts them into the next group.
      // Without it they would split into two cohorts that alternate, each group half as large.
      await Task.yield()
    }
  }

  private enum Next {
    case group([PendingAppend])
    case turn(PendingTurn)
  }

  private func next() -> Next? {
    let (next, drained): (Next?, [CheckedContinuation<Void, Never>]) = state.withLock { state in
      // What waits is not held up by a turn: it is written with it.
      if !state.turns.isEmpty { return (.turn(state.turns.removeFirst()), []) }
      guard !state.waiting.isEmpty else {
        state.isRunning = false
        defer { state.drained = [] }
        return (nil, state.drained)
      }
      return (.group(takeGroup(&state)), [])
    }
    for continuation in drained { continuation.resume() }
    return next
  }

  /// Takes what the next group holds out of what waits; empty when nothing does.
  func takeGroup(_ state: inout State) -> [PendingAppend] {
    var size = 0
    var count = 0
    while count < state.waiting.count, count < limits.appends, count == 0 || size + state.waiting[count].size <= limits.bytes {
      size += state.waiting[count].size
      count += 1
    }
    let group = Array(state.waiting.prefix(count))
    state.waiting.removeFirst(count)
    return group
  }

  func takeWaiting() -> [PendingAppend] {
    state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
  }

  /// Sends a group, again while the server is away, and tells each append its verdict.
  /// - Parameter isResent: whether it may have been written already.
  func commit(_ group: [PendingAppend], isResent: Bool = false) async {
    let parameters = AppendGroup(group).parameters
    let deadline = ContinuousClock.now + limits.patience
    var isResent = isResent
    while true {
      do {
        let result = try await client.query(AppendGroup.statement, parameters)
        answer(group, result, own: isResent ? await ownCommands(group) : [])
        return
      } catch let error {
        if error.isBadData {
          return await splitOrRefuse(group, error)
        }
        guard error.isTransient, ContinuousClock.now < deadline else {
          logger.error("an append group failed", metadata: ["error": "\(error)", "appends": "\(group.count)"])
          let reason = String(describing: error)
          // What came meanwhile has met the same silence: it is told now, rather than after as long again.
          for pending in group + (error.isTransient ? takeWaiting() : []) { pending.completion(.failure(.unavailable(reason: reason))) }
          return
        }
        // The group may have been written before the connection broke: its command ids make sending it again safe.
        isResent = true
        try? await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  /// One append's data was refused and took the others with it: halves are sent until it is alone.
  private func splitOrRefuse(_ group: [PendingAppend], _ error: PostgresError) async {
    guard group.count > 1 else {
      group[0].completion(.failure(.invalid(reason: String(describing: error))))
      return
    }
    await commit(Array(group[..<(group.count / 2)]))
    await commit(Array(group[(group.count / 2)...]))
  }

  /// Of a group that was sent again, the commands that this process wrote, and not a twin elsewhere that was faster: their first
  /// event has the token of the append. When that cannot be found out they count as repeated, which is always true.
  private func ownCommands(_ group: [PendingAppend]) async -> Set<CommandID> {
    let tokens = Dictionary(group.map { ($0.append.commandID, $0.append.token) }) { first, _ in first }
    guard let rows = try? await client.query(Statements.commandTokens, [.uuidArray(tokens.keys.map(\.uuid))]) else { return [] }
    var own: Set<CommandID> = []
    for row in rows {
      guard let uuid = try? row.uuid(0), let token = try? row.uuid(1) else { continue }
      if tokens[CommandID(uuid)] == DecisionToken(token) { own.insert(CommandID(uuid)) }
    }
    return own
  }

  func answer(_ group: [PendingAppend], _ rows: PostgresResult, own: Set<CommandID>) {
    var own = own
    var last = Position.start
    for (pending, row) in zip(group, rows) {
      var verdict: Result<AppendResult, AppendError>
      do {
        verdict = try Verdict.read(row, of: pending.append)
      } catch {
        verdict = .failure(.unavailable(reason: String(describing: error)))
      }
      if case .success(var result) = verdict {
        if !result.isDuplicate { last = max(last, result.position) }
        // What a group sent again finds written is its own work; only the first of several with this id did it.
        if result.isDuplicate, pending.append.idempotency == .derived, own.remove(pending.append.commandID) != nil {
          result.isDuplicate = false
          verdict = .success(result)
        }
      }
      pending.completion(verdict)
    }
    if last > .start { onCommit(last) }
  }
}

extension PostgresError {
  /// The data of one append was refused (SQLSTATE classes 22 and 23), or could not be sent at all.
  fileprivate var isBadData: Bool {
    switch kind {
    case .server(let state): state.rawValue.hasPrefix("22") || state.rawValue.hasPrefix("23")
    case .invalidParameter: true
    default: false
    }
  }
}
