public import EventSourcing

/// What a projection may know of an event besides its payload.
public struct EventFacts: Sendable {
  public let position: Position
  public let stream: StreamName
  public let version: StreamVersion
  /// When it happened; what `created_at` and `updated_at` show.
  public let occurredAt: Timestamp
  /// Who asked: `user-42`, or the name of a process; nil for somebody who was not signed in.
  public let actor: String?

  init(_ event: RecordedEvent) {
    position = event.position
    stream = event.stream
    version = event.version
    occurredAt = event.occurredAt
    actor = event.context.actor
  }
}

/// How one kind of event changes rows.
public struct EventHandler: Sendable {
  public let type: EventType
  /// False for an event that is known to change no row: it need not be read.
  let changesRows: Bool
  let changes: @Sendable (RecordedEvent, [SubjectID: SubjectKey], inout RowChanges) throws -> Void

  /// - Parameter body: pure: the same event gives the same changes, whatever rows exist.
  public static func on<Payload: EventPayload>(
    _ payload: Payload.Type, _ body: @escaping @Sendable (Payload, EventFacts, inout RowChanges) -> Void
  ) -> EventHandler {
    let decoder = PayloadDecoder(payload)
    return EventHandler(type: Payload.type, changesRows: true) { event, keys, rows in
      body(try decoder.decode(event, keys: keys), EventFacts(event), &rows)
    }
  }

  /// States that an event of the service's own categories changes no row, so that a new event cannot be forgotten in silence.
  public static func ignoring<Payload: EventPayload>(_ payload: Payload.Type) -> EventHandler {
    EventHandler(type: Payload.type, changesRows: false) { _, _, _ in }
  }
}

/// All that fills one read database: its tables, and how each event it knows changes them. One declaration, used to project
/// live, to rebuild and to prove.
public struct Projection: Sendable {
  /// The read database, such as `orders_service_db`.
  public let database: String
  public let tables: [Table]
  /// The categories that the service owns: every event of theirs must be handled or ignored by name.
  public let ownCategories: [String]
  public let handlers: [String: EventHandler]

  /// - Parameter handlers: one or more for each kind of event; several for one kind run in the order given.
  public init(database: String, ownCategories: [String], tables: [Table], handlers: [EventHandler]) {
    self.database = database
    self.tables = tables
    self.ownCategories = ownCategories
    self.handlers = Dictionary(handlers.map { ($0.type.name, $0) }) { first, second in
      EventHandler(type: first.type, changesRows: first.changesRows || second.changesRows) { event, keys, rows in
        try first.changes(event, keys, &rows)
        try second.changes(event, keys, &rows)
      }
    }
  }

  /// The events that change rows.
  var filter: EventFilter { EventFilter(types: handlers.values.filter(\.changesRows).map(\.type.name).sorted()) }

  /// The changes an event makes; none for kinds it does not know.
  /// - Parameter keys: the keys of the subjects that may occur; a missing one reads as forgotten.
  /// - Throws: `EventDecodingError`.
  public func changes(for event: RecordedEvent, keys: [SubjectID: SubjectKey]) throws -> RowChanges {
    var rows = RowChanges()
    try handlers[event.type]?.changes(event, keys, &rows)
    return rows
  }
}

extension Projection {
  /// Every projection, in the order of the databases' list.
  public static let all: [Projection] = [
    .auth, .addresses, .products, .baskets, .orders, .deliveries, .sav, .websites, .questions, .contacts, .newsletters,
  ]
}
