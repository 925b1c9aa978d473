import Aggregates
import EventSourcing
import EventStore
import FoundationEssentials
import Migrations
import Postgres
import PostgresTesting
import Testing

@testable import Projectors

/// The declarations that the shop really has: whatever happens, the rows that were projected while it happened are those that the log makes
/// anew.
struct HistoriesTests {
  /// The seeds of the histories; `COMPTOIR_TEST_SEED` gives another one instead.
  static let seeds: [UInt64] = ProcessInfo.processInfo.environment["COMPTOIR_TEST_SEED"].flatMap { UInt64($0) }.map { [$0] } ?? [1, 2]

  @Test(arguments: seeds)
  func `live and rebuilt rows of every projection are the same after random histories`(seed: UInt64) async throws {
    try await RealPlace.with { place in
      let shop = RandomShop(log: place.log, seed: seed)
      try await shop.seedRows()
      // Projected now and then while it goes on, so that one row is changed by one batch, by several, and by a rebuild's single window.
      // It goes on until everything has happened that a projection knows.
      var unseen: Set<String> = []
      var rounds = 0
      repeat {
        rounds += 1
        try await shop.walk(150)
        for projection in Projection.all where shop.chance(60) { try await place.project(projection, batch: Int(shop.number(1...80))) }
        unseen = try await Set(Projection.all.flatMap { $0.filter.types ?? [] }).subtracting(place.eventTypes())
      } while rounds < 10 || (!unseen.isEmpty && rounds < 80)
      #expect(unseen.isEmpty, "seed \(seed): never happened: \(unseen.sorted())")
      #expect(shop.accepted > 3 * shop.refused / 2, "seed \(seed): \(shop.accepted) commands accepted, \(shop.refused) refused")

      for projection in Projection.all {
        let label = "seed \(seed), \(projection.database)"
        #expect(RandomShop.sources[projection.database] != nil, "\(label): no random commands are made for it")
        try await place.project(projection, batch: 50)
        for (column, count) in try await place.wrongCopies(of: projection) { #expect(count == 0, "\(label): \(column)") }
        let before = try await place.rows(of: projection)
        let verified = try await place.replay(projection).verify()
        #expect(verified.isClean, "\(label): \(verified.differences) \(verified.uniqueness)")
        #expect(verified.parkedEvents == 0, "\(label)")
        #expect(verified.tables.reduce(0) { $0 + Int($1.rows) } == before.count, "\(label)")

        let rebuilt = try await place.replay(projection).rebuild()
        #expect(!rebuilt.wasCareful, "\(label)")
        let after = try await place.rows(of: projection)
        #expect(after == before, "\(label): \(Set(after).symmetricDifference(before).sorted().prefix(5))")
      }

      // What was rebuilt is projected on, and stays true.
      try await shop.walk(200)
      for projection in Projection.all {
        try await place.project(projection, batch: 30)
        let verified = try await place.replay(projection).verify()
        #expect(verified.isClean, "seed \(seed), \(projection.database): \(verified.differences)")
      }

      let marked = try await place.markedLines()
      #expect(!marked.log.isEmpty, "seed \(seed): nothing was ordered that nobody can withdraw from")
      #expect(marked.rows == marked.log, "seed \(seed)")

      // What others hear of it is what they are told they would hear.
      let messages = try await HistoryMessages(of: place.log)
      #expect(messages.faults.sorted() == [], "seed \(seed)")
      let silent = Set(MessageCatalogue.routingKeys).subtracting(messages.heard).subtracting(HistoryMessages.unheard.keys)
      #expect(silent.sorted() == [], "seed \(seed)")
      #expect(messages.count > 1_000, "seed \(seed)")
    }
  }
}

/// The project's own databases, with a log, under names of a test's own.
struct RealPlace: Sendable {
  let migrator: Migrator
  let log: PostgresEventLog

