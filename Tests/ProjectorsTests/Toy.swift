import EventSourcing
import JSON

@testable import Projectors

/// One line of a toy event: what happens to which rows. Keys are letters and numbers, so a line is easy to read in a failure.
enum ToyStep: Hashable, Sendable {
  case addOwner(Int64, String)
  case renameOwner(Int64, String)
  /// Its things lose their owner and its links go.
  case removeOwner(Int64)
  case addThing(Int64, owner: Int64?, String, price: Int64)
  case renameThing(Int64, String)
  case priceThing(Int64, Int64)
  case giveThing(Int64, Int64?)
  case removeThing(Int64)
  case link(Int64, Int64, String)
  case relink(Int64, Int64, String)
  case unlink(Int64, Int64)
  case mark(Int64, Bool)
  /// If it is there.
  case unmark(Int64)

  var line: String {
    switch self {
    case .addOwner(let id, let name): "addOwner|\(id)|\(name)"
    case .renameOwner(let id, let name): "renameOwner|\(id)|\(name)"
    case .removeOwner(let id): "removeOwner|\(id)"
    case .addThing(let id, let owner, let name, let price): "addThing|\(id)|\(owner ?? -1)|\(name)|\(price)"
    case .renameThing(let id, let name): "renameThing|\(id)|\(name)"
    case .priceThing(let id, let price): "priceThing|\(id)|\(price)"
    case .giveThing(let id, let owner): "giveThing|\(id)|\(owner ?? -1)"
    case .removeThing(let id): "removeThing|\(id)"
    case .link(let a, let b, let note): "link|\(a)|\(b)|\(note)"
    case .relink(let a, let b, let note): "relink|\(a)|\(b)|\(note)"
    case .unlink(let a, let b): "unlink|\(a)|\(b)"
    case .mark(let id, let flag): "mark|\(id)|\(flag ? 1 : 0)"
    case .unmark(let id): "unmark|\(id)"
    }
  }
}

/// An event of the toy service: some steps, which become row changes one by one.
struct ToyChanged: EventPayload {
  static let type = EventType("ToyChanged", .public)
  let steps: String

  init(_ steps: [ToyStep]) { self.steps = steps.map(\.line).joined(separator: "\n") }
  init(from json: inout JSONObjectReader) throws { steps = try json.string("steps") }
  func encode(to json: inout JSONWriter) { json.field("steps", steps) }
}

/// An event that changes no row.
struct ToyNoted: EventPayload {
  static let type = EventType("ToyNoted", .public)
  init() {}
  init(from json: inout JSONObjectReader) throws {}
  func encode(to json: inout JSONWriter) {}
}

enum Toy {
  static let owners = Table("owners", [Column("id", .bigint), Column("name", .text)])
  static let things = Table(
    "things", references: ["owner_id": "owners"],
    [
      Column("id", .bigint), Column("owner_id", .bigint), Column("name", .text), Column("price", .numeric(scale: 2)),
      Column("is_dear", .boolean), Column("size", .integer), Column("grade", .smallint), Column("facts", .jsonb),
      Column("made_at", .timestamptz), Column("place", .numeric(scale: 8)),
    ])
  static let links = Table(
    "links", key: ["a", "b"], references: ["a": "owners"], [Column("a", .bigint), Column("b", .bigint), Column("note", .text)])
  static let marks = Table(
    "marks", part: .copies, unique: [Table.UniqueRule("one dear mark", "flag", where: "flag")],
    [Column("id", .bigint), Column("flag", .boolean)])

  static let projection = Projection(
    database: "toy", ownCategories: ["toy"], tables: [owners, things, links, marks],
    handlers: [.on(ToyChanged.self, apply), .ignoring(ToyNoted.self)])

