public import EventSourcing
public import JSON

/// The stored names of a kind of reference row: what its three events are called, and the field that holds the row's id.
public struct ReferenceNames: Sendable {
  public let added: EventType
  public let changed: EventType
  public let removed: EventType
  /// The field of the payloads with the row's id: `vat_id`.
  public let idField: StaticString

  /// - Parameters:
  ///   - noun: begins the events' names: `VATRate` makes `VATRateAdded`, `VATRateChanged` and `VATRateRemoved`.
  ///   - keepsRow: a removed row stays in its table for history; the event is then called `…Deleted`.
  public init(_ noun: String, id idField: StaticString, keepsRow: Bool = false) {
    added = EventType("\(noun)Added", .public)
    changed = EventType("\(noun)Changed", .public)
    removed = EventType(noun + (keepsRow ? "Deleted" : "Removed"), .public)
    self.idField = idField
  }
}

/// What happens to a reference row. All its events are public.
public enum ReferenceEvent<Kind: ReferenceKind>: AggregateEvent {
  case added(ReferenceAdded<Kind>)
  case changed(ReferenceChanged<Kind>)
  case removed(ReferenceRemoved<Kind>)

  public static var decoder: EventDecoder<ReferenceEvent<Kind>> {
    EventDecoder([
      EventCase(ReferenceAdded<Kind>.self, ReferenceEvent.added), EventCase(ReferenceChanged<Kind>.self, ReferenceEvent.changed),
      EventCase(ReferenceRemoved<Kind>.self, ReferenceEvent.removed),
    ])
  }

  public var payload: any EventPayload {
    switch self {
    case .added(let event): event
    case .changed(let event): event
    case .removed(let event): event
    }
  }
}

/// A row exists: its id, and beside it the fields of the row.
public struct ReferenceAdded<Kind: ReferenceKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.added }

  public var id: Kind.ID
  public var row: Kind.Row

  init(_ id: Kind.ID, _ row: Kind.Row) {
    self.id = id
    self.row = row
  }
}

extension ReferenceAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id(Kind.names.idField)
    row = try Kind.Row(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field(Kind.names.idField, id)
    row.encode(to: &json)
  }
}

/// A row got new content: its id, and beside it all fields of the row as they are now.
public struct ReferenceChanged<Kind: ReferenceKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.changed }

  public var id: Kind.ID
  public var row: Kind.Row

  init(_ id: Kind.ID, _ row: Kind.Row) {
    self.id = id
    self.row = row
  }
}

extension ReferenceChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id(Kind.names.idField)
    row = try Kind.Row(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field(Kind.names.idField, id)
    row.encode(to: &json)
  }
}

/// A row that nothing used is gone.
public struct ReferenceRemoved<Kind: ReferenceKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.removed }

  public var id: Kind.ID

  init(_ id: Kind.ID) {
    self.id = id
  }
}

extension ReferenceRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id(Kind.names.idField)
  }

  public func encode(to json: inout JSONWriter) {
    json.field(Kind.names.idField, id)
  }
}
