import Synchronization

/// What came of a command.
public struct CommandOutcome<Answer: Sendable>: Sendable {
  /// What the command answers. Nil only when a derived command had been carried out before: its answer is not stored.
  public var answer: Answer?
  /// The position of the last event written; the head when nothing was written. Of a repetition: the position then.
  public var position: Position
  /// The version of each touched stream after the command.
  public var versions: [StreamName: StreamVersion]
  /// True when the command had been carried out before and nothing was written now.
  public var isDuplicate: Bool
}

/// Why a command was not carried out, other than by a rule of the domain (a `Rejection`, which is thrown as it is).
public enum CommandError: Error, Sendable {
  /// The log refused the append for good: a name is taken, the command id was used for something else, or its answer has expired.
  case refused(AppendError)
  /// The log cannot be reached, or other writers were faster too often. Sending the command again under the same id is safe.
  case unavailable(reason: String)
  /// The command would write personal data about somebody who has been forgotten.
  case forgotten(SubjectID)
}

/// Carries out commands: loads what they need, decides, appends, and decides again when another writer was faster.
///
/// States stay in memory as a baseline. Commands on one stream are decided one after the other, each on the predicted outcome
/// of those before it, and handed to the log in that order without waiting, so a hot stream's commands share a group commit.
/// A wrong prediction cannot do harm: each append names the token of the decision it builds on, and is refused with it.
/// For the same reason a refusal is told to the caller only after an append without events confirmed that the state it was
/// decided on was the true one.
public final class CommandExecutor: Sendable {
  private let log: any EventLog
  private let cache: Mutex<AggregateCache>
  private let clock: @Sendable () -> Timestamp
  /// How often a command is decided again because another writer was faster.
  private let maximumAttempts: Int

  /// - Parameters:
  ///   - cacheCapacity: how many streams' states are kept in memory.
  ///   - clock: gives `DecisionSession.now`.
  public init(
    log: any EventLog, cacheCapacity: Int = 100_000, maximumAttempts: Int = 200,
    clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.log = log
    self.maximumAttempts = maximumAttempts
    self.clock = clock
    cache = Mutex(AggregateCache(capacity: cacheCapacity))
  }

  /// Carries a command out.
  /// - Parameters:
  ///   - id: the same id is carried out at most once.
  ///   - idempotency: how a repetition is recognised and answered.
  /// - Throws: the command's `Rejection`, or `CommandError`.
  public func execute<C: Command>(
    _ command: C, id: CommandID = CommandID(), idempotency: Idempotency = .derived, context: CommandContext = CommandContext()
  ) async throws -> CommandOutcome<C.Answer> {
    var found = Fetched()
    var overtaken = 0
    while true {
      switch await attemptOnce(command, id: id, idempotency: idempotency, context: context, found) {
      case .done(let outcome): return outcome
      case .failed(let error): throw error
      case .missing(.streams(let streams)):
        found.streams.merge(try await fetch(streams)) { $1 }
      case .missing(.subjectKey(let subject)):
        found.keys.merge(try await log.subjectKeys([subject], create: true)) { $1 }
        if found.keys[subject] == nil { throw CommandError.forgotten(subject) }
      case .overtaken:
        found.streams = [:]
        found.mayAssume = false
        overtaken += 1
        if overtaken == maximumAttempts {
          throw CommandError.unavailable(reason: "other writers were faster \(maximumAttempts) times")
        }
        // The first repetitions are free; after that, writers of several processes take turns by chance.
        if overtaken > 8 { try await Task.sleep(for: .microseconds(Int64.random(in: 0...Int64(min(overtaken, 40)) * 250))) }
      }
    }
  }

  /// What one command had to fetch so far. Its streams are kept here as well as in the cache, so that a small cache that drops
  /// them again at once only costs time.
  private struct Fetched {
    var streams: [StreamName: LoadedStream] = [:]
    var keys: [SubjectID: SubjectKey] = [:]
    /// False once a decision was refused: what it took for new may exist.
    var mayAssume = true
  }

  /// What one run of a decision led to.
  private enum Attempt<Answer: Sendable> {
    case done(CommandOutcome<Answer>)
    case failed(any Error)
    case missing(SessionMiss)
    case overtaken
  }

  private func attemptOnce<C: Command>(
    _ command: C, id: CommandID, idempotency: Idempotency, context: CommandContext, _ found: Fetched
  ) async -> Attempt<C.Answer> {
    await withCheckedContinuation { continuation in
      // Deciding, remembering the predicted states and handing the append over are one step under the lock:
      // that is what makes the order of decisions the order of appends.
      let early: Attempt<C.Answer>? = cache.withLock { cache in
        let known = cache
        var session = DecisionSession(
          now: clock(), keys: found.keys,
          lookup: { known.isUnknown($0) ? found.streams[$0] : known.predicted($0) },
          isUnknown: { found.mayAssume && known.isUnknown($0) })
        let answer: C.Answer
        do {
          answer = try command.decide(in: &session)
        } catch let miss as SessionMiss {
          return .missing(miss)
        } catch let rejection as any Rejection {
          confirm(rejection, session, id: id, idempotency: idempotency, context: context, continuation: continuation)
          return nil
        } catch {
          return .failed(error)
        }
        submit(answer, session, id: id, idempotency: idempotency, context: context, cache: cache, continuation: continuation)
        return nil
      }
      if let early { continuation.resume(returning: early) }
    }
  }

