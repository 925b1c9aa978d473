public import EventSourcing
public import JSON

/// What happens to a list (stream `contactlist-<id>`). Who is on it is told by the contacts' own streams.
public enum ContactListEvent: AggregateEvent {
  case contactListCreated(ContactListCreated)
  case contactListChanged(ContactListChanged)
  case contactListStatusChanged(ContactListStatusChanged)
  case contactListRecounted(ContactListRecounted)
  case contactListSynced(ContactListSynced)

  public static let decoder = EventDecoder<ContactListEvent>([
    EventCase(ContactListCreated.self, ContactListEvent.contactListCreated),
    EventCase(ContactListChanged.self, ContactListEvent.contactListChanged),
    EventCase(ContactListStatusChanged.self, ContactListEvent.contactListStatusChanged),
    EventCase(ContactListRecounted.self, ContactListEvent.contactListRecounted),
    EventCase(ContactListSynced.self, ContactListEvent.contactListSynced),
  ])

  public var payload: any EventPayload {
    switch self {
    case .contactListCreated(let event): event
    case .contactListChanged(let event): event
    case .contactListStatusChanged(let event): event
    case .contactListRecounted(let event): event
    case .contactListSynced(let event): event
    }
  }
}

/// There is a list; nobody is on it yet.
public struct ContactListCreated: Hashable, Sendable {
  public static let type = EventType("ContactListCreated", .public)

  public var listID: ContactListID
  public var definition: ContactListDefinition
  /// Nil for the system.
  public var createdBy: UserID?
}

extension ContactListCreated: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    listID = try json.id("list_id")
    createdBy = try json.optionalID("created_by")
    definition = try ContactListDefinition(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("list_id", listID)
    json.field("created_by", createdBy)
    definition.encode(to: &json)
  }
}

/// A list got a new definition; all of it is given.
public struct ContactListChanged: Hashable, Sendable {
  public static let type = EventType("ContactListChanged", .public)

  public var listID: ContactListID
  public var definition: ContactListDefinition
  /// Nil for the system.
  public var updatedBy: UserID?
}

extension ContactListChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    listID = try json.id("list_id")
    updatedBy = try json.optionalID("updated_by")
    definition = try ContactListDefinition(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("list_id", listID)
    json.field("updated_by", updatedBy)
    definition.encode(to: &json)
  }
}

/// A list was put to rest, woken or archived.
public struct ContactListStatusChanged: Hashable, Sendable {
  public static let type = EventType("ContactListStatusChanged", .public)

  public var listID: ContactListID
  public var name: String
  public var previousStatus: ContactListStatus
  public var status: ContactListStatus
  /// Nil for the system.
  public var updatedBy: UserID?
}

extension ContactListStatusChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    listID = try json.id("list_id")
    name = try json.string("name")
    previousStatus = try json.name("previous_status")
    status = try json.name("status")
    updatedBy = try json.optionalID("updated_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("list_id", listID)
    json.field("name", name)
    json.field("previous_status", name: previousStatus)
    json.field("status", name: status)
    json.field("updated_by", updatedBy)
  }
}

/// Another number of active contacts is on a list.
public struct ContactListRecounted: Hashable, Sendable {
  public static let type = EventType("ContactListRecounted", .private)

  public var listID: ContactListID
  /// Contacts that are active and on it.
  public var contactCount: Int64
}

extension ContactListRecounted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    listID = try json.id("list_id")
    contactCount = try json.int64("contact_count")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("list_id", listID)
    json.field("contact_count", contactCount)
  }
}

/// The members of a dynamic list are those that fit its criteria.
public struct ContactListSynced: Hashable, Sendable {
  public static let type = EventType("ContactListSynced", .public)

  public var listID: ContactListID
  public var name: String
  public var listType: ContactListType
  /// Contacts that are active and on it.
  public var contactCount: Int64
  /// Nil for the system.
  public var updatedBy: UserID?
}

extension ContactListSynced: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    listID = try json.id("list_id")
    name = try json.string("name")
    listType = try json.name("type")
    contactCount = try json.int64("contact_count")
    updatedBy = try json.optionalID("updated_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("list_id", listID)
    json.field("name", name)
    json.field("type", name: listType)
    json.field("contact_count", contactCount)
    json.field("updated_by", updatedBy)
  }
}
