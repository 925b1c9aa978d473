import EventSourcing
import Foundation
import Postgres
import Synchronization
import Testing

@testable import EventStore

/// Turns of several processes over one database.
@Suite(.serialized) struct TurnsTests {
  private let a = StreamName(rawValue: "a-1")

  private static let endTheTurn =
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and state = 'idle in transaction';"

  private static let longTurns = """
    do $$ declare longer text; begin
      select replace(pg_get_functiondef('event_store.take_turn'::regproc), '''1s''', '''60s''') into strict longer;
      execute longer;
    end $$;
    """

  /// At most thirty seconds.
  private static let untilSomebodyWaits = """
    do $$ begin
      for attempt in 1 .. 3000 loop
        perform pg_stat_clear_snapshot();
        if exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') then return; end if;
        perform pg_sleep(0.01);
      end loop;
      raise exception 'nobody waits';
    end $$;
    """

  @Test func `while a process has its turn the others wait, and are judged after it`() async throws {
    try await withStore { store in
      // A busy machine may take longer than the one second of a turn to start the rival.
      try await store.admin.executeScript(Self.longTurns)
      let (log, other) = (store.log(), store.log())
      let first = try await other.append(append("a-1"))
      #expect(first.versions == [StreamVersion(1)])
      let box = VerdictBox()
      let rival = Mutex<Process?>(nil)
      let outcome = Mutex<Int32?>(nil)
      try await log.takeTurn(reading: [StreamTail(a, after: .none)], limit: 10) { news in
        // It waits for the head before this turn writes anything.
        rival.withLock { $0 = try? store.psql(FaultsTests.script(of: [append("a-1", .exactly(StreamVersion(1), nil))])) }
        outcome.withLock { $0 = store.run(Self.untilSomebodyWaits) }
        log.submit(append("a-1", .exactly(StreamVersion(1), news[self.a]?.last?.token))) { box.add($0, at: 0) }
      }
      #expect(outcome.withLock { $0 } == 0)
      #expect(try box.verdicts[0].get().versions == [StreamVersion(2)])
      rival.withLock { $0?.waitUntilExit() }
      #expect(rival.withLock { $0?.terminationStatus } == 0)
      #expect(try await log.allEvents().count == 2, "the other was refused")
      #expect(try await store.defects() == [])
    }
  }

  @Test func `a turn whose connection breaks after the decision leaves nothing half done, and what it decided is judged once`() async throws
  {
    try await withStore { store in
      let log = store.log()
      let box = VerdictBox()
      let group = [Append(streams: [part("a-1", events: 2), part("a-2")]), append("a-1", .exactly(StreamVersion(2), nil))]
      try await log.takeTurn(reading: [StreamTail(a, after: .none)], limit: 10) { _ in
        for (index, append) in group.enumerated() { log.submit(append) { box.add($0, at: index) } }
        #expect(store.run(Self.endTheTurn) == 0)
      }
      #expect(try box.verdicts.map { try $0.get().versions } == [[StreamVersion(2), StreamVersion(1)], [StreamVersion(3)]])
      #expect(try box.verdicts.map { try $0.get().isDuplicate } == [false, false])
      #expect(try await log.allEvents().map(\.stream.rawValue) == ["a-1", "a-1", "a-2", "a-1"])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `a turn whose connection breaks while it waits is none, and the log goes on`() async throws {
    try await withStore { store in
      let log = store.log()
      try await store.admin.withTransaction { connection in
        _ = try await connection.query(.unprepared("select from event_store.head for update"))
        async let refusal = refusal(by: log)
        try await store.waitForLockWaiters(1)
        try await store.endLockWaiters()
        guard case .unavailable = await refusal else {
          Issue.record("not unavailable: \(String(describing: await refusal))")
          return
        }
      }
      _ = try await log.append(append("a-1"))
      #expect(try await store.defects() == [])
    }
  }

  /// Why there was no turn; nil when there was one.
  private func refusal(by log: PostgresEventLog) async -> AppendError? {
    do throws(AppendError) {
      try await log.takeTurn(reading: [StreamTail(a, after: .none)], limit: 10) { _ in Issue.record("it had its turn") }
      return nil
    } catch {
      return error
    }
  }

  @Test func `a process that stalls in its turn loses it, and the others wait no longer than that`() async throws {
    try await withStore { store in
      let log = store.log()
      let box = VerdictBox()
      let waited = Mutex<Duration?>(nil)
      try await log.takeTurn(reading: [StreamTail(a, after: .none)], limit: 10) { _ in
        // Decides until another's append has been written, which it cannot be before this turn is over.
        let begin = ContinuousClock.now
        #expect(store.run(FaultsTests.script(of: [append("a-1", .noStream)])) == 0)
        waited.withLock { $0 = ContinuousClock.now - begin }
        log.submit(append("a-1", .noStream)) { box.add($0, at: 0) }
        log.submit(append("a-2", .noStream)) { box.add($0, at: 1) }
      }
      let duration = try #require(waited.withLock { $0 })
      #expect(duration < .seconds(30), "the bound is one second, the rest is the start of a process on a busy machine")
      #expect(
        box.verdicts == [
          .failure(.wrongExpectedVersion(stream: a, expected: .noStream, actual: StreamVersion(1))),
          .success(AppendResult(position: Position(2), versions: [StreamVersion(1)], isDuplicate: false)),
        ])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `what waits for the next group is written with a turn`() async throws {
    try await withStore { store in
      let log = store.log()
      let box = VerdictBox()
      try await log.takeTurn(reading: [StreamTail(a, after: .none)], limit: 10) { _ in
        log.submit(append("b-1")) { box.add($0, at: 0) }
        log.submit(append("a-1", .noStream)) { box.add($0, at: 1) }
      }
      #expect(try box.verdicts.map { try $0.get().position.rawValue } == [1, 2])
      let commits = try await store.admin.query(.unprepared("select count(*) from event_store.commits"))[0].int64(0)
      #expect(commits == 1)
    }
  }
}

extension Store {
  /// Lets another process run statements, and waits for it where nothing asynchronous can be awaited.
  /// - Returns: its exit status.
  fileprivate func run(_ script: String) -> Int32? {
    guard let process = try? psql("\\set ON_ERROR_STOP on\n" + script) else { return nil }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