  private static func apply(_ event: ToyChanged, _ facts: EventFacts, _ rows: inout RowChanges) {
    for line in event.steps.split(separator: "\n") {
      let words = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      let numbers = words.map { Int64($0) ?? 0 }
      func optional(_ number: Int64) -> SQLValue { number < 0 ? .null : .int(number) }
      switch words[0] {
      case "addOwner": rows.insert(into: owners, ["id": .int(numbers[1]), "name": .text(words[2])])
      case "renameOwner": rows.update(owners, .int(numbers[1]), set: ["name": .text(words[2])])
      case "removeOwner":
        rows.updateAll(things, where: "owner_id", equals: .int(numbers[1]), set: ["owner_id": nil, "size": 0])
        rows.deleteAll(from: links, where: "a", equals: .int(numbers[1]))
        rows.delete(from: owners, .int(numbers[1]))
      case "addThing":
        rows.insert(
          into: things,
          [
            "id": .int(numbers[1]), "owner_id": optional(numbers[2]), "name": .text(words[3]), "price": .decimal(numbers[4]),
            "is_dear": .bool(numbers[4] > 10_000), "size": .int(numbers[4] % 100), "grade": .int(numbers[4] % 7),
            "facts": .json(Array("{\"n\": \(numbers[4])}".utf8)), "made_at": .timestamp(facts.occurredAt),
            "place": .decimal(numbers[4] * 123_456_789),
          ])
      case "renameThing": rows.update(things, .int(numbers[1]), set: ["name": .text(words[2])])
      case "priceThing":
        rows.update(things, .int(numbers[1]), set: ["price": .decimal(numbers[2]), "is_dear": .bool(numbers[2] > 10_000)])
      case "giveThing": rows.update(things, .int(numbers[1]), set: ["owner_id": optional(numbers[2])])
      case "removeThing": rows.delete(from: things, .int(numbers[1]))
      case "link": rows.insert(into: links, ["a": .int(numbers[1]), "b": .int(numbers[2]), "note": .text(words[3])])
      case "relink": rows.update(links, .int(numbers[1]), .int(numbers[2]), set: ["note": .text(words[3])])
      case "unlink": rows.delete(from: links, .int(numbers[1]), .int(numbers[2]))
      case "mark": rows.insert(into: marks, ["id": .int(numbers[1]), "flag": .bool(numbers[2] == 1)])
      case "unmark": rows.deleteAll(from: marks, where: "id", equals: .int(numbers[1]))
      default: preconditionFailure("unknown step \(line)")
      }
    }
  }

  /// Unqualified statements of the generation's two schemas.
  static let live = """
    create table owners (id bigint primary key, name varchar(20) not null, constraint owners_name unique (name) deferrable initially deferred);
    create table things (
      id bigint primary key, owner_id bigint, name varchar(20) not null, price numeric(12,2) not null check (price >= -1000000),
      is_dear boolean not null, size integer, grade smallint, facts jsonb, made_at timestamptz, place numeric(30,8),
      constraint things_owner foreign key (owner_id) references owners (id) deferrable initially deferred);
    create index things_owner_id on things (owner_id);
    create table links (
      a bigint, b bigint, note text, primary key (a, b),
      constraint links_a foreign key (a) references owners (id) deferrable initially deferred);
    """
  static let copies = "create table marks (id bigint primary key, flag boolean not null);"
}

/// Makes valid histories of the toy service, at random.
struct ToyHistory {
  var generator: SplitMix
  private var owners: Set<Int64> = []
  private var things: Set<Int64> = []
  private var links: Set<[Int64]> = []
  private var marks: Set<Int64> = []
  private var next: Int64 = 0

  init(seed: UInt64) { generator = SplitMix(state: seed) }

  /// An event of one to four steps.
  mutating func event() -> ToyChanged {
    ToyChanged((0..<Int.random(in: 1...4, using: &generator)).flatMap { _ in step() })
  }

  private mutating func any(_ set: Set<Int64>) -> Int64? { set.sorted().randomElement(using: &generator) }
  private mutating func fresh() -> Int64 { Int64.random(in: 1...60, using: &generator) }
  private mutating func name() -> String {
    next += 1
    return "n\(next)"
  }

  private mutating func step() -> [ToyStep] {
    let price = Int64.random(in: -99_999...9_999_999, using: &generator)
    switch Int.random(in: 0..<13, using: &generator) {
    case 0:
      let id = fresh()
      return owners.insert(id).inserted ? [.addOwner(id, name())] : [.renameOwner(id, name())]
    case 1:
      guard owners.count > 3, let id = any(owners) else { return [] }
      owners.remove(id)
      links = links.filter { $0[0] != id }
      return [.removeOwner(id)]
    case 2, 3, 4:
      let id = fresh()
      guard things.insert(id).inserted else { return [.priceThing(id, price)] }
      return [.addThing(id, owner: any(owners), name(), price: price)]
    case 5: return any(things).map { [.renameThing($0, name())] } ?? []
    case 6: return any(things).map { [.giveThing($0, any(owners))] } ?? []
    case 7:
      guard let id = any(things) else { return [] }
      things.remove(id)
      return [.removeThing(id)]
    case 8, 9:
      guard let a = any(owners) else { return [] }
      let b = Int64.random(in: 1...5, using: &generator)
      return links.insert([a, b]).inserted ? [.link(a, b, name())] : [.relink(a, b, name())]
    case 10:
      guard let pair = links.sorted(by: { ($0[0], $0[1]) < ($1[0], $1[1]) }).randomElement(using: &generator) else { return [] }
      links.remove(pair)
      return [.unlink(pair[0], pair[1])]
    case 11:
      let id = fresh()
      return marks.insert(id).inserted ? [.mark(id, false)] : []
    default:
      let id = fresh()
      marks.remove(id)
      return [.unmark(id)]
    }
  }
}

/// A small generator with a seed, so that a failure can be had again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
