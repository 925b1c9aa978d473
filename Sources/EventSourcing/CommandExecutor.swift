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

extension CommandError: RetryableError {
  public var isTransient: Bool {
    if case .unavailable = self { true } else { false }
  }
}

/// Carries out commands: loads what they need, decides, appends, and decides again when another writer was faster.
///
/// States stay in memory as a baseline. Commands on one stream are decided one after the other, each on the predicted outcome
/// of those before it, and handed to the log in that order without waiting, so a hot stream's commands share a group commit.
/// A wrong prediction cannot do harm: each append names the token of the decision it builds on, and is refused with it.
/// For the same reason a refusal is told to the caller only after an append without events confirmed that the state it was
/// decided on was the true one.
///
/// Several processes that write to one stream overtake each other. A command to which that happens again, and after it whatever
/// concerns that stream, is decided in a turn of its process (`EventLog.takeTurn`), on states that nobody else can change meanwhile.
public final class CommandExecutor: Sendable {
  let log: any EventLog
  let deciding: Mutex<Deciding>
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
    deciding = Mutex(Deciding(cacheCapacity: cacheCapacity))
  }

  /// Carries a command out.
  /// - Parameters:
  ///   - id: the same id is carried out at most once.
  ///   - idempotency: how a repetition is recognised and answered.
  /// - Throws: the command's `Rejection`, or `CommandError`.
  public func execute<C: Command>(
    _ command: C, id: CommandID = CommandID(), idempotency: Idempotency = .derived, context: CommandContext = CommandContext()
  ) async throws -> CommandOutcome<C.Answer> {
    let call = Call(command: command, id: id, idempotency: idempotency, context: context)
    var found = Fetched()
    var overtaken = 0
    // The streams that the next attempt reads in a turn; nil for an attempt outside of one.
    var turn: [StreamFetch]?
    var insists = false
    while true {
      let attempt: Attempt<C.Answer> =
        if let streams = turn {
          await attemptInTurn(call, found, streams)
        } else {
          await attemptAlone(call, found, insists: insists)
        }
      turn = nil
      switch attempt {
      case .done(let outcome): return outcome
      case .failed(let error): throw error
      case .missing(.streams(let streams)):
        found.streams.merge(try await fetch(streams)) { $1 }
      case .missing(.subjectKey(let subject)):
        found.keys.merge(try await log.subjectKeys([subject], create: true)) { $1 }
        if found.keys[subject] == nil { throw CommandError.forgotten(subject) }
      case .contended(let streams): turn = streams
      case .noTurn: insists = true
      case .overtaken(let streams, on: let stream):
        found.streams = [:]
        found.mayAssume = false
        insists = false
        overtaken += 1
        if overtaken == maximumAttempts {
          throw CommandError.unavailable(reason: "other writers were faster \(maximumAttempts) times")
        }
        if overtaken >= Self.patience, streams.count <= TurnQueue.Limit.streams {
          deciding.withLock { $0.turns.markContended(stream) }
          turn = streams
        } else if overtaken > 8 {
          // The first repetitions are free; after that, writers of several processes take turns by chance.
          try await Task.sleep(for: .microseconds(Int64.random(in: 0...Int64(min(overtaken, 40)) * 250)))
        }
      }
    }
  }

  /// How often a command is overtaken before it waits for a turn. Once happens by the way, and deciding again is cheaper.
  private static let patience = 2

  /// A command as it was given.
  struct Call<C: Command>: Sendable {
    var command: C
    var id: CommandID
    var idempotency: Idempotency
    var context: CommandContext
  }

  /// What one command had to fetch so far. Its streams are kept here as well as in the cache, so that a small cache that drops
  /// them again at once only costs time.
  struct Fetched: Sendable {
    var streams: [StreamName: LoadedStream] = [:]
    var keys: [SubjectID: SubjectKey] = [:]
    /// False once a decision was refused: what it took for new may exist.
    var mayAssume = true
  }

  /// What one run of a decision led to.
  enum Attempt<Answer: Sendable> {
    case done(CommandOutcome<Answer>)
    case failed(any Error)
    case missing(SessionMiss)
    /// Nothing was handed over: other processes write to these streams too.
    case contended([StreamFetch])
    /// Of all the streams it concerned, one was not as expected.
    case overtaken([StreamFetch], on: StreamName)
    /// A turn was asked for and there was none.
    case noTurn
  }

  /// - Parameter insists: whether to decide even where other processes are known to write.
  private func attemptAlone<C: Command>(_ call: Call<C>, _ found: Fetched, insists: Bool) async -> Attempt<C.Answer> {
    await withCheckedContinuation { continuation in
      let early = deciding.withLock { decide(call, found, avoidsContended: !insists, $0, continuation) }
      if let early { continuation.resume(returning: early) }
    }
  }

  private enum Decided<Answer> {
    case answer(Answer)
    case rejection(any Rejection)
  }

  /// Runs a decision and hands over what came of it, or returns why not.
  ///
  /// Deciding, remembering the predicted states and handing the append over are one step under the lock:
  /// that is what makes the order of decisions the order of appends.
  func decide<C: Command>(
    _ call: Call<C>, _ found: Fetched, avoidsContended: Bool, _ deciding: Deciding,
    _ continuation: CheckedContinuation<Attempt<C.Answer>, Never>
  ) -> Attempt<C.Answer>? {
    let known = deciding.cache
    var session = DecisionSession(
      now: clock(), keys: found.keys,
      lookup: { known.isUnknown($0) ? found.streams[$0] : known.predicted($0) },
      isUnknown: { found.mayAssume && known.isUnknown($0) })
    let decided: Decided<C.Answer>
    do {
      decided = .answer(try call.command.decide(in: &session))
    } catch let miss as SessionMiss {
      return .missing(miss)
    } catch let rejection as any Rejection {
      decided = .rejection(rejection)
    } catch {
      return .failed(error)
    }
    if avoidsContended, deciding.turns.hasContended {
      let contended = session.touched.filter { deciding.turns.isContended($0.stream) }
      if !contended.isEmpty, contended.count <= TurnQueue.Limit.streams {
        return .contended(contended.map { .of($0.stream, $0.part.aggregate) })
      }
    }
    switch decided {
    case .answer(let answer): submit(answer, session, call, cache: known, continuation)
    case .rejection(let rejection): confirm(rejection, session, call, continuation)
    }
    return nil
  }

  /// A stream's state after an append that is under way.
  private struct Predicted {
    let stream: StreamName
    let aggregate: any Aggregate.Type
    let state: LoadedStream
    let baseline: AggregateCache.Baseline
  }

  private func submit<C: Command>(
    _ answer: C.Answer, _ session: DecisionSession, _ call: Call<C>, cache: AggregateCache,
    _ continuation: CheckedContinuation<Attempt<C.Answer>, Never>
  ) {
    let token = DecisionToken()
    let append = Append(
      commandID: call.id, idempotency: call.idempotency,
      streams: session.touched.map { StreamAppend(stream: $0.stream, expected: $0.part.expected, events: $0.part.events) },
      claims: session.claims, timers: session.timers, context: call.context, token: token,
      answer: call.idempotency == .derived ? nil : answer.jsonBytes)
    var after: [Predicted] = []
    for (stream, part) in session.touched {
      var loaded = part.loaded
      if !part.events.isEmpty {
        loaded = LoadedStream(
          state: part.state, version: StreamVersion(part.loaded.version.rawValue + Int64(part.events.count)), token: token)
      }
      after.append(Predicted(stream: stream, aggregate: part.aggregate, state: loaded, baseline: cache.predict(stream, loaded)))
    }
    let streams = after
    log.submit(append) { result in
      switch result {
      case .success(let result) where !result.isDuplicate:
        self.deciding.withLock { deciding in
          for part in streams { deciding.cache.confirm(part.stream, part.state, part.baseline) }
        }
        continuation.resume(
          returning: .done(
            CommandOutcome(answer: answer, position: result.position, versions: Self.versions(append, result), isDuplicate: false)))
      default:
        self.deciding.withLock { deciding in
          for part in streams { deciding.cache.forgetPrediction(part.stream, ifStill: part.baseline) }
        }
        continuation.resume(returning: Self.outcome(of: result, append, streams.map { ($0.stream, $0.aggregate) }))
      }
    }
  }

  /// Makes sure that a refusal was decided on what is really in the log; a repetition is recognised here as well.
  private func confirm<C: Command>(
    _ rejection: any Rejection, _ session: DecisionSession, _ call: Call<C>, _ continuation: CheckedContinuation<Attempt<C.Answer>, Never>
  ) {
    let append = Append(
      commandID: call.id, idempotency: call.idempotency,
      streams: session.touched.map { StreamAppend(stream: $0.stream, expected: $0.part.expected, events: []) }, context: call.context,
      checkOnly: true)
    let streams = session.touched.map { ($0.stream, $0.part.aggregate) }
    log.submit(append) { result in
      if case .success(let result) = result, !result.isDuplicate {
        continuation.resume(returning: .failed(rejection))
      } else {
        self.deciding.withLock { deciding in for (stream, _) in streams { deciding.cache.forgetPrediction(stream) } }
        continuation.resume(returning: Self.outcome(of: result, append, streams))
      }
    }
  }

  private static func outcome<Answer: JSONCodable>(
    of result: Result<AppendResult, AppendError>, _ append: Append, _ streams: [(StreamName, any Aggregate.Type)]
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
    case .failure(.wrongExpectedVersion(let stream, _, _)):
      return .overtaken(streams.map { .of($0, $1) }, on: stream)
    case .failure(.unavailable(let reason)): return .failed(CommandError.unavailable(reason: reason))
    case .failure(let error): return .failed(CommandError.refused(error))
    }
  }

  private static func versions(_ append: Append, _ result: AppendResult) -> [StreamName: StreamVersion] {
    Dictionary(zip(append.streams.map(\.stream), result.versions)) { $1 }
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
    let baseline = deciding.withLock { $0.cache.committed(stream.stream) }
    let loaded = try await stream.load(log, baseline)
    deciding.withLock { $0.cache.loaded(stream.stream, loaded) }
    return loaded
  }
}