  private func submit<Answer: JSONCodable>(
    _ answer: Answer, _ session: DecisionSession, id: CommandID, idempotency: Idempotency, context: CommandContext,
    cache: AggregateCache, continuation: CheckedContinuation<Attempt<Answer>, Never>
  ) {
    let token = DecisionToken()
    let append = Append(
      commandID: id, idempotency: idempotency,
      streams: session.touched.map { StreamAppend(stream: $0.stream, expected: $0.part.expected, events: $0.part.events) },
      claims: session.claims, timers: session.timers, context: context, token: token,
      answer: idempotency == .derived ? nil : answer.jsonBytes)
    var after: [(StreamName, LoadedStream, AggregateCache.Baseline)] = []
    for (stream, part) in session.touched {
      var loaded = part.loaded
      if !part.events.isEmpty {
        loaded = LoadedStream(
          state: part.state, version: StreamVersion(part.loaded.version.rawValue + Int64(part.events.count)), token: token)
      }
      after.append((stream, loaded, cache.predict(stream, loaded)))
    }
    let streams = after
    log.submit(append) { result in
      switch result {
      case .success(let result) where !result.isDuplicate:
        self.cache.withLock { cache in
          for (stream, loaded, baseline) in streams { cache.confirm(stream, loaded, baseline) }
        }
        continuation.resume(
          returning: .done(
            CommandOutcome(answer: answer, position: result.position, versions: Self.versions(append, result), isDuplicate: false)))
      default:
        self.forget(streams.map { ($0.0, $0.2) })
        continuation.resume(returning: Self.outcome(of: result, append))
      }
    }
  }

  /// Makes sure that a refusal was decided on what is really in the log; a repetition is recognised here as well.
  private func confirm<Answer: JSONCodable>(
    _ rejection: any Rejection, _ session: DecisionSession, id: CommandID, idempotency: Idempotency, context: CommandContext,
    continuation: CheckedContinuation<Attempt<Answer>, Never>
  ) {
    let append = Append(
      commandID: id, idempotency: idempotency,
      streams: session.touched.map { StreamAppend(stream: $0.stream, expected: $0.part.expected, events: []) }, context: context,
      checkOnly: true)
    let streams = session.touched.map { $0.stream }
    log.submit(append) { result in
      if case .success(let result) = result, !result.isDuplicate {
        continuation.resume(returning: .failed(rejection))
      } else {
        self.cache.withLock { cache in for stream in streams { cache.forgetPrediction(stream) } }
        continuation.resume(returning: Self.outcome(of: result, append))
      }
    }
  }

  private static func outcome<Answer: JSONCodable>(
    of result: Result<AppendResult, AppendError>, _ append: Append
  ) -> Attempt<Answer> {
    switch result {
    case .success(let result):
      do {
        let answer = try result.answer.map { try Answer(jsonBytes: $0) }
        return .done(
          CommandOutcome(answer: answer, position: result.position, versions: versions(append, result), isDuplicate: result.isDuplicate))
      } catch {
        return .failed(error)
      }
    case .failure(.wrongExpectedVersion): return .overtaken
    case .failure(.unavailable(let reason)): return .failed(CommandError.unavailable(reason: reason))
    case .failure(let error): return .failed(CommandError.refused(error))
    }
  }

  private static func versions(_ append: Append, _ result: AppendResult) -> [StreamName: StreamVersion] {
    Dictionary(zip(append.streams.map(\.stream), result.versions)) { $1 }
  }

  private func forget(_ streams: [(StreamName, AggregateCache.Baseline)]) {
    cache.withLock { cache in
      for (stream, baseline) in streams { cache.forgetPrediction(stream, ifStill: baseline) }
    }
  }

  /// How many streams are read at the same time for one command.
  private static let fetchesAtOnce = 32

  /// Loads streams on from what is known of them, and remembers them. Several commands that wait for one stream may each load it;
  /// the newest one stays.
  private func fetch(_ streams: [StreamFetch]) async throws -> [StreamName: LoadedStream] {
    if streams.count == 1 { return [streams[0].stream: try await fetch(streams[0])] }
    return try await withThrowingTaskGroup(of: (StreamName, LoadedStream).self) { group in
      var loaded: [StreamName: LoadedStream] = [:]
      for (index, stream) in streams.enumerated() {
        if index >= Self.fetchesAtOnce, let (name, state) = try await group.next() { loaded[name] = state }
        group.addTask { (stream.stream, try await self.fetch(stream)) }
      }
      for try await (name, state) in group { loaded[name] = state }
      return loaded
    }
  }

  private func fetch(_ stream: StreamFetch) async throws -> LoadedStream {
    let baseline = cache.withLock { $0.committed(stream.stream) }
    let loaded = try await stream.load(log, baseline)
    cache.withLock { $0.loaded(stream.stream, loaded) }
    return loaded
  }
}
