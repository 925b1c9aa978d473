import EventSourcing
import EventStoreTesting
import Testing

@Suite struct PersonalDataTests {
  let log = InMemoryEventLog()

  private func notes() async throws -> [String?] {
    let keys = try await log.subjectKeys(Set(log.events.compactMap(\.subject)), create: false)
    return try Note.state(after: log.events.map { try Note.Event.decoder.decode($0, keys: keys) })
  }

  @Test func `what is personal is stored encrypted and read back`() async throws {
    let executor = CommandExecutor(log: log)
    _ = try await executor.execute(TakeNote(about: 1, text: "likes fennel"))
    let event = log.events[0]
    #expect(event.subject == SubjectID("person-1"))
    #expect(!String(decoding: event.payload, as: UTF8.self).contains("fennel"))
    #expect(try await notes() == ["likes fennel"])
  }

  @Test func `two texts that are equal are stored differently`() async throws {
    let executor = CommandExecutor(log: log)
    for _ in 1...2 { _ = try await executor.execute(TakeNote(about: 1, text: "same")) }
    #expect(log.events[0].payload != log.events[1].payload)
    #expect(try await notes() == ["same", "same"])
  }

  @Test func `after the key is destroyed the event reads without its personal part`() async throws {
    let executor = CommandExecutor(log: log)
    _ = try await executor.execute(TakeNote(about: 1, text: "likes fennel"))
    _ = try await executor.execute(TakeNote(about: 2, text: "likes leek"))
    log.forget(SubjectID("person-1"))
    #expect(try await notes() == [nil, "likes leek"])
  }

  @Test func `nothing personal is written about somebody forgotten`() async throws {
    let executor = CommandExecutor(log: log)
    _ = try await executor.execute(TakeNote(about: 1, text: "likes fennel"))
    log.forget(SubjectID("person-1"))
    await #expect { try await executor.execute(TakeNote(about: 1, text: "again")) } throws: { error in
      if case CommandError.forgotten(SubjectID("person-1")) = error { true } else { false }
    }
    #expect(log.events.count == 1)
  }
}
