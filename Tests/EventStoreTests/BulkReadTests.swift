import EventSourcing
import EventStore
import FoundationEssentials
import Logging
import Migrations
import Postgres
import PostgresTesting
import Testing

/// The bulk reader has its own way through PostgreSQL's binary form: what it gives must be what `readLog` gives.
@Suite struct BulkReadTests {
  @Test func `a bulk read gives the same events as pages do`() async throws {
    try await withFilledLog { log, events in
      let found = try await bulk(log, after: 0, through: Int64(events.count))
      #expect(found == events)
    }
  }

  @Test func `a bulk read keeps to its stretch of the log`() async throws {
    try await withFilledLog { log, events in
      let found = try await bulk(log, after: 7, through: 23)
      #expect(found == Array(events[7..<23]))
      let none = try await bulk(log, after: 23, through: 23)
      #expect(none.isEmpty)
    }
  }

  @Test func `a bulk read lends only what the filter accepts`() async throws {
    try await withFilledLog { log, events in
      for filter in [
        EventFilter(categories: ["pear"]), EventFilter(types: ["Ripened", "a,\"strange\" {type}"]),
        EventFilter(categories: ["apple", "pear"], types: ["Picked"]), EventFilter(categories: []),
      ] {
        let found = try await bulk(log, after: 0, through: Int64(events.count), filter)
        #expect(found == events.filter(filter.accepts))
      }
    }
  }

  @Test func `what the body throws ends a bulk read, and the log can be read again`() async throws {
    struct Enough: Error {}
    try await withFilledLog { log, events in
      await #expect(throws: Enough.self) {
        try await log.readBulk(after: .start, through: Position(Int64(events.count))) { _ in throw Enough() }
      }
      let found = try await bulk(log, after: 0, through: Int64(events.count))
      #expect(found == events)
    }
  }

  private func bulk(
    _ log: PostgresEventLog, after: Int64, through: Int64, _ filter: EventFilter = .all
  ) async throws -> [RecordedEvent] {
    var found: [RecordedEvent] = []
    try await log.readBulk(after: Position(after), through: Position(through), filter: filter) { found += $0 }
    return found
  }

  /// A log with events of all shapes, some longer than what COPY sends at once, and what `readLog` says of it.
  private func withFilledLog(_ body: (PostgresEventLog, [RecordedEvent]) async throws -> Void) async throws {
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: schemaDirectory, passwordSeed: "a seed for tests",
      prefix: "b\(UInt32.random(in: 0 ... .max))_")
    do {
      try await migrator.up(["event_store"])
      let log = PostgresEventLog(migrator.configuration("event_store", as: .app), logger: Logger(label: "test"))
      do {
        for number in 0..<60 { _ = try await log.append(append(number)) }
        let page = try await log.readLog(after: .start, filter: .all, limit: 1_000)
        try await body(log, page.events)
      } catch {
        await log.close()
        throw error
      }
      await log.close()
      try await migrator.dropEverything()
    } catch {
      try? await migrator.dropEverything()
      throw error
    }
  }

  private func append(_ number: Int) -> Append {
    let types = ["Picked", "Ripened", "a,\"strange\" {type}"]
    let length = number % 20 == 0 ? 400_000 : number * 7
    let event = EventData(
      type: types[number % 3], schemaVersion: number % 5 + 1, isPublic: number % 2 == 0,
      subject: number % 4 == 0 ? SubjectID("user-\(number)") : nil,
      payload: Array(#"{"text":"\#(String(repeating: "é", count: length))"}"#.utf8),
      occurredAt: Timestamp(microseconds: Int64(number) * 1_000_003 - 20_000_000))
    let context = number % 3 == 0 ? CommandContext(correlationID: UUID(), actor: "user-\(number)") : CommandContext()
    return Append(
      streams: [
        StreamAppend(stream: StreamName(category: ["apple", "pear"][number % 2], id: number), expected: .noStream, events: [event])
      ],
      context: context)
  }

  private var schemaDirectory: String {
    String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"
  }
}
