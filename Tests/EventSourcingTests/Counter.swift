import EventSourcing
import JSON

/// A counter with a limit: the smallest aggregate that can refuse.
enum Counter: SnapshottingAggregate {
  static let category = "counter"
  static let initialState = State(value: 0)
  static let snapshotFingerprint = "counter 1"
  static let snapshotInterval = 10

  struct State: JSONCodable, Hashable {
    var value: Int64

    init(value: Int64) { self.value = value }
    init(from json: inout JSONObjectReader) throws { value = try json.int64("value") }
    func encode(to json: inout JSONWriter) { json.field("value", value) }
  }

  enum Event: AggregateEvent {
    case added(Added)
    var payload: any EventPayload {
      switch self {
      case .added(let event): event
      }
    }
    static let decoder = EventDecoder<Event>([EventCase(Added.self, Event.added)])
  }

  struct Added: EventPayload {
    static let type = EventType("CounterAdded", .private)
    var amount: Int64
    /// What the counter stood at afterwards, by the decision.
    var total: Int64

    init(amount: Int64, total: Int64) {
      self.amount = amount
      self.total = total
    }

    init(from json: inout JSONObjectReader) throws {
      amount = try json.int64("amount")
      total = try json.int64("total")
    }

    func encode(to json: inout JSONWriter) {
      json.field("amount", amount)
      json.field("total", total)
    }
  }

  static func evolve(_ state: inout State, _ event: Event) {
    switch event {
    case .added(let added): state.value += added.amount
    }
  }

  static func decide(adding amount: Int64, limit: Int64, _ state: State) throws(CounterRejection) -> [Event] {
    guard state.value + amount <= limit else { throw .full(at: state.value) }
    return [.added(Added(amount: amount, total: state.value + amount))]
  }
}

enum CounterRejection: Rejection, Equatable {
  case full(at: Int64)
}

/// Adds to one or several counters at once.
struct AddToCounters: Command {
  struct Answer: JSONCodable, Hashable {
    var totals: [Int64]
    init(totals: [Int64]) { self.totals = totals }
    init(from json: inout JSONObjectReader) throws { totals = try json.int64Array("totals") }
    func encode(to json: inout JSONWriter) { json.field("totals", totals) }
  }

  var counters: [String]
  var amount: Int64 = 1
  var limit: Int64 = .max
  var claim: String?
  /// Whether the counters are taken for new.
  var isNew = false

  init(_ counters: String..., amount: Int64 = 1, limit: Int64 = .max, claim: String? = nil) {
    self.counters = counters
    self.amount = amount
    self.limit = limit
    self.claim = claim
  }

  func decide(in session: inout DecisionSession) throws -> Answer {
    if !isNew { try session.prepare(Counter.self, counters) }
    var totals: [Int64] = []
    for counter in counters {
      let state = try session.load(Counter.self, counter, isNew: isNew)
      try session.record(Counter.decide(adding: amount, limit: limit, state), on: Counter.self, counter)
      totals.append(state.value + amount)
    }
    if let claim { session.claim(claim, for: Counter.stream(counters[0])) }
    return Answer(totals: totals)
  }
}

/// A note about somebody: the smallest aggregate with a personal part.
enum Note: Aggregate {
  static let category = "note"
  static let initialState: [String?] = []

  enum Event: AggregateEvent {
    case noted(Noted)
    var payload: any EventPayload {
      switch self {
      case .noted(let event): event
      }
    }
    static let decoder = EventDecoder<Event>([EventCase(Noted.self, Event.noted)])
  }

  struct Noted: PersonalEventPayload {
    struct Personal: JSONCodable, Hashable {
      var text: String
      init(text: String) { self.text = text }
      init(from json: inout JSONObjectReader) throws { text = try json.string("text") }
      func encode(to json: inout JSONWriter) { json.field("text", text) }
    }

    static let type = EventType("NoteTaken", .private)
    var about: Int64
    var personal: Personal?
    var subject: SubjectID { SubjectID("person-\(about)") }

    init(about: Int64, text: String) {
      self.about = about
      personal = Personal(text: text)
    }

    init(from json: inout JSONObjectReader) throws { about = try json.int64("about") }
    func encode(to json: inout JSONWriter) { json.field("about", about) }
  }

  static func evolve(_ state: inout [String?], _ event: Event) {
    switch event {
    case .noted(let note): state.append(note.personal?.text)
    }
  }
}

struct TakeNote: Command {
  var about: Int64
  var text: String

  func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record([.noted(Note.Noted(about: about, text: text))], on: Note.self, about)
    return NoAnswer()
  }
}