  static func with(_ body: (RealPlace) async throws -> Void) async throws {
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: projectSchema, passwordSeed: "histories",
      prefix: "h\(UInt32.random(in: 0 ... .max))_", logger: quietLogger)
    do {
      try await migrator.up(["event_store", "subject_keys"] + Projection.all.map(\.database))
      let keys = PostgresSubjectKeys(migrator.configuration("subject_keys", as: .app), logger: quietLogger)
      var configuration = migrator.configuration("event_store", as: .app)
      configuration.statementTimeout = .seconds(60)
      let log = PostgresEventLog(configuration, keys: keys, logger: quietLogger)
      let result: Result<Void, any Error>
      do {
        result = .success(try await body(RealPlace(migrator: migrator, log: log)))
      } catch {
        result = .failure(error)
      }
      await log.close()
      await keys.close()
      try result.get()
    } catch {
      try? await migrator.dropEverything()
      throw error
    }
    try await migrator.dropEverything()
  }

  /// Projects everything there is, as the projector does, so many events at once.
  func project(_ projection: Projection, batch: Int) async throws {
    try await withClient(migrator.configuration(projection.database, as: .projector)) { client in
      let tenure = try await ProjectorTenure.open(projection, log: log, client: client, leaseEpoch: 1, limits: ProjectorLimits())
      let head = try await log.head()
      while tenure.checkpoint.position < head {
        try await tenure.apply(try await log.readLog(after: tenure.checkpoint.position, filter: tenure.filter, limit: batch))
      }
    }
  }

  /// A rebuild with windows so small that a history has many.
  func replay(_ projection: Projection) -> Replay {
    var limits = ReplayLimits()
    limits.pageEvents = 90
    limits.windowBytes = 40_000
    return Replay(projection, log: log, migrator: migrator, limits: limits, logger: quietLogger)
  }

  /// All rows of all tables as text, in order.
  func rows(of projection: Projection) async throws -> [String] {
    try await withClient(migrator.configuration(projection.database, as: .owner)) { client in
      var rows: [String] = []
      for table in projection.tables {
        let name = "\(table.part.rawValue).\(table.name)"
        rows += try await client.query(.unprepared("select '\(name) ' || t::text from \(name) t order by 1")).map { try $0.string(0) }
      }
      return rows
    }
  }

  /// For each column that copies another table's: how many rows have something else than the row that they point to.
  func wrongCopies(of projection: Projection) async throws -> [(column: String, count: Int64)] {
    try await withClient(migrator.configuration(projection.database, as: .owner)) { client in
      var wrong: [(column: String, count: Int64)] = []
      for table in projection.tables {
        for column in table.columns {
          guard let copy = column.copy else { continue }
          let rows = try await client.query(
            .unprepared(
              """
              select count(*) from \(table.part.rawValue).\(table.name) t join \(table.part.rawValue).\(copy.table) s on s.id = t.\(copy.by)
              where t.\(column.name) is distinct from s.\(copy.column)
              """))
          wrong.append(("\(table.name).\(column.name)", try rows[0].int64(0)))
        }
      }
      return wrong
    }
  }

  /// The lines of orders that nobody can withdraw from, as they were placed and as the support service knows them.
  func markedLines() async throws -> (log: [Int64], rows: [Int64]) {
    var placed: [Int64] = []
    var position = Position.start
    while true {
      let page = try await log.readLog(after: position, filter: EventFilter(types: [OrderPlaced.type.name]), limit: 500)
      for event in page.events {
        let lines = try PayloadDecoder(OrderPlaced.self).decode(event).lines
        placed += lines.filter { $0.withdrawalExclusion != nil }.map(\.orderItemID.rawValue)
      }
      if page.position == position { break }
      position = page.position
    }
    let rows = try await withClient(migrator.configuration("sav_service_db", as: .owner)) { client in
      try await client.query(
        .unprepared("select id from copies.order_line_copies where withdrawal_exclusion is not null order by id")
      ).map { try $0.int64(0) }
    }
    return (placed.sorted(), rows)
  }

  func eventTypes() async throws -> Set<String> {
    try await withClient(migrator.configuration("event_store", as: .app)) { client in
      Set(try await client.query(.unprepared("select distinct type from event_store.log")).map { try $0.string(0) })
    }
  }
}
