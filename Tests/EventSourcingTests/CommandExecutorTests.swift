import EventSourcing
import EventStoreTesting
import Testing

@Suite struct CommandExecutorTests {
  let log = InMemoryEventLog()

  private func executor(cacheCapacity: Int = 1_000) -> CommandExecutor {
    CommandExecutor(log: log, cacheCapacity: cacheCapacity) { [log] in log.now }
  }

  private func totals(of counter: String) throws -> [Int64] {
    try log.events.filter { $0.stream == Counter.stream(counter) }.map {
      switch try Counter.Event.decoder.decode($0) {
      case .added(let added): added.total
      }
    }
  }

  @Test func `a command is decided, appended and answered`() async throws {
    let outcome = try await executor().execute(AddToCounters("a", "b", amount: 3))
    #expect(outcome.answer?.totals == [3, 3])
    #expect(outcome.position == Position(2))
    #expect(outcome.versions == [Counter.stream("a"): StreamVersion(1), Counter.stream("b"): StreamVersion(1)])
    #expect(!outcome.isDuplicate)
    #expect(log.events.map(\.position.rawValue) == [1, 2])
    #expect(Set(log.events.map(\.token)).count == 1)
  }

  @Test func `a writer that was overtaken decides again on what is there`() async throws {
    let mine = executor()
    let others = executor()
    for round in 1...20 {
      try #require(await mine.execute(AddToCounters("a")).answer?.totals == [Int64(round * 2 - 1)])
      try #require(await others.execute(AddToCounters("a")).answer?.totals == [Int64(round * 2)])
    }
    #expect(try totals(of: "a") == Array(1...40))
  }

  @Test func `a hundred commands on one stream share groups and add up exactly`() async throws {
    let executor = executor()
    _ = try await executor.execute(AddToCounters("hot"))
    log.hold()
    async let all = withThrowingTaskGroup(of: Int64.self) { group in
      for _ in 1...100 { group.addTask { try await executor.execute(AddToCounters("hot")).answer!.totals[0] } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    // All of them are decided, each on the prediction of the one before it, while none has been written.
    try await eventually { log.waitingCount == 100 }
    let groupsBefore = log.groupCounts.groups
    log.release()
    #expect(try await all.sorted() == Array(2...101))
    #expect(log.groupCounts.groups == groupsBefore + 1)
    #expect(log.groupCounts.appends == 101)
    #expect(try totals(of: "hot") == Array(1...101))
  }

  @Test func `two processes on one stream add up exactly`() async throws {
    let processes = [executor(), executor()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<200 { group.addTask { _ = try await processes[index % 2].execute(AddToCounters("hot")) } }
      try await group.waitForAll()
    }
    #expect(try totals(of: "hot") == Array(1...200))
  }

  @Test func `what was predicted on an append that fails is refused with it and decided again`() async throws {
    let mine = executor()
    let others = executor()
    _ = try await mine.execute(AddToCounters("a"))
    log.hold()
    // The others' append comes first, so the whole chain of ours stands on a state that never will be.
    async let foreign = others.execute(AddToCounters("a", amount: 1_000))
    try await eventually { log.waitingCount == 1 }
    async let chain = withThrowingTaskGroup(of: Void.self) { group in
      for _ in 1...10 { group.addTask { _ = try await mine.execute(AddToCounters("a")) } }
      try await group.waitForAll()
    }
    try await eventually { log.waitingCount == 11 }
    log.release()
    _ = try await (foreign, chain)
    #expect(try totals(of: "a") == [1] + Array(1_001...1_011))
  }

  @Test func `a refusal on a predicted state is told only when the prediction came true`() async throws {
    let mine = executor()
    let others = executor()
    _ = try await mine.execute(AddToCounters("a"))
    log.hold()
    async let foreign = others.execute(AddToCounters("a", amount: -5))
    try await eventually { log.waitingCount == 1 }
    async let filling = mine.execute(AddToCounters("a", amount: 1, limit: 2))
    try await eventually { log.waitingCount == 2 }
    // On the prediction (1 + 1) this one is too much; in truth the counter stands at -4.
    async let doubted = mine.execute(AddToCounters("a", amount: 1, limit: 2))
    try await eventually { log.waitingCount == 3 }
    log.release()
    _ = try await (foreign, filling, doubted)
    #expect(try totals(of: "a").last == -2)
    await #expect(throws: CounterRejection.full(at: -2)) { try await mine.execute(AddToCounters("a", amount: 5, limit: 2)) }
  }

  @Test func `a rejection writes nothing`() async throws {
    let executor = executor()
    await #expect(throws: CounterRejection.full(at: 0)) { try await executor.execute(AddToCounters("a", amount: 2, limit: 1)) }
    await #expect(throws: CounterRejection.full(at: 0)) { try await executor.execute(AddToCounters("a", amount: 2, limit: 1)) }
    #expect(log.events.isEmpty)
  }

  @Test func `a repeated client command is answered as the first time`() async throws {
    let id = CommandID(caller: "user-1", key: "key")
    let client = Idempotency.client(requestHash: [1], keep: .seconds(60))
    let first = try await executor().execute(AddToCounters("a"), id: id, idempotency: client)
    _ = try await executor().execute(AddToCounters("a", amount: 10))
    let again = try await executor().execute(AddToCounters("a", limit: 1), id: id, idempotency: client)
    #expect(again.isDuplicate)
    #expect(again.answer == first.answer)
    #expect(again.position == first.position)
    #expect(again.versions == first.versions)
    #expect(log.events.count == 2)
  }

  @Test func `a key with other content is refused, and after its answer has expired it is spent`() async throws {
    let id = CommandID(caller: "user-1", key: "key")
    let client = Idempotency.client(requestHash: [1], keep: .seconds(60))
    _ = try await executor().execute(AddToCounters("a"), id: id, idempotency: client)
    await #expect {
      try await executor().execute(AddToCounters("a"), id: id, idempotency: .client(requestHash: [2], keep: .seconds(60)))
    } throws: { error in
      if case CommandError.refused(.commandIDReused) = error { true } else { false }
    }
    log.advance(by: .seconds(61))
    await #expect { try await executor().execute(AddToCounters("a"), id: id, idempotency: client) } throws: { error in
      if case CommandError.refused(.commandIDSpent) = error { true } else { false }
    }
    #expect(log.events.count == 1)
  }

