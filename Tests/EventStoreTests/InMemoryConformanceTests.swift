import EventSourcing
import EventStoreTesting
import Testing

@Suite struct InMemoryConformanceTests {
  @Test(arguments: ConformanceCheck.all) func `the twin in memory keeps every promise of a log`(check: ConformanceCheck) async throws {
    let log = InMemoryEventLog()
    let place = ConformancePlace(
      log: log, subscriptions: log, letTimePass: { log.advance(by: $0) }, forget: { log.forget($0) })
    try await check.run(in: place)
  }
}
