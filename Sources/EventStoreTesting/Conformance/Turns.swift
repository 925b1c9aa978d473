import EventSourcing
import JSON
import Synchronization

extension ConformanceCheck {
  static let turns = [
    ConformanceCheck("a turn is told what is new of its streams, and what it hands over is judged on exactly that") { run in
      let (a, b, c) = (run.stream("a"), run.stream("b"), run.stream("c"))
      let (one, two) = (run.append("a", events: 3), run.append("a", events: 1))
      let first = try await run.accept(one)
      try await run.accept(two)
      try await run.accept(run.append("b", events: 2))
      let seen = Collected<[StreamName: [RecordedEvent]]>()
      let results = Collected<Result<AppendResult, AppendError>>()
      let tails = [StreamTail(a, after: StreamVersion(1)), StreamTail(b, after: StreamVersion(2)), StreamTail(c, after: .none)]
      try await run.log.takeTurn(reading: tails, limit: 10) { news in
        seen.add(news)
        let expected = ExpectedVersion.exactly(StreamVersion(4), news[a]?.last?.token)
        run.log.submit(run.append("a", expected)) { results.add($0) }
        // The same belief again: the one before it was written first.
        run.log.submit(run.append("a", expected)) { results.add($0) }
      }
      // All is answered when the turn is over.
      try run.expect(results.all.count, 2, "answers")
      let written = try results.all[0].get()
      try run.expect(written.versions, [StreamVersion(5)])
      try run.expect(written.position.rawValue, first.position.rawValue + 4, "the position")
      guard case .failure(.wrongExpectedVersion(a, _, StreamVersion(5))) = results.all[1] else {
        throw ConformanceFailure(description: "not refused as overtaken: \(results.all[1])")
      }
      try run.expect(seen.all.count, 1, "decisions")
      try run.expect(seen.all[0].keys.sorted { $0.rawValue < $1.rawValue }, [a], "streams with news")
      try run.expect(seen.all[0][a]?.map(\.version.rawValue), [2, 3, 4])
      try run.expect(seen.all[0][a]?.map(\.token), [one.token, one.token, two.token])
    },
    ConformanceCheck("a turn reads no more of a stream than it asked for") { run in
      try await run.accept(run.append("a", events: 5))
      try await run.accept(run.append("b", events: 2))
      let seen = Collected<[StreamName: [RecordedEvent]]>()
      try await run.log.takeTurn(
        reading: [StreamTail(run.stream("a"), after: .none), StreamTail(run.stream("b"), after: .none)], limit: 2
      ) { seen.add($0) }
      try run.expect(seen.all[0][run.stream("a")]?.map(\.version.rawValue), [1, 2])
      try run.expect(seen.all[0][run.stream("b")]?.map(\.version.rawValue), [1, 2])
    },
    ConformanceCheck("a turn in which nothing is handed over, or partly what is refused, holds up nobody else's appends") { run in
      try await run.accept(run.append("a"))
      try await run.log.takeTurn(reading: [StreamTail(run.stream("a"), after: .none)], limit: 10) { _ in }
      try await run.log.takeTurn(reading: [], limit: 10) { _ in }
      let results = Collected<Result<AppendResult, AppendError>>()
      try await run.log.takeTurn(reading: [StreamTail(run.stream("a"), after: .none)], limit: 10) { _ in
        run.log.submit(run.append("a", .noStream)) { results.add($0) }
        var invalid = run.append("a")
        invalid.streams[0].events[0].payload = Array(#"{"a":"#.utf8)
        run.log.submit(invalid) { results.add($0) }
        run.log.submit(run.append("b")) { results.add($0) }
      }
      var kinds: [String] = []
      for result in results.all {
        switch result {
        case .success: kinds.append("accepted")
        case .failure(.wrongExpectedVersion): kinds.append("overtaken")
        case .failure(.invalid): kinds.append("invalid")
        case .failure(let error): kinds.append("\(error)")
        }
      }
      try run.expect(kinds.sorted(), ["accepted", "invalid", "overtaken"])
      try await run.accept(run.append("a", .exactly(StreamVersion(1), nil)))
    },
    ConformanceCheck("turns that are asked for together are given one after the other, each on what the one before it left") { run in
      let a = run.stream("a")
      let results = Collected<Result<AppendResult, AppendError>>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            try await run.log.takeTurn(reading: [StreamTail(a, after: .none)], limit: 1_000) { news in
              let last = news[a]?.last
              let expected = last.map { ExpectedVersion.exactly($0.version, $0.token) } ?? .noStream
              run.log.submit(run.append("a", expected)) { results.add($0) }
            }
          }
        }
        try await group.waitForAll()
      }
      for result in results.all { _ = try result.get() }
      try run.expect(try await run.version("a"), 20)
    },
    ConformanceCheck("two executors at one stream fill it to its limit exactly, and neither is left behind") { run in
      let executors = [CommandExecutor(log: run.log), CommandExecutor(log: run.log)]
      let (writers, limit) = (8, Int64(400))
      let counts = try await withThrowingTaskGroup(of: (Int, Int64).self) { group in
        for writer in 0..<(2 * writers) {
          group.addTask { (writer % 2, try await Tally.fill(run.category, to: limit, by: executors[writer % 2])) }
        }
        return try await group.reduce(into: [Int64(0), 0]) { $0[$1.0] += $1.1 }
      }
      try run.expect(counts.reduce(0, +), limit, "acknowledged")
      try run.expect(
        try await run.log.readStream(Tally.stream(run.category), after: .none, limit: 1_000).map(\.version.rawValue), Array(1...limit))
      try run.expect(counts.allSatisfy { $0 >= limit / 4 }, "each has a quarter of \(limit): \(counts)")
    },
  ]
}

/// What was told, in order.
private final class Collected<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])

  func add(_ value: Value) { values.withLock { $0.append(value) } }

  var all: [Value] { values.withLock { $0 } }
}

/// A stream that takes a certain number of marks.
private enum Tally: Aggregate {
  static let category = "tally"
  static let initialState: Int64 = 0

  enum Event: AggregateEvent {
    case marked(Marked)
    var payload: any EventPayload {
      switch self {
      case .marked(let event): event
      }
    }
    static let decoder = EventDecoder<Event>([EventCase(Marked.self, Event.marked)])
  }

  struct Marked: EventPayload {
    static let type = EventType("TallyMarked", .private)
    init() {}
    init(from json: inout JSONObjectReader) throws {}
    func encode(to json: inout JSONWriter) {}
  }

  static func evolve(_ state: inout Int64, _ event: Event) {
    switch event {
    case .marked: state += 1
    }
  }

  struct Full: Rejection {
    let marks: Int64
  }

  struct Mark: Command {
    var tally: String
    var limit: Int64

    func decide(in session: inout DecisionSession) throws -> NoAnswer {
      let marks = try session.load(Tally.self, tally)
      guard marks < limit else { throw Full(marks: marks) }
      try session.record([.marked(Marked())], on: Tally.self, tally)
      return NoAnswer()
    }
  }

  /// Marks until it is full.
  /// - Returns: how many marks were acknowledged.
  static func fill(_ tally: String, to limit: Int64, by executor: CommandExecutor) async throws -> Int64 {
    var count: Int64 = 0
    while true {
      do {
        _ = try await executor.execute(Mark(tally: tally, limit: limit))
        count += 1
      } catch let full as Full {
        // A refusal is true: the tally never held more, and holds as much now.
        guard full.marks == limit else { throw ConformanceFailure(description: "refused as full at \(full.marks)") }
        return count
      }
    }
  }
}
