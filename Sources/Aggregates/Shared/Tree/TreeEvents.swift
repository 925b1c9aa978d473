public import EventSourcing
public import JSON

/// The stored names of a kind of tree: what its events are called, and the field that holds a row's id.
public struct TreeNames: Sendable {
  public let added: EventType
  public let renamed: EventType
  public let moved: EventType
  public let removed: EventType
  /// The field of the payloads with the row's id: `category_id`.
  public let idField: StaticString

  /// - Parameters:
  ///   - noun: begins the events' names: `Category` makes `CategoryAdded`, `CategoryRenamed`, `CategoryMoved` and `CategoryRemoved`.
  ///   - keepsRow: a removed row stays in its table for history; the event is then called `…Deleted`.
  public init(_ noun: String, id idField: StaticString, keepsRow: Bool = false) {
    added = EventType("\(noun)Added", .public)
    renamed = EventType("\(noun)Renamed", .public)
    moved = EventType("\(noun)Moved", .public)
    removed = EventType(noun + (keepsRow ? "Deleted" : "Removed"), .public)
    self.idField = idField
  }
}

/// What happens to the rows of a tree. All its events are public.
public enum TreeEvent<Kind: TreeKind>: AggregateEvent {
  case added(TreeNodeAdded<Kind>)
  case renamed(TreeNodeRenamed<Kind>)
  case moved(TreeNodeMoved<Kind>)
  case removed(TreeNodeRemoved<Kind>)

  public static var decoder: EventDecoder<TreeEvent<Kind>> {
    EventDecoder([
      EventCase(TreeNodeAdded<Kind>.self, TreeEvent.added), EventCase(TreeNodeRenamed<Kind>.self, TreeEvent.renamed),
      EventCase(TreeNodeMoved<Kind>.self, TreeEvent.moved), EventCase(TreeNodeRemoved<Kind>.self, TreeEvent.removed),
    ])
  }

  public var payload: any EventPayload {
    switch self {
    case .added(let event): event
    case .renamed(let event): event
    case .moved(let event): event
    case .removed(let event): event
    }
  }
}

/// A row exists, below another one or as a root.
public struct TreeNodeAdded<Kind: TreeKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.added }

  public var id: Kind.ID
  public var name: String
  /// Nil for a root.
  public var parentID: Kind.ID?
}

extension TreeNodeAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id(Kind.names.idField)
    name = try json.string("name")
    parentID = try json.optionalID("parent_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field(Kind.names.idField, id)
    json.field("name", name)
    json.field("parent_id", parentID)
  }
}

/// A row got another name.
public struct TreeNodeRenamed<Kind: TreeKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.renamed }

  public var id: Kind.ID
  public var name: String
}

extension TreeNodeRenamed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id(Kind.names.idField)
    name = try json.string("name")
  }

  public func encode(to json: inout JSONWriter) {
    json.field(Kind.names.idField, id)
    json.field("name", name)
  }
}

/// A row stands below another one than before, with all that is below it.
public struct TreeNodeMoved<Kind: TreeKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.moved }

  public var id: Kind.ID
  /// Nil when it was made a root.
  public var parentID: Kind.ID?
}

extension TreeNodeMoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id(Kind.names.idField)
    parentID = try json.optionalID("parent_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field(Kind.names.idField, id)
    json.field("parent_id", parentID)
  }
}

/// A row that nothing stood below and nothing used is gone.
public struct TreeNodeRemoved<Kind: TreeKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.removed }

  public var id: Kind.ID
}

extension TreeNodeRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id(Kind.names.idField)
  }

  public func encode(to json: inout JSONWriter) {
    json.field(Kind.names.idField, id)
  }
}
