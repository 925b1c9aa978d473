import EventSourcing
import EventStore
import Migrations

/// `read.log`: a log of 1 M events of 300 bytes, unencrypted, read from 0 in order: as stored, and decoded to typed events.
enum ReadLog {
  static let events: Int64 = 1_000_000

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await ScratchServer.with(["event_store"], bench.settings) { server in
      let log = server.log()
      try await fill(log)
      try await server.settle("event_store")
      let baseline = try await bench.rivals.baseline(
        "copy.binary",
        environment: [
          "EVENT_STORE_URL": server.url("event_store", as: .app),
          "READ_LOG_QUERY": "select \(columns) from event_store.log order by position",
        ])
      var results: [Measurement] = []
      for (kind, target, isDecoded) in [("raw", 700_000.0, false), ("decoded", 500_000, true)] {
        say("  \(kind), \(bench.settings.duration) s")
        let rate = try await read(log, seconds: bench.settings.duration, isDecoded: isDecoded)
        results.append(
          Measurement(
            name: "read.log.\(kind)", value: rate, unit: "events/s", baseline: baseline, target: .atLeast(target),
            settings: [
              ("log_events", String(events)), ("payload_bytes", String(BenchEvents.payloadBytes)), ("processes", "1"),
              ("seconds", String(bench.settings.duration)), ("peak_mib", Table.number(Machine.peakMebibytes())),
            ]))
      }
      await log.close()
      return results
    }
  }

  /// What a reader of ours asks for.
  private static let columns =
    "position, stream, version, event_id, type, schema_version, is_public, subject, payload, metadata, command_id, token, occurred_at, recorded_at"

  /// Fills a log by a hundred events an append, several appends under way.
  static func fill(_ log: PostgresEventLog, events: Int64 = events) async throws {
    say("  filling a log with \(events) events")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for filler in 0..<8 {
        group.addTask {
          for number in stride(from: Int64(filler), to: events / 100, by: 8) {
            let part = StreamAppend(
              stream: BenchEvents.stream(Int(number)), expected: .noStream, events: (0..<100).map { _ in BenchEvents.event() })
            _ = try await log.append(Append(streams: [part]))
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func read(_ log: PostgresEventLog, seconds: Int, isDecoded: Bool) async throws -> Double {
    let head = try await log.head()
    let begin = monotonicMicroseconds()
    var count = 0
    var check: Int64 = 0
    var elapsed: Int64 = 0
    // One piece is decoded while the next one is read, and its events come in their order all the same.
    var decoding: Task<Int64, any Error>?
    repeat {
      var last: Int64 = 0
      try await log.readBulk(after: .start, through: head) { events in
        guard events[0].position.rawValue == last + 1 else { throw BenchmarkError("the log was not read in order") }
        last = events[events.count - 1].position.rawValue
        count += events.count
        if isDecoded {
          check &+= try await decoding?.value ?? 0
          decoding = Task { try decode(events) }
        }
      }
      guard last == head.rawValue else { throw BenchmarkError("the log was not read to its end") }
      check &+= try await decoding?.value ?? 0
      decoding = nil
      elapsed = monotonicMicroseconds() - begin
    } while elapsed < Int64(seconds) * 1_000_000
    if isDecoded, check != Int64(count) * 12_345 { throw BenchmarkError("events were not decoded right") }
    return Double(count) / Double(elapsed) * 1_000_000
  }

  /// Decodes events to typed ones, and adds up a field of theirs.
  private static func decode(_ events: [RecordedEvent]) throws -> Int64 {
    try events.reduce(into: 0) { sum, event in
      if case .placed(let placed) = try BenchOrderEvent.decoder.decode(event) { sum &+= placed.totalCents }
    }
  }
}
