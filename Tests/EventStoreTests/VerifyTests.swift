import EventSourcing
import Postgres
import Testing

@testable import EventStore

/// A log that was tampered with, by somebody who may do anything on the server.
@Suite struct VerifyTests {
  /// A damage to a log of six commits of two events each, and what verifying it must name: this and nothing else.
  private static let damages: [(statements: String, defects: [ChainDefect])] = [
    ("update event_store.events set payload = '{ }' where position = 3", [.init(kind: .event, position: Position(3))]),
    ("update event_store.events set type = 'Other' where position = 8", [.init(kind: .event, position: Position(8))]),
    ("update event_store.events set stream = 'b-1' where position = 8", [.init(kind: .event, position: Position(8))]),
    ("update event_store.events set subject = 'user-1' where position = 8", [.init(kind: .event, position: Position(8))]),
    ("update event_store.events set is_public = false where position = 8", [.init(kind: .event, position: Position(8))]),
    ("update event_store.events set metadata = '{ }' where position = 8", [.init(kind: .event, position: Position(8))]),
    ("update event_store.events set token = gen_random_uuid() where position = 8", [.init(kind: .event, position: Position(8))]),
    (
      "update event_store.events set occurred_at = occurred_at + interval '1 microsecond' where position = 8",
      [.init(kind: .event, position: Position(8))]
    ),
    (
      "update event_store.events set recorded_at = recorded_at - interval '1 microsecond' where position = 8",
      [.init(kind: .event, position: Position(8))]
    ),
    // A version is no part of the event's digest, but of its commit's hash.
    ("update event_store.events set version = 99 where position = 8", [.init(kind: .commit, position: Position(8))]),
    // An event altered together with its digest is found in its commit.
    (
      """
      update event_store.events set payload = '{ }', digest = event_store.event_digest(
        stream, event_id, type, schema_version, is_public, subject, '{ }', metadata, command_id, command_index, token, occurred_at)
      where position = 3
      """, [.init(kind: .commit, position: Position(4))]
    ),
    (
      "delete from event_store.events where position = 6",
      [.init(kind: .commit, position: Position(6)), .init(kind: .missing, position: Position(6))]
    ),
    ("update event_store.commits set hash = sha256('x') where last_position = 6", [.init(kind: .commit, position: Position(6))]),
    ("update event_store.commits set hash = sha256('x') where last_position = 12", [.init(kind: .commit, position: Position(12))]),
    // Its events stand in no commit, and the next commit does not join.
    (
      "delete from event_store.commits where last_position = 6",
      [
        .init(kind: .event, position: Position(5)), .init(kind: .event, position: Position(6)),
        .init(kind: .commit, position: Position(8)),
      ]
    ),
    (
      """
      update event_store.events set payload = '{ }' where position in (1, 12);
      delete from event_store.events where position = 7;
      update event_store.commits set hash = sha256('x') where last_position = 4
      """,
      [
        .init(kind: .event, position: Position(1)), .init(kind: .commit, position: Position(4)),
        .init(kind: .missing, position: Position(7)), .init(kind: .commit, position: Position(8)),
        .init(kind: .event, position: Position(12)),
      ]
    ),
  ]

  @Test func `each damage is named, and nothing else`() async throws {
    try await withStore { store in
      let log = store.log()
      for number in 1...6 { _ = try await log.append(append("a-\(number % 2)", events: 2)) }
      struct Undo: Error {}
      for damage in Self.damages {
        do {
          try await store.admin.withTransaction { connection in
            try await connection.executeScript(
              """
              alter table event_store.events disable trigger append_only;
              alter table event_store.commits disable trigger append_only;
              \(damage.statements)
              """)
            let found = try await Self.verify(1, 12, connection)
            #expect(found == damage.defects, "\(damage.statements)")
            throw Undo()
          }
        } catch is Undo {}
      }
      let whole = try await log.verifyChain(from: .start, through: Position(100))
      #expect(whole == [])
    }
  }

  @Test func `a part of the log is verified without the rest`() async throws {
    try await withStore { store in
      let log = store.log()
      for _ in 1...6 { _ = try await log.append(append("a-1", events: 2)) }
      try await store.admin.executeScript(
        """
        alter table event_store.events disable trigger append_only;
        update event_store.events set payload = '{ }' where position = 3;
        alter table event_store.events enable always trigger append_only
        """)
      let defect = ChainDefect(kind: .event, position: Position(3))
      let before = try await log.verifyChain(from: .start, through: Position(2))
      let at = try await log.verifyChain(from: Position(3), through: Position(3))
      // Widened to the whole commit.
      let beside = try await log.verifyChain(from: Position(4), through: Position(4))
      let behind = try await log.verifyChain(from: Position(5), through: Position(12))
      #expect([before, at, beside, behind] == [[], [defect], [defect], []])
    }
  }

  private static func verify(_ first: Int64, _ last: Int64, _ connection: PostgresConnection) async throws -> [ChainDefect] {
    try await connection.query(Statements.verify, [.int64(first), .int64(last)]).map { row in
      ChainDefect(kind: ChainDefect.Kind(rawValue: try row.string(0))!, position: Position(try row.int64(1)))
    }
  }
}
