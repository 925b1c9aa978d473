import EventSourcing
import EventStore
import Migrations
import Postgres
import Testing

@Suite struct RightsTests {
  private static let changes = [
    "update event_store.events set type = 'Other'", "delete from event_store.events", "truncate event_store.events",
    "update event_store.commits set hash = sha256('x')", "delete from event_store.commits", "truncate event_store.commits",
  ]

  @Test func `the application cannot change or delete an event, nor write one past the append`() async throws {
    try await withStore { store in
      let log = store.log()
      _ = try await log.append(append("a-1"))
      let client = store.client()
      let writes = [
        "insert into event_store.commits values (2, 2, now(), sha256('x'))", "delete from event_store.claims",
        "update event_store.head set log_id = gen_random_uuid()", "alter table event_store.events disable trigger append_only",
        "select event_store.grant_reader('x', array['a'])", "create table event_store.mine (n int)",
      ]
      for statement in Self.changes + writes {
        let error = await #expect(throws: PostgresError.self, "\(statement)") { _ = try await client.query(.unprepared(statement)) }
        #expect(error?.sqlState?.rawValue == "42501", "\(statement)")
      }
      #expect(try await store.defects() == [])
      #expect(try await log.allEvents().count == 1)
    }
  }

  @Test func `owner and administrator meet the trigger`() async throws {
    try await withStore { store in
      _ = try await store.log().append(append("a-1"))
      for prefix in ["", "set session_replication_role = replica; "] {
        for statement in Self.changes {
          let error = await #expect(throws: PostgresError.self, "\(statement)") {
            try await store.admin.executeScript(prefix + statement)
          }
          #expect(error?.sqlState?.rawValue == "55000", "\(prefix)\(statement)")
        }
      }
      #expect(try await store.defects() == [])
    }
  }

  @Test func `a service's role reads its own categories and the public events of the others`() async throws {
    let role = "orders_service_db_projector"
    try await withStore(databases: ["event_store", "orders_service_db"], logReaders: [role: ["order"]]) { store in
      let log = store.log()
      func write(_ stream: String, isPublic: Bool) async throws {
        let part = StreamAppend(stream: StreamName(rawValue: stream), expected: .any, events: [event(isPublic: isPublic)])
        _ = try await log.append(Append(streams: [part]))
      }
      try await write("order-1", isPublic: false)
      try await write("order-1", isPublic: true)
      try await write("user-1", isPublic: false)
      try await write("user-1", isPublic: true)
      let service = store.log {
        let own = store.migrator.configuration("event_store", as: .projector, of: "orders_service_db")
        $0.user = own.user
        $0.password = own.password
      }
      #expect(try await service.allEvents().map(\.position.rawValue) == [1, 2, 4])
      let users = EventFilter(categories: ["user"])
      #expect(try await service.readLog(after: .start, filter: users, limit: 10).events.map(\.position.rawValue) == [4])
      #expect(try await service.readLog(after: Position(2), filter: users, limit: 1).position == Position(4))
      #expect(try await service.head() == Position(4))
      // And does nothing else.
      guard case .failure(.unavailable) = await service.verdict(append("order-1")) else {
        Issue.record("a reader appended")
        return
      }
      await #expect(throws: PostgresError.self) { _ = try await service.nextIDs("order", count: 1) }
      await #expect(throws: PostgresError.self) { _ = try await service.claimOwner("email:x") }
      #expect(try await log.head() == Position(4))
    }
  }
}
