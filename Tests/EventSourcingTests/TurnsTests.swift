import EventSourcing
import EventStoreTesting
import Testing

/// What an executor does when other processes write to the same streams.
@Suite struct TurnsTests {
  let log = InMemoryEventLog()

  private func executor(cacheCapacity: Int = 1_000) -> CommandExecutor {
    CommandExecutor(log: log, cacheCapacity: cacheCapacity) { [log] in log.now }
  }

  private func totals(of counter: String) throws -> [Int64] {
    try log.events.filter { $0.stream == Counter.stream(counter) }.map {
      switch try Counter.Event.decoder.decode($0) {
      case .added(let added): added.total
      }
    }
  }

  /// Each of the writers adds one to a counter again and again, until it stands at the limit.
  /// - Returns: how often each executor succeeded.
  private func fill(
    _ counters: [String], to limit: Int64, writers: Int, by executors: [CommandExecutor]
  ) async throws -> [Int] {
    try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for writer in 0..<writers {
        let index = writer % executors.count
        group.addTask {
          var command = AddToCounters("", limit: limit)
          command.counters = counters
          var count = 0
          while true {
            do {
              _ = try await executors[index].execute(command)
              count += 1
            } catch CounterRejection.full(let value) {
              try #require(value == limit, "a refusal is true")
              return (index, count)
            }
          }
        }
      }
      return try await group.reduce(into: Array(repeating: 0, count: executors.count)) { $0[$1.0] += $1.1 }
    }
  }

  @Test(arguments: 2...4) func `processes at one stream get equal shares of it`(processes: Int) async throws {
    let limit = 400 * processes
    let counts = try await fill(["hot"], to: Int64(limit), writers: 8 * processes, by: (0..<processes).map { _ in executor() })
    #expect(try totals(of: "hot") == Array(1...Int64(limit)))
    #expect(counts.reduce(0, +) == limit)
    #expect(counts.allSatisfy { $0 >= limit / processes / 2 }, "\(counts)")
  }

  @Test func `commands over several contended streams, and over different ones, add up`() async throws {
    let executors = [executor(), executor()]
    async let both = fill(["a", "b"], to: 200, writers: 8, by: executors)
    async let one = fill(["c"], to: 200, writers: 8, by: executors)
    #expect(try await both.reduce(0, +) == 200)
    #expect(try await one.reduce(0, +) == 200)
    for counter in ["a", "b", "c"] { #expect(try totals(of: counter) == Array(1...200)) }
  }

  @Test func `a cache too small for the contended streams only costs time`() async throws {
    let counts = try await fill(
      ["a", "b", "c", "d", "e"], to: 100, writers: 8, by: [executor(cacheCapacity: 2), executor(cacheCapacity: 2)])
    #expect(counts.reduce(0, +) == 100)
    #expect(try totals(of: "e") == Array(1...100))
  }

  @Test func `a refused turn is no end: its commands are decided without one`() async throws {
    for _ in 1...50 { log.refuseNextTurn() }
    let counts = try await fill(["hot"], to: 200, writers: 8, by: [executor(), executor()])
    #expect(counts.reduce(0, +) == 200)
    #expect(try totals(of: "hot") == Array(1...200))
  }

  @Test func `after a lost answer in a turn the same command has one effect`() async throws {
    let (mine, others) = (executor(), executor())
    let limit: Int64 = 200
    async let filled = fill(["hot"], to: limit, writers: 8, by: [others])
    for index in 1...20 {
      let id = CommandID(derivedFrom: "message \(index)", purpose: "count")
      if index.isMultiple(of: 2) { log.loseNextAnswer(written: index.isMultiple(of: 4)) }
      while true {
        do {
          _ = try await mine.execute(AddToCounters("hot"), id: id)
          break
        } catch CommandError.unavailable { continue }
      }
    }
    // Others' answers may be the ones that were lost; they are not asked again.
    _ = try? await filled
    let totals = try totals(of: "hot")
    #expect(totals == Array(1...Int64(totals.count)))
    #expect(Set(log.events.map(\.commandID)).count == log.events.count)
  }
}
