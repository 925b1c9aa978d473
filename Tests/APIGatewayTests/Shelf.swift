import EventSourcing
import HTTPTypes
import JSON
import Postgres

@testable import APIGateway

/// A shelf with room for ten things: the smallest aggregate that can refuse, behind routes of its own.
enum Shelf: Aggregate {
  static let category = "shelf"
  static let initialState = State()

  struct State: Sendable {
    var things: Int64 = 0
  }

  enum Event: AggregateEvent {
    case put(ThingsPut)
    var payload: any EventPayload {
      switch self {
      case .put(let event): event
      }
    }
    static let decoder = EventDecoder<Event>([EventCase(ThingsPut.self, Event.put)])
  }

  struct ThingsPut: EventPayload {
    static let type = EventType("ThingsPut", .public)
    var count: Int64

    init(count: Int64) { self.count = count }
    init(from json: inout JSONObjectReader) throws { count = try json.int64("count") }
    func encode(to json: inout JSONWriter) { json.field("count", count) }
  }

  static func evolve(_ state: inout State, _ event: Event) {
    switch event {
    case .put(let put): state.things += put.count
    }
  }
}

struct ShelfFull: Rejection, ProblemRepresentable {
  var problem: Problem { .conflict(.stateConflict, current: "full", allowed: ["take"]) }
}

struct PutThings: Command {
  var shelf: Int64
  var count: Int64

  struct Answer: JSONCodable {
    var things: Int64

    init(things: Int64) { self.things = things }
    init(from json: inout JSONObjectReader) throws { things = try json.int64("things") }
    func encode(to json: inout JSONWriter) { json.field("things", things) }
  }

  func decide(in session: inout DecisionSession) throws -> Answer {
    let state = try session.load(Shelf.self, shelf)
    guard state.things + count <= 10 else { throw ShelfFull() }
    try session.record([.put(Shelf.ThingsPut(count: count))], on: Shelf.self, shelf)
    return Answer(things: state.things + count)
  }
}

enum Colour: String, CaseIterable {
  case red, green
}

struct PutInput: RouteInput {
  let shelf: Int64
  let count: Int64
  let note: String?
  let colour: Colour?
  let labels: [String]?

  init(_ fields: inout InputReader) {
    shelf = fields.path("id", .integer(min: 1))
    count = fields.body("count", .integer(min: 1, max: 100))
    note = fields.optional("note", .text(20))
    colour = fields.optional("colour", .choice(Colour.self))
    labels = fields.optional("labels", .list(of: .text(5), atMost: 3))
  }
}

struct ShelfID: RouteInput {
  let shelf: Int64

  init(_ fields: inout InputReader) {
    shelf = fields.path("id", .integer(min: 1))
  }
}

enum ShelfRoutes {
  private static let shelfRow = Resource(
    "shelf", schema: "ShelfRow", table: "shelves", from: "shelves s", id: "s.id", fields: [.id("id", "s.id")])
  private static let shelf = Schema.object("Shelf", ["things": .integer])

  static let group = RouteGroup(
    service: "shelves",
    routes: [
      Route(
        .post, "/shelves/{id}/things", "putThings", "Puts things on a shelf", in: PutInput.self, out: shelf.asData, status: 201,
        access: .bearer, idempotency: .optional, problems: [.stateConflict], handler: put),
      Route(
        .post, "/shelves/{id}/order", "orderThings", "The same, but only with a key", in: PutInput.self, out: shelf.asData, status: 201,
        access: .bearer, idempotency: .compulsory, problems: [.stateConflict], handler: put),
      Route(
        .put, "/shelves/{id}", "fillShelf", "Puts on one thing, on a version that was seen", in: ShelfID.self, out: shelf.asData,
        access: .administrators, idempotency: .none, precondition: .ifMatch, problems: [.stateConflict]
      ) { input, call in
        let outcome = try await call.execute(PutThings(shelf: input.shelf, count: 1), ifMatch: Shelf.self, input.shelf)
        return .command(outcome) { $0.field("things", outcome.answer!.things) }
      },
      Route(
        .get, "/shelves/{id}/crash", "crash", "Fails", in: ShelfID.self, out: nil, access: .everyone, idempotency: .none, problems: []
      ) { _, _ in throw Unexpected() },
      .row(
        "/shelves/{id}", "getShelf", "A shelf", in: ShelfID.self, access: .everyone, from: { $0.reads.auth },
        RowQuery("test.shelf", shelfRow, where: "s.id = $1")
      ) { input, _ in [.int64(input.shelf)] },
    ])

  @Sendable private static func put(_ input: PutInput, _ call: Call) async throws -> Reply {
    let outcome = try await call.execute(PutThings(shelf: input.shelf, count: input.count))
    return .command(outcome, location: "/api/v1/shelves/shelves/\(input.shelf)") { $0.field("things", outcome.answer!.things) }
  }

  private struct Unexpected: Error {}
}
