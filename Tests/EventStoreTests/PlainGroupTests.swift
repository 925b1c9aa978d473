import EventSourcing
import FoundationEssentials
import Postgres
import Testing

@testable import EventStore

/// The log judges a plain group by whole arrays and any other append by append. Both must come to the same.
@Suite struct PlainGroupTests {
  @Test func `a plain group is stored as it is beside an append that makes the group unusual`() async throws {
    let rounds = [0, 1].map { round in (1...12).map { member($0, round: round) } }
    // Refused: its stream has one event more than it expects, or none at all.
    let outsider = append("item-1", .exactly(StreamVersion(7), nil))
    let plain = try await stored(rounds)
    let mixed = try await stored(rounds.map { $0 + [outsider] })
    #expect(plain.tables == mixed.tables)
    // 24 events, 8 commands, 6 claims, 2 timers and 2 commits.
    #expect(plain.tables.count == 42)
    #expect(plain.verdicts == mixed.verdicts.filter { !$0.hasPrefix("wrong_expected_version") })
    #expect(mixed.verdicts.count == plain.verdicts.count + 2)
    #expect(plain.verdicts.allSatisfy { $0.hasPrefix("accepted") })
  }

  @Test(arguments: [
    append("item-3", .exactly(StreamVersion(1), DecisionToken())),
    append("item-3", .exactly(StreamVersion(1), nil), events: 2),
    append("item-3", .exactly(StreamVersion(1), nil), command: token(3, round: 0).asCommand),
  ]) func `one unusual append in a group leaves the others as they are`(_ unusual: Append) async throws {
    let first = (1...12).map { member($0, round: 0) }
    var second = (1...12).map { member($0, round: 1) }
    second[2] = unusual
    let outcome = try await stored([first, second])
    #expect(outcome.verdicts[12...].count { $0.hasPrefix("accepted") } == (unusual.streams[0].events.count == 2 ? 12 : 11))
  }

  /// Appends of two rounds: the first makes the streams, the second expects exactly what the first wrote. Some are a client's, some take
  /// a claim, some set a timer.
  private func member(_ number: Int, round: Int) -> Append {
    let stream = StreamName(category: "item", id: number)
    var append = Append(
      commandID: token(number, round: round).asCommand,
      streams: [
        StreamAppend(
          stream: stream, expected: round == 0 ? .noStream : .exactly(StreamVersion(1), token(number, round: 0)),
          events: [event("Counted", payload: #"{"number":\#(number)}"#, isPublic: number % 2 == 0)])
      ], token: token(number, round: round))
    if number % 3 == 0 {
      append.idempotency = .client(requestHash: Array(repeating: UInt8(number), count: 32), keep: .seconds(60))
      append.answer = number % 2 == 0 ? Array(#"{"number":\#(number)}"#.utf8) : nil
    }
    if number % 4 == 0 { append.claims = [.take(key: "name:\(number)-\(round)", owner: stream)] }
    if number % 5 == 0 { append.timers = [.set(name: "timer-\(number)", due: .after(.seconds(60)), payload: Array("{}".utf8))] }
    return append
  }

  /// Writes each of the groups in one call; everything but the server's own times, and what was answered.
  private func stored(_ groups: [[Append]]) async throws -> (tables: [String], verdicts: [String]) {
    try await withStore { store in
      let client = store.client()
      var verdicts: [String] = []
      for group in groups {
        let rows = try await client.query(AppendGroup.statement, AppendGroup(group).parameters)
        for row in rows {
          let place = row.isNull(2) ? "" : " \(try row.int64(2)) \(try row.int64Array(3))"
          verdicts.append(try row.string(1) + place)
        }
      }
      let tables = try await store.admin.query(
        .unprepared(
          """
          select to_jsonb(e) - 'recorded_at' from event_store.events e
          union all select to_jsonb(c) - 'recorded_at' - 'expires_at' || jsonb_build_object('kept', c.expires_at - c.recorded_at)
            from event_store.commands c
          union all select to_jsonb(c) from event_store.claims c
          union all select to_jsonb(t) - 'due_at' from event_store.timers t
          union all select jsonb_build_array(c.first_position, c.last_position) from event_store.commits c
          """))
      #expect(try await store.defects() == [])
      return (try tables.map { try $0.string(0) }.sorted(), verdicts)
    }
  }
}

/// The same in every run.
private func token(_ number: Int, round: Int) -> DecisionToken {
  DecisionToken(CommandID(caller: "item-\(number)", key: "round \(round)").uuid)
}

extension DecisionToken {
  fileprivate var asCommand: CommandID { CommandID(uuid) }
}
