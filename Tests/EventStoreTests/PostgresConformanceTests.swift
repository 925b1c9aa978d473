import EventSourcing
import EventStore
import EventStoreTesting
import Testing

@Suite struct PostgresConformanceTests {
  /// All in one database, one after the other: making one takes longer than all checks.
  @Test func `the log in PostgreSQL keeps every promise of a log`() async throws {
    try await withStore(databases: ["event_store", "subject_keys"]) { store in
      let keys = store.subjectKeys()
      let log = store.log(keys: keys)
      let place = ConformancePlace(
        log: log, subscriptions: log, letTimePass: { try await Task.sleep(for: $0) }, forget: { try await keys.forget($0) })
      for check in ConformanceCheck.all {
        do {
          try await check.run(in: place)
        } catch {
          Issue.record("\(check.name): \(error)")
        }
      }
      let defects = try await store.defects()
      #expect(defects == [])
    }
  }
}
