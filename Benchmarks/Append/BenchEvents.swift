import EventSourcing
import EventStore

/// The events that are appended where only the log is measured: 300 bytes of payload, not encrypted.
enum BenchEvents {
  static let payloadBytes = 300

  /// The same text as the rivals write.
  static let payload: [UInt8] = {
    let start =
      #"{"order_id":4503631176970044,"user_id":4503599627371396,"currency":"EUR","total_cents":12345,"#
      + #""lines":[{"product_id":4503599628465771,"quantity":2,"unit_cents":499}],"note":""#
    let end = #""}"#
    return Array((start + String(repeating: "x", count: payloadBytes - start.utf8.count - end.utf8.count) + end).utf8)
  }()

  static func event(occurredAt: Timestamp = .now()) -> EventData {
    EventData(type: "BenchOrderPlaced", isPublic: true, payload: payload, occurredAt: occurredAt)
  }

  static func stream(_ number: Int) -> StreamName { StreamName(category: "bench", id: number) }
}

/// A stream with what its only writer knows of it.
struct OwnStream: Sendable {
  let name: StreamName
  var version: StreamVersion
  var token: DecisionToken?

  var expected: ExpectedVersion { .exactly(version, token) }

  /// `count` streams with one event each, written a hundred an append.
  static func make(_ count: Int, in log: PostgresEventLog) async throws -> [OwnStream] {
    var streams: [OwnStream] = []
    for start in stride(from: 0, to: count, by: 100) {
      let token = DecisionToken()
      let parts = (start..<min(start + 100, count)).map {
        StreamAppend(stream: BenchEvents.stream($0), expected: .noStream, events: [BenchEvents.event()])
      }
      _ = try await log.append(Append(streams: parts, token: token))
      streams += parts.map { OwnStream(name: $0.stream, version: StreamVersion(1), token: token) }
    }
    return streams
  }
}
