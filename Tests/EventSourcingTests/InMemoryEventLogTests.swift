import EventSourcing
import EventStoreTesting
import Synchronization
import Testing

/// What the conformance suite, which both logs pass, does not show: the means by which tests drive the twin.
@Suite struct InMemoryEventLogTests {
  let log = InMemoryEventLog()

  private func event(_ type: String = "Happened") -> EventData {
    EventData(type: type, isPublic: true, payload: Array("{}".utf8), occurredAt: log.now)
  }

  private func append(_ stream: String, _ expected: ExpectedVersion = .any, timers: [TimerChange] = []) -> Append {
    Append(streams: [StreamAppend(stream: StreamName(rawValue: stream), expected: expected, events: [event()])], timers: timers)
  }

  @Test func `timers are due when the clock has come to them`() async throws {
    _ = try await log.append(append("a-1", timers: [.set(name: "late", due: .after(.seconds(60)), payload: Array("{}".utf8))]))
    _ = try await log.append(append("a-1", timers: [.set(name: "soon", due: .at(log.now + .seconds(5)), payload: Array("{}".utf8))]))
    #expect(try await log.dueTimers(limit: 10).isEmpty)
    log.advance(by: .seconds(60))
    #expect(try await log.dueTimers(limit: 10).map(\.name) == ["soon", "late"])
    #expect(try await log.dueTimers(limit: 1).map(\.name) == ["soon"])
    _ = try await log.append(append("a-1", timers: [.cancel(name: "soon")]))
    #expect(try await log.dueTimers(limit: 10).map(\.name) == ["late"])
  }

  @Test func `numbers start at 1000 and are given once`() async throws {
    #expect(try await log.nextIDs("order", count: 1) == 1_000)
    #expect(try await log.nextIDs("order", count: 10) == 1_001)
    #expect(try await log.nextIDs("order", count: 1) == 1_011)
    #expect(try await log.nextIDs("user", count: 1) == 1_000)
  }

  @Test func `one bad append of a group does not touch its neighbours`() async throws {
    log.hold()
    var bad = append("a-2")
    bad.streams[0].events[0].payload = Array("[1]".utf8)
    let appends = [append("a-1", .noStream), append("a-1", .noStream), bad, append("a-3")]
    let verdicts = Verdicts()
    for (index, append) in appends.enumerated() { log.submit(append) { verdicts.add(index, $0) } }
    #expect(try await log.head() == .start)
    log.release()
    try await eventually { verdicts.count == 4 }
    #expect(
      verdicts.descriptions == [
        "accepted at 1", "wrongExpectedVersion", "invalid", "accepted at 2",
      ])
  }

  @Test(.timeLimit(.minutes(5))) func `a waiter wakes up when something is written`() async throws {
    async let waited: Void = log.waitForEvents(after: .start, matching: .all, timeout: .seconds(3_600))
    _ = try await log.append(append("a-1"))
    await waited
    #expect(try await log.readLog(after: .start, filter: .all, limit: 10).events.count == 1)
  }
}

/// Verdicts as they come in.
final class Verdicts: Sendable {
  private let all = Mutex<[Int: Result<AppendResult, AppendError>]>([:])

  func add(_ index: Int, _ result: Result<AppendResult, AppendError>) {
    all.withLock { $0[index] = result }
  }

  var count: Int { all.withLock { $0.count } }

  var descriptions: [String] {
    all.withLock { all in
      all.keys.sorted().map { index in
        switch all[index]! {
        case .success(let result): "accepted at \(result.position)"
        case .failure(let error): "\("\(error)".prefix { $0 != "(" })"
        }
      }
    }
  }
}
