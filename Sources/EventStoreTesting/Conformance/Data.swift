import EventSourcing
import FoundationEssentials

extension ConformanceCheck {
  static let data = [
    ConformanceCheck("an event comes back as it was written, its payload byte for byte") { run in
      let payload = #"{ "b" : 1.50,"a":"caf\u00e9 \ud83d\ude00 \\u0000 é😀","c":[]}"#
      var append = Append(
        streams: [
          StreamAppend(
            stream: run.stream("a-1"), expected: .noStream,
            events: [
              EventData(
                type: "Written", schemaVersion: 3, isPublic: false, subject: SubjectID("user-7"), payload: Array(payload.utf8),
                occurredAt: Timestamp(microseconds: 1_234_567_890_123_456))
            ])
        ],
        context: CommandContext(
          correlationID: UUID(), causationID: UUID(), actor: #"user-"7"é"#,
          traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
      let result = try await run.accept(append)
      let event = try await run.log.readStream(run.stream("a-1"), after: .none, limit: 10)[0]
      try run.expect(
        event,
        RecordedEvent(
          position: result.position, stream: run.stream("a-1"), version: StreamVersion(1), id: append.commandID.eventID(at: 0),
          type: "Written", schemaVersion: 3, isPublic: false, subject: SubjectID("user-7"), payload: Array(payload.utf8),
          context: append.context, commandID: append.commandID, token: append.token,
          occurredAt: Timestamp(microseconds: 1_234_567_890_123_456), recordedAt: event.recordedAt))
      append = run.append("a-1")
      try await run.accept(append)
      let next = try await run.log.readStream(run.stream("a-1"), after: StreamVersion(1), limit: 10)[0]
      try run.expect(next.context, CommandContext())
      try run.expect(next.subject, nil)
      try run.expect(next.recordedAt >= event.recordedAt, "time does not run backwards")
    },
    ConformanceCheck("data that no log takes is refused, and the neighbours are written") { run in
      let payloads = [
        "[1]", "1", "", "{", #"{"a":}"#, #"{"a":"\u0000"}"#, #"{"a":"\ud800"}"#, #"{"a":"\udc00\ud800"}"#, #"{"a":"\ud800x"}"#,
        #"{"\u0000":1}"#, "{\"a\":\"\u{0}\"}", "{} {}",
      ]
      var appends: [Append] = []
      for payload in payloads {
        appends.append(Append(streams: [StreamAppend(stream: run.stream("a"), expected: .any, events: [run.event(payload: payload)])]))
        appends.append(run.append("b"))
      }
      for (index, result) in await run.submit(appends).enumerated() {
        switch result {
        case .failure(.invalid): try run.expect(index % 2 == 0, "\(payloads[index / 2]) is refused alone")
        case .success: try run.expect(index % 2 == 1, "\(payloads[index / 2]) is refused")
        default: throw ConformanceFailure(description: "\(payloads[index / 2]): \(result)")
        }
      }
      try run.expect(try await [run.version("a"), run.version("b")], [0, Int64(payloads.count)])
      try await run.accept(
        Append(streams: [StreamAppend(stream: run.stream("a"), expected: .any, events: [run.event(payload: #" {"a":"\\u0000"} "#)])]))
    },
    ConformanceCheck("bytes that are not UTF-8 and names with U+0000 are refused") { run in
      var append = run.append("a")
      append.streams[0].events[0].payload = Array(#"{"a":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
      try await run.expectInvalid(append)
      append = run.append("a")
      append.streams[0].events[0].type = "A\u{0}"
      try await run.expectInvalid(append)
      append = run.append("a")
      append.streams[0].events[0].type = ""
      try await run.expectInvalid(append)
      try await run.expectInvalid(run.append("\u{0}"))
      append = run.append("a")
      append.claims = [.take(key: "\u{0}", owner: run.stream("a"))]
      try await run.expectInvalid(append)
      append = run.append("a")
      append.timers = [.set(name: "\u{0}", due: .after(.zero), payload: Array("{}".utf8))]
      try await run.expectInvalid(append)
      append.timers = [.set(name: run.name("t"), due: .after(.zero), payload: Array("[]".utf8))]
      try await run.expectInvalid(append)
      append = run.append("a")
      append.context.actor = "\u{0}"
      try await run.expectInvalid(append)
      append = run.append("a")
      append.streams[0].events[0].schemaVersion = 40_000
      try await run.expectInvalid(append)
      try run.expect(try await run.version("a"), 0)
    },
    ConformanceCheck("a stream or a name that occurs twice in one append is refused") { run in
      try await run.expectInvalid(Append(streams: [run.part("a"), run.part("a")]))
      let owner = run.stream("a")
      try await run.expectInvalid(
        Append(
          streams: [run.part("a")], claims: [.take(key: run.name("n"), owner: owner), .release(key: run.name("n"), owner: owner)]))
      try run.expect(try await run.version("a"), 0)
    },
    ConformanceCheck("numbers of a kind start at 1,000 and are given once") { run in
      let kind = run.name("kind")
      try run.expect(try await run.log.nextIDs(kind, count: 1), 1_000)
      try run.expect(try await run.log.nextIDs(kind, count: 10), 1_001)
      try run.expect(try await run.log.nextIDs(run.name("other"), count: 1), 1_000)
      let firsts = try await withThrowingTaskGroup(of: Int64.self) { group in
        for _ in 0..<20 { group.addTask { try await run.log.nextIDs(kind, count: 3) } }
        var firsts: [Int64] = []
        for try await first in group { firsts.append(first) }
        return firsts.sorted()
      }
      try run.expect(firsts, (0..<20).map { 1_011 + 3 * $0 })
    },
    ConformanceCheck("a snapshot is kept by stream and fold; an older one does not replace it") { run in
      let stream = run.stream("a")
      func snapshot(_ version: Int64, _ fingerprint: String = "f1", state: String) -> Snapshot {
        Snapshot(fingerprint: fingerprint, version: StreamVersion(version), token: DecisionToken(), state: Array(state.utf8))
      }
      try run.expect(try await run.log.snapshot(of: stream, fingerprint: "f1"), nil)
      let second = snapshot(2, state: "two")
      try await run.log.saveSnapshot(second, of: stream)
      try await run.log.saveSnapshot(snapshot(1, state: "one"), of: stream)
      try run.expect(try await run.log.snapshot(of: stream, fingerprint: "f1"), second)
      try run.expect(try await run.log.snapshot(of: stream, fingerprint: "f2"), nil)
      try run.expect(try await run.log.snapshot(of: run.stream("b"), fingerprint: "f1"), nil)
      let third = snapshot(3, state: "")
      try await run.log.saveSnapshot(third, of: stream)
      try run.expect(try await run.log.snapshot(of: stream, fingerprint: "f1"), third)
      // Another fold's replaces it, whatever the version.
      let other = snapshot(1, "f2", state: "other")
      try await run.log.saveSnapshot(other, of: stream)
      try run.expect(try await run.log.snapshot(of: stream, fingerprint: "f2"), other)
      try run.expect(try await run.log.snapshot(of: stream, fingerprint: "f1"), nil)
    },
    ConformanceCheck("a subject has one key until it is forgotten, and none after that") { run in
      let anna = SubjectID(run.name("anna"))
      let bela = SubjectID(run.name("bela"))
      try run.expect(try await run.log.subjectKeys([anna, bela], create: false), [:])
      let keys = try await run.log.subjectKeys([anna, bela], create: true)
      try run.expect(Set(keys.keys), [anna, bela])
      try run.expect(keys[anna] != keys[bela], "keys differ")
      try run.expect(try await run.log.subjectKeys([anna, bela], create: true), keys)
      try run.expect(try await run.log.subjectKeys([anna], create: false), [anna: keys[anna]!])
      try await run.place.forget(anna)
      try run.expect(try await run.log.subjectKeys([anna, bela], create: false), [bela: keys[bela]!])
      try run.expect(try await run.log.subjectKeys([anna, bela], create: true), [bela: keys[bela]!])
      try await run.place.forget(anna)
    },
  ]
}
