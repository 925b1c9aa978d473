import EventSourcing
import EventStore

/// `append.distinct`: one event of 300 bytes an append, on 10,000 existing streams, each append expecting exactly the version and the token
/// it last saw there; 5 % take a claim as well. So many appends wait at any time.
enum AppendDistinct {
  static let streams = 10_000
  static let claimShare = 0.05

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    let baseline = try await bench.rivals.baseline("pgbench.one")
    let seconds = bench.settings.seconds(usually: 60)
    var results: [Measurement] = []
    for (waiting, target) in [(64, 1.5), (256, 2.2)] {
      say("  \(waiting) waiting, \(seconds) s")
      let outcome = try await run(bench, waiting: waiting, seconds: seconds, isClient: false)
      let settings = about(waiting, seconds) + outcome.latency.settings
      results.append(
        Measurement(
          name: "append.distinct.\(waiting)", value: outcome.rate, unit: "events/s", baseline: baseline, target: .ratio(target),
          settings: settings))
      if waiting == 64 {
        results.append(
          Measurement(
            name: "append.distinct.64.p99", value: outcome.latency.milliseconds(at: 99), unit: "ms", target: .atMost(20), settings: settings
          ))
      }
    }
    say("  64 waiting, with stored answers, \(bench.settings.duration) s")
    let outcome = try await run(bench, waiting: 64, seconds: bench.settings.duration, isClient: true)
    results.append(
      Measurement(
        name: "append.distinct.64.answers", value: outcome.rate, unit: "events/s", baseline: baseline,
        settings: about(64, bench.settings.duration) + [("command class", "client: request hash and answer stored")]
          + outcome.latency.settings))
    return results
  }

  private static func about(_ waiting: Int, _ seconds: Int) -> [(String, String)] {
    [
      ("loop", "closed"), ("waiting", String(waiting)), ("seconds", String(seconds)), ("streams", String(streams)),
      ("payload_bytes", String(BenchEvents.payloadBytes)), ("expectation", "version and token"), ("claims", "5 % of the appends"),
      ("processes", "1"),
    ]
  }

  private static func run(_ bench: Bench, waiting: Int, seconds: Int, isClient: Bool) async throws -> ClosedLoop.Outcome {
    try await ScratchServer.with(["event_store"], bench.settings) { server in
      let log = server.log()
      let own = try await OwnStream.make(streams, in: log)
      try await server.settle("event_store")
      let workers = (0..<waiting).map { number in
        Worker(log: log, number: number, own: stride(from: number, to: own.count, by: waiting).map { own[$0] }, isClient: isClient)
      }
      let outcome = try await ClosedLoop.run(workers, seconds: seconds)
      let head = try await log.head()
      let damage = try await log.verifyChain(from: Position(max(1, head.rawValue - 20_000)), through: head)
      await log.close()
      guard damage.isEmpty else { throw BenchmarkError("the chain is broken at \(damage[0])") }
      return outcome
    }
  }

  /// Writes to streams that nobody else writes to.
  private struct Worker: LoopWorker {
    let log: PostgresEventLog
    let number: Int
    var own: [OwnStream]
    let isClient: Bool
    var turn = 0
    var random = SystemRandomNumberGenerator()

    init(log: PostgresEventLog, number: Int, own: [OwnStream], isClient: Bool) {
      self.log = log
      self.number = number
      self.own = own
      self.isClient = isClient
    }

    mutating func step() async throws -> Int {
      turn += 1
      let index = Int.random(in: own.indices, using: &random)
      let token = DecisionToken()
      let stream = own[index]
      var append = Append(
        streams: [StreamAppend(stream: stream.name, expected: stream.expected, events: [BenchEvents.event()])], token: token)
      if Double.random(in: 0..<1, using: &random) < claimShare {
        append.claims = [.take(key: "bench:\(number)-\(turn)", owner: stream.name)]
      }
      if isClient {
        append.idempotency = .client(requestHash: [UInt8](repeating: UInt8(truncatingIfNeeded: turn), count: 32), keep: .seconds(86_400))
        append.answer = Array(#"{"status":201,"id":4503631176970044}"#.utf8)
      }
      own[index].version = try await log.append(append).versions[0]
      own[index].token = token
      return 1
    }
  }
}
