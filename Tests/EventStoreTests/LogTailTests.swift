import EventSourcing
import Logging
import Migrations
import Postgres
import Testing

@testable import EventStore

/// Followers of one process who share what is read at the log's end.
@Suite(.timeLimit(.minutes(2))) struct LogTailTests {
  private static let small: LogTail.Limits = {
    var limits = LogTail.Limits()
    (limits.events, limits.page) = (8, 4)
    return limits
  }()

  /// Of a process with a tail of its own; nobody tells it of what others append.
  private func withTail<R: Sendable>(
    _ store: Store, _ limits: LogTail.Limits = small, _ body: (PostgresEventLog) async throws -> R
  ) async throws -> R {
    let log = PostgresEventLog(store.migrator.configuration("event_store", as: .app), keys: nil, tail: limits, logger: quietLogger)
    do {
      let result = try await body(log)
      await log.close()
      return result
    } catch {
      await log.close()
      throw error
    }
  }

  private func append(_ types: String..., to log: PostgresEventLog) async throws { try await append(types, to: log) }

  private func append(_ types: [String], to log: PostgresEventLog) async throws {
    let events = types.map { EventData(type: $0, isPublic: true, payload: Array("{}".utf8), occurredAt: Timestamp(microseconds: 0)) }
    _ = try await log.append(Append(streams: [StreamAppend(stream: StreamName(rawValue: "a-1"), expected: .any, events: events)]))
  }

  /// Reads on until a position is reached.
  /// - Parameter lag: reads only when the log is so far ahead, or at its end.
  private func follow(
    _ log: PostgresEventLog, _ filter: EventFilter, through end: Int64, lag: Int64 = 0
  ) async throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    var position = Position.start
    while position.rawValue < end {
      if lag > 0 {
        let awaited = Position(min(end, position.rawValue + lag))
        while try await log.head() < awaited {
          await log.waitForEvents(after: Position(awaited.rawValue - 1), matching: .all, timeout: .seconds(2))
        }
      }
      // A connection may be lost in a test; a session of a real follower would begin anew.
      guard let page = try? await log.readTail(after: position, filter: filter, limit: 3) else { continue }
      #expect(page.position >= position)
      events += page.events
      position = page.position
      if page.events.isEmpty { await log.waitForEvents(after: position, matching: filter, timeout: .seconds(2)) }
    }
    return events
  }

  @Test func `followers of any speed get each event once, however little is kept`() async throws {
    try await withStore { store in
      let writer = store.log()
      try await withTail(store) { log in
        async let quick = follow(log, .all, through: 400)
        async let slow = follow(log, EventFilter(types: ["B"]), through: 400, lag: 60)
        async let choosy = follow(log, EventFilter(types: ["None"]), through: 400)
        for _ in 0..<100 { try await append("A", "B", "A", "A", to: writer) }
        let all = try await quick
        #expect(all.map(\.position.rawValue) == Array(1...400))
        #expect(try await slow == all.filter { $0.type == "B" })
        #expect(try await choosy.isEmpty)
      }
    }
  }

  @Test func `events that somebody does not want do not wake him`() async throws {
    var limits = Self.small
    limits.idle = .seconds(600)
    let unhurried = limits
    try await withStore { store in
      try await withTail(store, unhurried) { log in
        let (wanted, others) = (EventFilter(types: ["Wanted"]), EventFilter(types: ["Other"]))
        // The tail is where the log is before anybody waits for news.
        try await append("Other", to: log)
        await log.waitForEvents(after: .start, matching: others, timeout: .seconds(60))
        let waiting = Task { await log.waitForEvents(after: Position(1), matching: wanted, timeout: .seconds(60)) }
        for number in 2...6 {
          try await append("Other", to: log)
          await log.waitForEvents(after: Position(Int64(number - 1)), matching: others, timeout: .seconds(60))
        }
        try await append("Wanted", to: log)
        await waiting.value
        let page = try await log.readTail(after: Position(1), filter: wanted, limit: 10)
        #expect(page.events.map(\.position) == [Position(7)])
      }
    }
  }

  @Test func `who waits is let go after a while, so that his place moves on with what he does not want`() async throws {
    try await withStore { store in
      try await withTail(store) { log in
        try await append("Other", "Other", to: log)
        let none = EventFilter(types: ["None"])
        var position = Position.start
        while position < Position(2) {
          await log.waitForEvents(after: position, matching: none, timeout: .seconds(60))
          position = try await log.readTail(after: position, filter: none, limit: 10).position
        }
        try await append("Other", to: log)
        while position < Position(3) {
          await log.waitForEvents(after: position, matching: none, timeout: .seconds(60))
          position = try await log.readTail(after: position, filter: none, limit: 10).position
        }
      }
    }
  }

  @Test func `who waits is let go after a while also when there is always more to read`() async throws {
    var limits = LogTail.Limits()
    (limits.page, limits.idle) = (1, .milliseconds(10))
    let slow = limits
    try await withStore { store in
      try await withTail(store, slow) { log in
        let none = EventFilter(types: ["None"])
        try await append(["Other"], to: log)
        await log.waitForEvents(after: .start, matching: .all, timeout: .seconds(60))
        async let waiting: Void = log.waitForEvents(after: Position(1), matching: none, timeout: .seconds(60))
        // Read one by one: that takes many times as long as anybody is to wait.
        try await append(Array(repeating: "Other", count: 3_000), to: log)
        await waiting
        let position = try await log.readTail(after: Position(1), filter: none, limit: 10).position
        #expect(position > Position(1) && position < Position(3_001))
      }
    }
  }

  @Test func `a reader that failed is followed by another, and nothing is left out`() async throws {
    try await withStore { store in
      try await withTail(store) { log in
        async let followed = follow(log, EventFilter(types: ["B"]), through: 80)
        let writer = store.log()
        for number in 0..<20 {
          try await append("A", "B", "A", "A", to: writer)
          if number % 7 == 3 {
            _ = try await store.admin.query(
              .unprepared(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and query like '%event_store.log%'
                """))
          }
        }
        #expect(try await followed.map(\.position.rawValue) == (0..<20).map { $0 * 4 + 2 })
      }
    }
  }
}
