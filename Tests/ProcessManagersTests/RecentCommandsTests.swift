import EventSourcing
import ProcessManagers
import Testing

struct RecentCommandsTests {
  private struct Failed: Error {}

  @Test func `what several paths bring at the same time is carried out once`() async throws {
    let recent = RecentCommands()
    let id = CommandID()
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let answers = try await withThrowingTaskGroup(of: Int?.self) { group in
      for number in 0..<50 {
        group.addTask {
          arrived.yield()
          return try await recent.once(id) {
            // Under way until all of them are here.
            for await _ in arrivals.prefix(50) {}
            return number
          }
        }
      }
      return try await group.reduce(into: [Int?]()) { $0.append($1) }
    }
    // Who did not carry it out has no answer.
    #expect(answers.count == 50 && answers.compactMap { $0 }.count == 1)
    let again = try await recent.once(id) { 0 }
    #expect(again == nil)
  }

  @Test func `after a failure the next one does it, also one who waited`() async throws {
    let recent = RecentCommands()
    let id = CommandID()
    let (starts, started) = AsyncStream.makeStream(of: Void.self)
    let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
    let failing = Task {
      try await recent.once(id) {
        started.finish()
        for await _ in arrivals {}
        throw Failed()
      }
    }
    for await _ in starts {}
    let waiting = Task {
      arrived.finish()
      return try await recent.once(id) { "done" }
    }
    await #expect(throws: Failed.self) { try await failing.value }
    #expect(try await waiting.value == "done")
    let again = try await recent.once(id) { "again" }
    #expect(again == nil)
  }
}
