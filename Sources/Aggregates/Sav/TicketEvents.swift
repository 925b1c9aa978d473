public import EventSourcing
public import JSON

/// What happens to a ticket (stream `ticket-<id>`). What its owner and the agents write is encrypted under the owner's key, or under the
/// ticket's own where nobody signed in.
public enum TicketEvent: AggregateEvent {
  case opened(TicketOpened)
  case detailsChanged(TicketDetailsChanged)
  case priorityChanged(TicketPriorityChanged)
  case assigned(TicketAssigned)
  case unassigned(TicketUnassigned)
  case customerAwaited(TicketCustomerAwaited)
  case resumed(TicketResumed)
  case resolved(TicketResolved)
  case reopened(TicketReopened)
  case closed(TicketClosed)
  case deadlineMissed(TicketDeadlineMissed)
  case orderNoted(TicketOrderNoted)
  case messageAdded(TicketMessageAdded)
  case messageEdited(TicketMessageEdited)
  case messageDeleted(TicketMessageDeleted)
  case messagesRead(TicketMessagesRead)
  case fileAttached(TicketFileAttached)
  case fileRemoved(TicketFileRemoved)
  case returnRequested(TicketReturnRequested)
  case deleted(TicketDeleted)

  public static let decoder = EventDecoder<TicketEvent>([
    EventCase(TicketOpened.self, TicketEvent.opened), EventCase(TicketDetailsChanged.self, TicketEvent.detailsChanged),
    EventCase(TicketPriorityChanged.self, TicketEvent.priorityChanged), EventCase(TicketAssigned.self, TicketEvent.assigned),
    EventCase(TicketUnassigned.self, TicketEvent.unassigned), EventCase(TicketCustomerAwaited.self, TicketEvent.customerAwaited),
    EventCase(TicketResumed.self, TicketEvent.resumed), EventCase(TicketResolved.self, TicketEvent.resolved),
    EventCase(TicketReopened.self, TicketEvent.reopened), EventCase(TicketClosed.self, TicketEvent.closed),
    EventCase(TicketDeadlineMissed.self, TicketEvent.deadlineMissed), EventCase(TicketOrderNoted.self, TicketEvent.orderNoted),
    EventCase(TicketMessageAdded.self, TicketEvent.messageAdded), EventCase(TicketMessageEdited.self, TicketEvent.messageEdited),
    EventCase(TicketMessageDeleted.self, TicketEvent.messageDeleted), EventCase(TicketMessagesRead.self, TicketEvent.messagesRead),
    EventCase(TicketFileAttached.self, TicketEvent.fileAttached), EventCase(TicketFileRemoved.self, TicketEvent.fileRemoved),
    EventCase(TicketReturnRequested.self, TicketEvent.returnRequested), EventCase(TicketDeleted.self, TicketEvent.deleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .opened(let event): event
    case .detailsChanged(let event): event
    case .priorityChanged(let event): event
    case .assigned(let event): event
    case .unassigned(let event): event
    case .customerAwaited(let event): event
    case .resumed(let event): event
    case .resolved(let event): event
    case .reopened(let event): event
    case .closed(let event): event
    case .deadlineMissed(let event): event
    case .orderNoted(let event): event
    case .messageAdded(let event): event
    case .messageEdited(let event): event
    case .messageDeleted(let event): event
    case .messagesRead(let event): event
    case .fileAttached(let event): event
    case .fileRemoved(let event): event
    case .returnRequested(let event): event
    case .deleted(let event): event
    }
  }
}

/// Which ticket, and whose: what every event of a ticket begins with.
public struct TicketKey: JSONCodable, Hashable {
  public var ticketID: TicketID
  public var ticketNumber: String
  /// Nil where nobody signed in.
  public var userID: UserID?

  /// Whose key encrypts what is personal.
  public var subject: SubjectID { userID?.subject ?? SubjectID("ticket-\(ticketID)") }

  init(ticketID: TicketID, ticketNumber: String, userID: UserID?) {
    self.ticketID = ticketID
    self.ticketNumber = ticketNumber
    self.userID = userID
  }

  public init(from json: inout JSONObjectReader) throws {
    ticketID = try json.id("ticket_id")
    ticketNumber = try json.string("ticket_number")
    userID = try json.optionalID("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("ticket_id", ticketID)
    json.field("ticket_number", ticketNumber)
    json.field("user_id", userID)
  }
}

/// A ticket was opened.
public struct TicketOpened: Hashable, Sendable {
  public static let type = EventType("TicketOpened", .public)

