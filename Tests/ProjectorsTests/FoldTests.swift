import EventSourcing
import Testing

@testable import Projectors

struct FoldTests {
  /// Tables as dictionaries of rows: what the changes mean when they are carried out one by one.
  private struct Rows: Equatable {
    var tables: [String: [RowKey: [SQLValue]]] = [:]

    mutating func apply(_ change: RowChange) {
      switch change {
      case .insert(let table, let row): tables[table.name, default: [:]][RowKey(of: row, in: table)] = row
      case .update(let table, let key, let set):
        for (column, value) in set { tables[table.name]![RowKey(key)]![column] = value }
      case .delete(let table, let key): tables[table.name]![RowKey(key)] = nil
      case .updateWhere(let table, let column, let value, let set):
        for (key, row) in tables[table.name] ?? [:] where row[column] == value {
          for (column, value) in set { tables[table.name]![key]![column] = value }
        }
      case .deleteWhere(let table, let column, let value):
        for (key, row) in tables[table.name] ?? [:] where row[column] == value { tables[table.name]![key] = nil }
      }
    }

    /// As the database does: predicates first, then one change for each key; what must be there is there.
    mutating func apply(_ stage: FoldedStage, to table: Table) {
      for predicate in stage.predicates {
        switch predicate {
        case .update(let column, let value, let set): apply(.updateWhere(table, column: column, equals: value, set: set))
        case .delete(let column, let value): apply(.deleteWhere(table, column: column, equals: value))
        }
      }
      for (key, change) in stage.rows {
        let isThere = tables[table.name]?[key] != nil
        switch change {
        case .none: break
        case .insert(let row):
          #expect(!isThere, "\(table.name) \(key)")
          tables[table.name, default: [:]][key] = row
        case .replace(let row):
          #expect(isThere, "\(table.name) \(key)")
          tables[table.name]![key] = row
        case .update(let set, let required):
          #expect(isThere || !required, "\(table.name) \(key)")
          if isThere { for (column, value) in set { tables[table.name]![key]![column] = value } }
        case .delete(let required):
          #expect(isThere || !required, "\(table.name) \(key)")
          tables[table.name]?[key] = nil
        }
      }
    }
  }

  @Test(arguments: 0..<60 as Range<UInt64>)
  func `folded changes make the same rows as the changes one by one`(seed: UInt64) throws {
    var history = ToyHistory(seed: seed)
    var oneByOne = Rows()
    var folded = Rows()
    var generator = SplitMix(state: seed &+ 1_000)
    var position: Int64 = 0
    for _ in 0..<12 {
      // The first fold knows all rows when the tables are empty before it, as in a rebuild.
      let fold = ChangeFold { _ in position == 0 && seed.isMultiple(of: 2) }
      for _ in 0..<Int.random(in: 1...40, using: &generator) {
        position += 1
        let changes = try Toy.projection.changes(for: recorded(history.event(), at: position), keys: [:])
        for change in changes.changes { oneByOne.apply(change) }
        try fold.add(changes)
      }
      for (table, stages) in fold.take() {
        for stage in stages { folded.apply(stage, to: table) }
      }
      for table in Toy.projection.tables {
        #expect(oneByOne.tables[table.name] ?? [:] == folded.tables[table.name] ?? [:], "\(table.name) after event \(position)")
      }
    }
  }

  @Test func `a hundred changes of one row are one statement`() throws {
    let fold = ChangeFold()
    for price in 1...100 as ClosedRange<Int64> {
      try fold.add(Toy.projection.changes(for: recorded(ToyChanged([.priceThing(7, price)]), at: price), keys: [:]))
    }
    let (table, stages) = try #require(fold.take().first)
    #expect(stages.count == 1)
    #expect(try TableWriter(table, schemaPrefix: "").calls(for: stages[0]).count == 1)
  }

  @Test func `adding a row twice and changing one that went are refused`() throws {
    #expect(throws: ProjectorError.self) {
      let fold = ChangeFold()
      try fold.add(Toy.projection.changes(for: recorded(ToyChanged([.addOwner(1, "a"), .addOwner(1, "b")]), at: 1), keys: [:]))
    }
    #expect(throws: ProjectorError.self) {
      let fold = ChangeFold()
      try fold.add(Toy.projection.changes(for: recorded(ToyChanged([.removeThing(1), .priceThing(1, 5)]), at: 1), keys: [:]))
    }
  }

  @Test func `two orders that lean on one status do not wait for each other`() {
    var first = RowChanges()
    first.insert(into: Toy.things, ["id": 1, "owner_id": 9])
    var second = RowChanges()
    second.insert(into: Toy.things, ["id": 2, "owner_id": 9])
    var owner = RowChanges()
    owner.delete(from: Toy.owners, 9)
    var blocked = BlockedLanes()
    blocked.add(Lanes(recorded(ToyNoted(), at: 1, stream: "toy-1"), first))
    #expect(!blocked.meets(Lanes(recorded(ToyNoted(), at: 2, stream: "toy-2"), second)))
    #expect(blocked.meets(Lanes(recorded(ToyNoted(), at: 3, stream: "toy-3"), owner)))
    #expect(blocked.meets(Lanes(recorded(ToyNoted(), at: 4, stream: "toy-1"), nil)))
  }
}

/// An event as it would stand in the log.
func recorded(_ payload: some EventPayload, at position: Int64, stream: String = "toy-1") -> RecordedEvent {
  RecordedEvent(
    position: Position(position), stream: StreamName(rawValue: stream), version: StreamVersion(position), id: CommandID().uuid,
    type: type(of: payload).type.name, schemaVersion: 1, isPublic: true, subject: nil, payload: payload.jsonBytes,
    context: CommandContext(), commandID: CommandID(), token: DecisionToken(), occurredAt: Timestamp(microseconds: position * 1_000),
    recordedAt: Timestamp(microseconds: position * 1_000))
}
