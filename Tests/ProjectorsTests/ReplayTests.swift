import EventSourcing
import EventStoreTesting
import Migrations
import Postgres
import Testing

@testable import Projectors

struct ReplayTests {
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func `live and rebuilt rows are the same after random histories`(seed: UInt64) async throws {
    try await withToy { toy in
      var history = ToyHistory(seed: seed)
      for number in 0..<600 { try await toy.append(history.event(), to: "toy-\(number % 5)") }
      try await toy.projectAll()
      let before = try await toy.rows()
      #expect(before.count > 20)
      let verified = try await toy.replay.verify()
      #expect(verified.isClean, "\(verified.differences)")
      #expect(verified.tables.reduce(0) { $0 + Int($1.rows) } == before.count)

      let report = try await toy.replay.rebuild()
      #expect(report.position == Position(600))
      #expect(!report.wasCareful)
      #expect(try await toy.rows() == before)

      // The new generation is projected on, and can itself be rebuilt.
      for number in 0..<100 { try await toy.append(history.event(), to: "toy-\(number % 5)") }
      try await toy.projectAll()
      let after = try await toy.rows()
      _ = try await toy.replay.rebuild()
      #expect(try await toy.rows() == after)
    }
  }

  @Test func `a swap has the same keys and indexes as before`() async throws {
    try await withToy { toy in
      let definitions = """
        select count(*) from (
          select pg_get_indexdef(indexrelid) from pg_index where indrelid::regclass::text in ('live.things', 'live.owners', 'live.links')
          union all
          select conname || pg_get_constraintdef(oid) from pg_constraint where connamespace = 'live'::regnamespace) d
        """
      let before = try await toy.number(definitions)
      try await toy.append(.addOwner(1, "anna"))
      _ = try await toy.replay.rebuild()
      #expect(try await toy.number(definitions) == before)
      #expect(try await toy.number("select count(*) from pg_namespace where nspname like 'shadow%'") == 0)
      #expect(try await toy.number("select count(*) from pg_namespace where nspname like 'previous%'") == 2)
    }
  }

  @Test func `a swap under load loses nothing, and readers always see whole rows`() async throws {
    try await withToy { toy in
      try await toy.append(.addOwner(1, "anna"))
      try await toy.append(.addThing(1, owner: 1, "lamp", price: 100))
      let runner = toy.runner("a")
      try await withRunner(runner) {
        try await eventually("the thing is there") { try await toy.number("select count(*) from live.things") == 1 }
        let isDone = Flag()
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask {
            var next: Int64 = 100
            while !isDone.isSet {
              next += 1
              try await toy.append(.priceThing(1, next))
              try await Task.sleep(for: .milliseconds(1))
            }
          }
          group.addTask {
            try await withClient(toy.migrator.configuration("toy", as: .reader)) { reader in
              let read = PostgresStatement("read", "select count(*), max((price * 100)::bigint) from things")
              var latest: Int64 = 0
              while !isDone.isSet {
                let row = try await reader.query(read)[0]
                #expect(try row.int64(0) == 1)
                let price = try row.int64(1)
                #expect(price >= latest)
                latest = price
              }
            }
          }
          for _ in 0..<3 { _ = try await toy.replay.rebuild() }
          isDone.set()
          try await group.waitForAll()
        }
        let head = try await toy.log.head()
        try await eventually("the projector is level") { runner.status.position == head }
      }
      let report = try await toy.replay.verify()
      #expect(report.isClean, "\(report.differences)")
    }
  }

  @Test func `data that is refused is parked by the rebuild as it was live`() async throws {
    try await withToy { toy in
      try await toy.append(.addOwner(1, "anna"), to: "toy-1")
      try await toy.append(.addThing(5, owner: 1, "a name of many more than twenty letters", price: 1), to: "toy-5")
      try await toy.append(.priceThing(5, 2), to: "toy-5")
      try await toy.append(.addThing(6, owner: 1, "fine", price: 1), to: "toy-6")
      try await toy.projectAll()
      let report = try await toy.replay.rebuild()
      #expect(report.wasCareful)
      #expect(report.parkedEvents == 2)
      #expect(try await toy.number("select count(*) from live.things") == 1)
      let verified = try await toy.replay.verify()
      #expect(verified.isClean)
    }
  }

  @Test func `verify names an altered, a missing and a superfluous row, and a broken rule`() async throws {
    try await withToy { toy in
      var history = ToyHistory(seed: 5)
      for _ in 0..<300 { try await toy.append(history.event()) }
      try await toy.append(
        .addOwner(1_001, "x"), .addThing(1_001, owner: 1_001, "a", price: 1), .addThing(1_002, owner: nil, "b", price: 2))
      try await toy.append(.link(1_001, 8, "gone"), .mark(1_001, true))
      try await toy.projectAll()
      try await toy.execute(
        """
        update live.things set price = 99, is_dear = true where id = 1001;
        delete from live.links where a = 1001;
        insert into copies.marks values (7777, true);
        """)
      let report = try await toy.replay.verify(chain: { _, end in [ChainFinding(kind: "event", position: end)] })
      #expect(
        report.differences == [
          RowDifference(table: "things", key: "1001", kind: .altered(columns: ["is_dear", "price"])),
          RowDifference(table: "links", key: "1001,8", kind: .missing),
          RowDifference(table: "marks", key: "7777", kind: .superfluous),
        ])
      #expect(report.uniqueness == [UniquenessViolation(table: "marks", rule: "one dear mark", keys: ["1001", "7777"])])
      #expect(report.chain == [ChainFinding(kind: "event", position: Position(302))])
      #expect(!report.isClean)
    }
  }
}
