import EventSourcing
import EventStore

/// `append.batch`: a hundred events of 300 bytes a command, each command to a stream of its own worker.
enum AppendBatch {
  static let events = 100
  static let waiting = 16

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    let baseline = try await bench.rivals.baseline("pgbench.hundred")
    say("  \(waiting) waiting, \(bench.settings.duration) s")
    let outcome = try await ScratchServer.with(["event_store"], bench.settings) { server in
      let log = server.log()
      let workers = (0..<waiting).map { Worker(log: log, number: $0) }
      let outcome = try await ClosedLoop.run(workers, seconds: bench.settings.duration)
      await log.close()
      return outcome
    }
    return [
      Measurement(
        name: "append.batch", value: outcome.rate, unit: "events/s", baseline: baseline, target: .atLeastOrRatio(100_000, 1.2),
        settings: [
          ("loop", "closed"), ("waiting", String(waiting)), ("events a command", String(events)),
          ("seconds", String(bench.settings.duration)),
          ("payload_bytes", String(BenchEvents.payloadBytes)), ("expectation", "version and token"),
        ] + outcome.latency.settings)
    ]
  }

  private struct Worker: LoopWorker {
    let log: PostgresEventLog
    let number: Int
    var turn = 0
    var stream = OwnStream(name: StreamName(category: "bench", id: "none"), version: .none)

    init(log: PostgresEventLog, number: Int) {
      self.log = log
      self.number = number
    }

    mutating func step() async throws -> Int {
      // A stream takes ten commands, as an import's would, and is then done.
      if turn % 10 == 0 { stream = OwnStream(name: BenchEvents.stream(number * 1_000_000 + turn), version: .none) }
      turn += 1
      let token = DecisionToken()
      let now = Timestamp.now()
      let result = try await log.append(
        Append(
          streams: [
            StreamAppend(
              stream: stream.name, expected: stream.expected,
              events: (0..<AppendBatch.events).map { _ in BenchEvents.event(occurredAt: now) })
          ], token: token))
      stream.version = result.versions[0]
      stream.token = token
      return AppendBatch.events
    }
  }
}