  public var ticket: TicketKey
  public var priority: TicketPriority
  public var category: String?
  public var orderID: OrderID?
  /// Where the order was placed; nil for the platform itself, and without an order.
  public var websiteID: WebsiteID?
  /// Who opened it: the owner, or an agent for him; nil where nobody signed in.
  public var openedBy: UserID?
  public var deadlines: TicketDeadlines
  public var personal: Personal?

  public var subject: SubjectID { ticket.subject }

  public struct Personal: Hashable, Sendable {
    public var subject: String
    public var description: String
    /// `TicketMetadata`; nil for none.
    public var metadata: String?
  }
}

extension TicketOpened: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    priority = try json.name("priority")
    category = try json.optionalString("category")
    orderID = try json.optionalID("order_id")
    websiteID = try json.optionalID("website_id")
    openedBy = try json.optionalID("opened_by")
    deadlines = try json.object("deadlines") { try TicketDeadlines(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("priority", name: priority)
    json.field("category", category)
    json.field("order_id", orderID)
    json.field("website_id", websiteID)
    json.field("opened_by", openedBy)
    json.object("deadlines") { deadlines.encode(to: &$0) }
  }
}

extension TicketOpened.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    subject = try json.string("subject")
    description = try json.string("description")
    metadata = try json.optionalString("metadata")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("subject", subject)
    json.field("description", description)
    json.field("metadata", metadata)
  }
}

/// What a ticket says was corrected; all is given as it is now, and what it was before.
public struct TicketDetailsChanged: Hashable, Sendable {
  public static let type = EventType("TicketDetailsChanged", .public)

  public var ticket: TicketKey
  public var category: String?
  public var previousCategory: String?
  public var changedBy: UserID?
  public var personal: Personal?

  public var subject: SubjectID { ticket.subject }

  public struct Personal: Hashable, Sendable {
    public var subject: String
    public var previousSubject: String
    public var description: String
    public var previousDescription: String
    public var metadata: String?
    public var previousMetadata: String?
  }
}

extension TicketDetailsChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    category = try json.optionalString("category")
    previousCategory = try json.optionalString("previous_category")
    changedBy = try json.optionalID("changed_by")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("category", category)
    json.field("previous_category", previousCategory)
    json.field("changed_by", changedBy)
  }
}

extension TicketDetailsChanged.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    subject = try json.string("subject")
    previousSubject = try json.string("previous_subject")
    description = try json.string("description")
    previousDescription = try json.string("previous_description")
    metadata = try json.optionalString("metadata")
    previousMetadata = try json.optionalString("previous_metadata")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("subject", subject)
    json.field("previous_subject", previousSubject)
    json.field("description", description)
    json.field("previous_description", previousDescription)
    json.field("metadata", metadata)
    json.field("previous_metadata", previousMetadata)
  }
}

/// An agent judged a ticket more or less urgent; its deadlines move.
public struct TicketPriorityChanged: Hashable, Sendable {
  public static let type = EventType("TicketPriorityChanged", .public)

  public var ticket: TicketKey
  public var previousPriority: TicketPriority
  public var priority: TicketPriority
  public var changedBy: UserID?
  public var deadlines: TicketDeadlines
}

extension TicketPriorityChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    previousPriority = try json.name("previous_priority")
    priority = try json.name("priority")
    changedBy = try json.optionalID("changed_by")
    deadlines = try json.object("deadlines") { try TicketDeadlines(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("previous_priority", name: previousPriority)
    json.field("priority", name: priority)
    json.field("changed_by", changedBy)
    json.object("deadlines") { deadlines.encode(to: &$0) }
  }
}

/// A ticket and all that belongs to it are gone.
public struct TicketDeleted: Hashable, Sendable {
  public static let type = EventType("TicketDeleted", .public)

  public var ticket: TicketKey
  public var deletedBy: UserID?
}

extension TicketDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    deletedBy = try json.optionalID("deleted_by")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("deleted_by", deletedBy)
  }
}

/// Goods of the ticket's order are to come back; the return has a stream of its own.
public struct TicketReturnRequested: Hashable, Sendable {
  public static let type = EventType("TicketReturnRequested", .private)

  public var ticket: TicketKey
  public var returnID: ReturnID
}

extension TicketReturnRequested: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    returnID = try json.id("return_id")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("return_id", returnID)
  }
}
