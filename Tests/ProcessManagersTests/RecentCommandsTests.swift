import EventSourcing
import ProcessManagers
import Testing

struct RecentCommandsTests {
  private struct Failed: Error {}

  @Test func `what several paths bring at the same time is carried out once`() async throws {
    let recent = RecentCommands()
    let id = CommandID()
    let answers = try await withThrowingTaskGroup(of: Int?.self) { group in
      for number in 0..<50 {
        group.addTask {
          try await recent.once(id) {
            try await Task.sleep(for: .milliseconds(20))
            return number
          }
        }
      }
      return try await group.reduce(into: [Int?]()) { $0.append($1) }
    }
    #expect(answers.compactMap { $0 }.count == 1)
    let again = try await recent.once(id) { 0 }
    #expect(again == nil)
  }

  @Test func `after a failure the next one does it, also one who waited`() async throws {
    let recent = RecentCommands()
    let id = CommandID()
    let (started, signal) = AsyncStream.makeStream(of: Void.self)
    let failing = Task {
      try await recent.once(id) {
        signal.finish()
        try await Task.sleep(for: .milliseconds(20))
        throw Failed()
      }
    }
    for await _ in started {}
    let second = try await recent.once(id) { "done" }
    #expect(second == "done")
    await #expect(throws: Failed.self) { try await failing.value }
  }
}
