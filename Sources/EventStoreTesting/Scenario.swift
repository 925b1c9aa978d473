public import EventSourcing

/// A specification of commands by example: given events, when a command, then events or a rejection. Everything runs through
/// a `CommandExecutor` over an `InMemoryEventLog`.
///
/// ```swift
/// try await Scenario()
///   .given(.stockAdjusted(…), on: Stock.self, 7)
///   .when(ReserveStock(…))
///   .then(.reservationHeld(…), on: Reservation.self, 1)
///   .then(.stockReserved(…), on: Stock.self, 7)
///   .andNothingElse()
/// ```
public struct Scenario: Sendable {
  /// Where everything is written; its clock is the one of the decisions.
  public let log: InMemoryEventLog
  /// Carries the commands out.
  public let executor: CommandExecutor

  /// - Parameter now: the time at which everything happens until the clock is moved.
  public init(now: Timestamp = InMemoryEventLog.defaultStart) {
    let log = InMemoryEventLog(now: now)
    self.log = log
    executor = CommandExecutor(log: log) { log.now }
  }

  /// Events that happened to an aggregate before.
  public func given<A: Aggregate>(
    _ events: A.Event..., on aggregate: A.Type, _ id: some CustomStringConvertible & Sendable
  ) async throws -> Self {
    _ = try await executor.execute(Given<A>(events: events, stream: A.stream(id)))
    return self
  }

  /// A command that was carried out before.
  public func given(_ command: some Command) async throws -> Self {
    _ = try await executor.execute(command)
    return self
  }

  /// Lets time pass.
  public func later(by duration: Duration) -> Self {
    log.advance(by: duration)
    return self
  }

  /// Carries a command out.
  /// - Returns: what came of it, to be compared.
  /// - Throws: what is neither success nor a rejection.
  public func when<C: Command>(
    _ command: C, id: CommandID = CommandID(), idempotency: Idempotency = .derived
  ) async throws -> ScenarioResult<C.Answer> {
    let before = log.events.count
    do {
      let outcome = try await executor.execute(command, id: id, idempotency: idempotency)
      return ScenarioResult(
        scenario: self, answer: outcome.answer, isDuplicate: outcome.isDuplicate, recorded: Array(log.events.dropFirst(before)))
    } catch let rejection as any Rejection {
      return ScenarioResult(scenario: self, rejection: rejection, recorded: Array(log.events.dropFirst(before)))
    }
  }

  /// The state of an aggregate as a later command would see it.
  public func state<A: Aggregate>(of aggregate: A.Type, _ id: some CustomStringConvertible) async throws -> A.State {
    try await A.state(after: events(of: A.self, on: A.stream(id), in: log.events))
  }

  /// Reads the events of one stream.
  func events<A: Aggregate>(of aggregate: A.Type, on stream: StreamName, in recorded: [RecordedEvent]) async throws -> [A.Event] {
    let own = recorded.filter { $0.stream == stream }
    let keys = try await log.subjectKeys(Set(own.compactMap(\.subject)), create: false)
    return try own.map { try A.Event.decoder.decode($0, keys: keys) }
  }
}

/// Writes events as they are.
struct Given<A: Aggregate>: Command {
  let events: [A.Event]
  let stream: StreamName

  func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(events, on: A.self, stream.id)
    return NoAnswer()
  }
}

/// What came of a scenario's command.
public struct ScenarioResult<Answer: Sendable>: Sendable {
  let scenario: Scenario
  /// What the command answered; nil when it was rejected.
  public var answer: Answer?
  /// Whether the command had been carried out before.
  public var isDuplicate = false
  /// Why it was rejected.
  public var rejection: (any Rejection)?
  /// What it wrote.
  public var recorded: [RecordedEvent]
  /// The streams that were compared.
  private var compared: Set<StreamName> = []

  init(
    scenario: Scenario, answer: Answer? = nil, isDuplicate: Bool = false, rejection: (any Rejection)? = nil, recorded: [RecordedEvent]
  ) {
    self.scenario = scenario
    self.answer = answer
    self.isDuplicate = isDuplicate
    self.rejection = rejection
    self.recorded = recorded
  }

  /// The command wrote exactly these events on a stream, in this order.
  /// - Throws: `ScenarioMismatch`.
  @discardableResult
  public func then<A: Aggregate>(_ events: A.Event..., on aggregate: A.Type, _ id: some CustomStringConvertible) async throws -> Self {
    try accepted()
    let stream = A.stream(id)
    let actual = try await scenario.events(of: A.self, on: stream, in: recorded)
    guard actual == events else { throw ScenarioMismatch(what: "events of \(stream)", expected: events, actual: actual) }
    var result = self
    result.compared.insert(stream)
    return result
  }

  /// The command wrote on no other streams than those compared.
  /// - Throws: `ScenarioMismatch`.
  @discardableResult
  public func andNothingElse() throws -> Self {
    try accepted()
    let others = recorded.filter { !compared.contains($0.stream) }.map { "\($0.type) on \($0.stream)" }
    guard others.isEmpty else { throw ScenarioMismatch(what: "other events", expected: [], actual: others) }
    return self
  }

  /// The command was accepted and wrote nothing.
  /// - Throws: `ScenarioMismatch`.
  @discardableResult
  public func thenNothing() throws -> Self {
    try andNothingElse()
  }

  /// The command was rejected for this reason, and wrote nothing.
  /// - Throws: `ScenarioMismatch`.
  @discardableResult
  public func thenRejected<R: Rejection & Equatable>(_ expected: R) throws -> Self {
    guard let rejection, rejection as? R == expected else {
      throw ScenarioMismatch(
        what: "rejection", expected: expected, actual: rejection.map { "\($0)" } ?? "accepted: \(recorded.map(\.type))")
    }
    guard recorded.isEmpty else { throw ScenarioMismatch(what: "events of a rejected command", expected: [], actual: recorded) }
    return self
  }

  /// A timer stands at a moment; nil for no such timer.
  /// - Throws: `ScenarioMismatch`.
  @discardableResult
  public func thenTimer(_ name: String, at due: Timestamp?) throws -> Self {
    let actual = scenario.log.timers[name]?.dueAt
    guard actual == due else { throw ScenarioMismatch(what: "timer \(name)", expected: due as Any, actual: actual as Any) }
    return self
  }

  /// A name is held by a stream; nil for nobody.
  /// - Throws: `ScenarioMismatch`.
  @discardableResult
  public func thenClaim(_ key: String, by owner: StreamName?) throws -> Self {
    let actual = scenario.log.claims[key]
    guard actual == owner else { throw ScenarioMismatch(what: "claim \(key)", expected: owner as Any, actual: actual as Any) }
    return self
  }

  /// Goes on with the scenario: what was written is now given.
  public var and: Scenario { scenario }

  private func accepted() throws {
    if let rejection { throw ScenarioMismatch(what: "outcome", expected: "accepted", actual: "rejected: \(rejection)") }
  }
}

/// A scenario ended otherwise than it was told.
public struct ScenarioMismatch: Error, CustomStringConvertible {
  /// What was compared, what it should have been, and what it was.
  public let description: String

  init(what: String, expected: Any, actual: Any) {
    description = "\(what)\n  expected: \(expected)\n  actual:   \(actual)"
  }
}