  @Test func `a repeated derived command is known by its first event for ever, without an answer`() async throws {
    let id = CommandID(derivedFrom: "message 1", purpose: "count")
    let first = try await executor().execute(AddToCounters("a", "b"), id: id)
    _ = try await executor().execute(AddToCounters("a"))
    log.advance(by: .seconds(1_000_000))
    let again = try await executor().execute(AddToCounters("a", "b"), id: id)
    #expect(again.isDuplicate)
    #expect(again.answer == nil)
    #expect(again.position == first.position)
    #expect(again.versions == first.versions)
    #expect(log.events.count == 3)
  }

  @Test func `what is chained on a repetition is refused and decided again`() async throws {
    let executor = executor()
    let id = CommandID(derivedFrom: "message 1", purpose: "count")
    _ = try await executor.execute(AddToCounters("a"), id: id)
    log.hold()
    async let repetition = executor.execute(AddToCounters("a"), id: id)
    try await eventually { log.waitingCount == 1 }
    async let next = executor.execute(AddToCounters("a"))
    try await eventually { log.waitingCount == 2 }
    log.release()
    #expect(try await repetition.isDuplicate)
    #expect(try await next.answer?.totals == [2])
    #expect(try totals(of: "a") == [1, 2])
  }

  @Test func `a lost answer is unavailable, and the same command again has one effect`() async throws {
    let executor = executor()
    for written in [true, false] {
      let id = CommandID()
      log.loseNextAnswer(written: written)
      await #expect(throws: CommandError.self) { try await executor.execute(AddToCounters("a"), id: id) }
      #expect(try await executor.execute(AddToCounters("a"), id: id).isDuplicate == written)
    }
    #expect(try totals(of: "a") == [1, 2])
  }

  @Test func `a name that another stream holds refuses the command`() async throws {
    let executor = executor()
    _ = try await executor.execute(AddToCounters("a", claim: "best"))
    await #expect { try await executor.execute(AddToCounters("b", claim: "best")) } throws: { error in
      guard case CommandError.refused(.claimTaken(let key, let owner)) = error else { return false }
      return key == "best" && owner == Counter.stream("a")
    }
    #expect(log.events.count == 1)
    // The prediction that failed is not built upon.
    #expect(try await executor.execute(AddToCounters("b")).answer?.totals == [1])
  }

  @Test func `a cache smaller than a command only costs time`() async throws {
    let executor = executor(cacheCapacity: 2)
    for round in 1...5 {
      #expect(try await executor.execute(AddToCounters("a", "b", "c", "d", "e")).answer?.totals == Array(repeating: Int64(round), count: 5))
      #expect(try await executor.execute(AddToCounters("z\(round)")).answer?.totals == [1])
    }
    #expect(try totals(of: "e") == Array(1...5))
  }

  @Test func `evicted streams are loaded again`() async throws {
    let executor = executor(cacheCapacity: 8)
    for round in 1...3 {
      for counter in 1...50 { #expect(try await executor.execute(AddToCounters("\(counter)")).answer?.totals == [Int64(round)]) }
    }
  }

  @Test func `a long stream is loaded from its snapshot, unless the fold has changed`() async throws {
    for _ in 1...25 { _ = try await executor().execute(AddToCounters("a")) }
    let snapshot = try #require(try await log.snapshot(of: Counter.stream("a"), fingerprint: Counter.snapshotFingerprint))
    #expect(snapshot.version == StreamVersion(20))
    #expect(try Counter.State(jsonBytes: snapshot.state).value == 20)
    // A forged snapshot shows that it is read; one of another fold is not.
    var forged = snapshot
    forged.state = Counter.State(value: 1_000).jsonBytes
    forged.version = StreamVersion(21)
    try await log.saveSnapshot(forged, of: Counter.stream("a"))
    #expect(try await executor().execute(AddToCounters("a")).answer?.totals == [1_005])
    forged.fingerprint = "counter 2"
    try await log.saveSnapshot(forged, of: Counter.stream("a"))
    #expect(try await executor().execute(AddToCounters("a")).answer?.totals == [27])
  }

  @Test func `a stream taken for new is read when it turns out to exist, for refusals too`() async throws {
    _ = try await executor().execute(AddToCounters("a", amount: 5))
    var command = AddToCounters("a", limit: 6)
    command.isNew = true
    #expect(try await executor().execute(command).answer?.totals == [6])
    await #expect(throws: CounterRejection.full(at: 6)) { try await executor().execute(command) }
    command.limit = 0
    await #expect(throws: CounterRejection.full(at: 6)) { try await executor().execute(command) }
  }

  @Test func `a command over many streams fetches them together`() async throws {
    var command = AddToCounters("0")
    command.counters = (0..<300).map(String.init)
    #expect(try await executor().execute(command).answer?.totals == Array(repeating: 1, count: 300))
    #expect(try await executor().execute(command).answer?.totals == Array(repeating: 2, count: 300))
  }
}

/// Waits until something is so; at most ten seconds.
func eventually(_ condition: () -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(10)
  while !condition() {
    try #require(ContinuousClock.now < deadline, "it did not come true in time")
    try await Task.sleep(for: .milliseconds(1))
  }
}
