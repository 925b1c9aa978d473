import EventSourcing
import EventStore
import Migrations
import Postgres
import Testing

/// What rivals' logs fail at, against a real server. Two processes are two logs here: they share nothing but the server.
@Suite(.serialized) struct SchedulesTests {
  @Test func `S1 a reader meets nothing early when the writer that started first commits last`() async throws {
    try await withStore { store in
      let log = store.log()
      _ = try await log.append(append("a-0"))
      var second: Task<Result<AppendResult, AppendError>, Never>?
      try await store.holdingGroup(of: [append("a-1", events: 2)]) { _ in
        second = Task { await log.verdict(append("a-2")) }
        try await store.waitForLockWaiters(1)
        // Neither the open group's events nor anything above them.
        #expect(try await log.readLog(after: Position(1), filter: .all, limit: 10) == LogPage(events: [], position: Position(1)))
      }
      #expect(try await second?.value.get().position == Position(4))
      let page = try await log.readLog(after: Position(1), filter: .all, limit: 10)
      #expect(page.events.map(\.stream.rawValue) == ["a-1", "a-1", "a-2"])
      #expect(page.events.map(\.position.rawValue) == [2, 3, 4])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S2 a writer that rolls back or whose session dies leaves no hole, and nobody waits for it`() async throws {
    try await withStore { store in
      let log = store.log()
      var waiting: Task<Result<AppendResult, AppendError>, Never>?
      try await store.holdingGroup(of: [append("a-1", events: 3)], end: .rollback) { _ in
        waiting = Task { await log.verdict(append("a-2")) }
        try await store.waitForLockWaiters(1)
      }
      #expect(try await waiting?.value.get().position == Position(1))
      try await store.holdingGroup(of: [append("a-1", events: 3)], end: .killed) { backend in
        waiting = Task { await log.verdict(append("a-2")) }
        try await store.waitForLockWaiters(1)
        _ = try await store.admin.query(.unprepared("select pg_terminate_backend($1::int)"), [.int32(backend)])
        #expect(try await waiting?.value.get().position == Position(2))
      }
      #expect(try await log.allEvents().map(\.stream.rawValue) == ["a-2", "a-2"])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S3 versions of a stream grow with positions, whoever writes`() async throws {
    try await withStore { store in
      let logs = [store.log(), store.log()]
      await withTaskGroup(of: Void.self) { group in
        for writer in 0..<8 {
          group.addTask {
            for number in 0..<10 { _ = await logs[writer % 2].verdict(append("a-\(number % 2)", events: 1 + number % 3)) }
          }
        }
      }
      let events = try await logs[0].allEvents()
      #expect(events.map(\.position.rawValue) == (1...Int64(events.count)).map { $0 })
      for stream in ["a-0", "a-1"] {
        let versions = events.filter { $0.stream.rawValue == stream }.map(\.version.rawValue)
        #expect(versions == versions.indices.map { Int64($0) + 1 })
      }
      // Eight writers of ten appends: four of one event, three of two, three of three.
      #expect(events.count == 152)
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S4 an unrelated transaction, here or in another database, delays no reader`() async throws {
    try await withStore(databases: ["event_store", "subject_keys"]) { store in
      let log = store.log()
      let elsewhere = PostgresClient(store.migrator.configuration("subject_keys", as: .owner), logger: quietLogger)
      try await store.admin.withTransaction { here in
        _ = try await here.query(.unprepared("select txid_current()"))
        try await elsewhere.withTransaction { there in
          _ = try await there.query(.unprepared("select txid_current()"))
          for number in 1...5 {
            let position = try await log.append(append("a-1")).position
            #expect(try await log.readLog(after: Position(position.rawValue - 1), filter: .all, limit: 10).events.count == 1)
            #expect(position == Position(Int64(number)))
          }
        }
      }
      await elsewhere.close()
    }
  }

  @Test func `S5 a reader that holds a transaction open delays no writer`() async throws {
    try await withStore { store in
      let log = store.log()
      _ = try await log.append(append("a-1", events: 20))
      let reader = store.client()
      try await reader.withTransaction(isolation: .repeatableRead) { connection in
        let count = PostgresStatement.unprepared("select count(*) from event_store.log")
        #expect(try await connection.query(count)[0].int64(0) == 20)
        for _ in 0..<50 { _ = try await log.append(append("a-1")) }
        // And it keeps seeing what it saw.
        #expect(try await connection.query(count)[0].int64(0) == 20)
      }
      #expect(try await log.head() == Position(70))
    }
  }

  @Test func `S6 of 50 writers at one expected version exactly one wins; at any version all do`() async throws {
    try await withStore { store in
      let logs = [store.log(), store.log()]
      let first = append("a-1")
      _ = try await logs[0].append(first)
      func race(_ expected: ExpectedVersion) async -> [Result<AppendResult, AppendError>] {
        await withTaskGroup(of: Result<AppendResult, AppendError>.self) { group in
          for writer in 0..<50 { group.addTask { await logs[writer % 2].verdict(append("a-1", expected)) } }
          return await group.reduce(into: []) { $0.append($1) }
        }
      }
      let exact = await race(.exactly(StreamVersion(1), first.token))
      #expect(exact.count { (try? $0.get()) != nil } == 1)
      for case .failure(let error) in exact {
        guard case .wrongExpectedVersion = error else {
          Issue.record("refused with \(error)")
          continue
        }
      }
      let any = await race(.any)
      #expect(Set(any.compactMap { (try? $0.get())?.versions.first?.rawValue }) == Set(3...52))
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S7 a conflict, a duplicate and bad data in a group each get their own answer, and nobody else's`() async throws {
    try await withStore { store in
      let log = store.log()
      let known = append("a-1")
      _ = try await log.append(known)
      var bad = append("b-2")
      bad.streams[0].events[0].payload = Array(#"{"a":}"#.utf8)
      let appends = [append("b-1"), append("a-1", .noStream), known, bad, append("b-3")]
      let verdicts = try await store.inOneGroup(appends, of: log)
      #expect(try verdicts[0].get().versions == [StreamVersion(1)])
      #expect(
        verdicts[1]
          == .failure(.wrongExpectedVersion(stream: StreamName(rawValue: "a-1"), expected: .noStream, actual: StreamVersion(1))))
      #expect(try verdicts[2].get() == AppendResult(position: Position(1), versions: [StreamVersion(1)], isDuplicate: true))
      if case .failure(.invalid) = verdicts[3] {} else { Issue.record("bad data: \(verdicts[3])") }
      #expect(try verdicts[4].get().versions == [StreamVersion(1)])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S8 a command sent twice at once from two processes is one effect and two equal answers`() async throws {
    try await withStore { store in
      let logs = [store.log(), store.log()]
      for round in 0..<10 {
        var command = append("a-\(round)")
        command.idempotency = .client(requestHash: [1], keep: .seconds(600))
        command.answer = Array(#"{"id":\#(round)}"#.utf8)
        let sent = command
        async let one = logs[0].verdict(sent)
        async let two = logs[1].verdict(sent)
        let results = try await [one.get(), two.get()].sorted { !$0.isDuplicate && $1.isDuplicate }
        #expect(results.map(\.isDuplicate) == [false, true])
        #expect(results[0].position == results[1].position)
        #expect(results[0].versions == results[1].versions)
        #expect(results[1].answer == command.answer)
        command.idempotency = .client(requestHash: [2], keep: .seconds(600))
        #expect(await logs[round % 2].verdict(command) == .failure(.commandIDReused))
      }
      #expect(try await logs[0].head() == Position(10))
    }
  }

  @Test func `S11 what was decided on a state that never was is refused`() async throws {
    try await withStore { store in
      let (log, other) = (store.log(), store.log())
      // A foreign commit lands between two chained appends.
      let first = append("a-1", .noStream)
      _ = try await log.append(first)
      _ = try await other.append(append("a-1"))
      let chained = ExpectedVersion.exactly(StreamVersion(1), first.token)
      #expect(
        await log.verdict(append("a-1", chained))
          == .failure(.wrongExpectedVersion(stream: StreamName(rawValue: "a-1"), expected: chained, actual: StreamVersion(2))))
      // The first of the chain was carried out elsewhere, decided otherwise: the version is the predicted one, the state is not.
      var elsewhere = append("a-2", .noStream)
      elsewhere.streams[0].events[0].payload = Array(#"{"decided":"otherwise"}"#.utf8)
      _ = try await other.append(elsewhere)
      let here = append("a-2", .noStream, command: elsewhere.commandID)
      let next = append("a-2", .exactly(StreamVersion(1), here.token))
      let afterNext = append("a-2", .exactly(StreamVersion(2), next.token))
      let verdicts = try await store.inOneGroup([here, next, afterNext], of: log)
      #expect(try verdicts[0].get().isDuplicate)
      #expect(verdicts[1...].allSatisfy { (try? $0.get()) == nil })
      #expect(try await log.readStream(StreamName(rawValue: "a-2"), after: .none, limit: 10).map(\.token) == [elsewhere.token])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S12 an append over three streams of which one conflicts writes nothing, also in a group with others`() async throws {
    try await withStore { store in
      let log = store.log()
      _ = try await log.append(append("a-3"))
      let three = Append(streams: [part("a-1"), part("a-2"), part("a-3", .noStream)])
      let verdicts = try await store.inOneGroup([append("b-1"), three, append("b-2")], of: log)
      #expect(verdicts.map { (try? $0.get()) != nil } == [true, false, true])
      #expect(try await Set(log.allEvents().map(\.stream.rawValue)) == ["a-3", "b-1", "b-2", "busy-1"])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S13 a derived command has no second effect, however late it comes again`() async throws {
    try await withStore { store in
      let log = store.log()
      let derived = append("a-1", command: CommandID(derivedFrom: "message-7", purpose: "reserve"))
      let first = try await log.append(derived)
      var client = append("a-2")
      client.idempotency = .client(requestHash: [1], keep: .milliseconds(1))
      _ = try await log.append(client)
      try await Task.sleep(for: .milliseconds(20))
      #expect(try await store.client().query(.unprepared("select event_store.expire_commands(100)"))[0].int64(0) == 1)
      var again = derived
      again.token = DecisionToken()
      #expect(try await log.append(again) == AppendResult(position: first.position, versions: first.versions, isDuplicate: true))
      #expect(await log.verdict(client) == .failure(.commandIDSpent))
      #expect(try await log.head() == Position(2))
    }
  }
}

extension Store {
  /// Has a log gather these while the head is locked by someone else, so that they are judged in one group.
  func inOneGroup(_ appends: [Append], of log: PostgresEventLog) async throws -> [Result<AppendResult, AppendError>] {
    let box = VerdictBox()
    try await admin.withTransaction { connection in
      _ = try await connection.query(.unprepared("select from event_store.head for update"))
      log.submit(append("busy-1")) { _ in }
      try await waitForLockWaiters(1)
      for (index, append) in appends.enumerated() { log.submit(append) { box.add($0, at: index) } }
    }
    try await eventually("all are answered") { box.count == appends.count }
    return box.verdicts
  }
}
