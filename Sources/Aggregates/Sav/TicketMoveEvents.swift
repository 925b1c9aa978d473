public import EventSourcing
public import JSON

/// Which of a ticket's moves an event is: its stored name, never changed.
public protocol TicketMoveKind: SendableMetatype {
  static var eventName: String { get }
}

/// An agent is responsible, or another one than before. An open ticket is in progress by that.
public typealias TicketAssigned = TicketMove<TicketMoves.Assigned>
/// No agent is responsible any more. A ticket in progress is open again by that.
public typealias TicketUnassigned = TicketMove<TicketMoves.Unassigned>
/// An agent waits for the customer.
public typealias TicketCustomerAwaited = TicketMove<TicketMoves.CustomerAwaited>
/// The customer has written, and the ticket goes on.
public typealias TicketResumed = TicketMove<TicketMoves.Resumed>
/// An agent has solved it.
public typealias TicketResolved = TicketMove<TicketMoves.Resolved>
/// The customer, or an agent, does not hold it for solved.
public typealias TicketReopened = TicketMove<TicketMoves.Reopened>
/// It is over for good.
public typealias TicketClosed = TicketMove<TicketMoves.Closed>

/// The kinds of `TicketMove`.
public enum TicketMoves {
  public enum Assigned: TicketMoveKind { public static var eventName: String { "TicketAssigned" } }
  public enum Unassigned: TicketMoveKind { public static var eventName: String { "TicketUnassigned" } }
  public enum CustomerAwaited: TicketMoveKind { public static var eventName: String { "TicketCustomerAwaited" } }
  public enum Resumed: TicketMoveKind { public static var eventName: String { "TicketResumed" } }
  public enum Resolved: TicketMoveKind { public static var eventName: String { "TicketResolved" } }
  public enum Reopened: TicketMoveKind { public static var eventName: String { "TicketReopened" } }
  public enum Closed: TicketMoveKind { public static var eventName: String { "TicketClosed" } }
}

/// A ticket came to another agent or another status. All moves tell the same: where it came from and where it stands now.
public struct TicketMove<Kind: TicketMoveKind>: Hashable, Sendable {
  public static var type: EventType { EventType(Kind.eventName, .public) }

  public var ticket: TicketKey
  public var previousStatus: TicketStatus
  public var status: TicketStatus
  public var priority: TicketPriority
  public var category: String?
  public var previousAssignee: UserID?
  public var assignedTo: UserID?
  /// Nil for the system, and for whoever did not sign in.
  public var movedBy: UserID?
  public var movedAt: Timestamp
  public var reason: String?
  /// How long the ticket's clock has run until now.
  public var minutes: Int64
  /// Whether no deadline has been missed.
  public var slaMet: Bool
  public var deadlines: TicketDeadlines
  public var personal: TicketMovePersonal?

  public var subject: SubjectID { ticket.subject }
}

/// What is personal about a ticket's move.
public struct TicketMovePersonal: Hashable, Sendable {
  public var subject: String
  /// `TicketMetadata` with the move in its log.
  public var metadata: String?
}

extension TicketMove: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    previousStatus = try json.name("previous_status")
    status = try json.name("status")
    priority = try json.name("priority")
    category = try json.optionalString("category")
    previousAssignee = try json.optionalID("previous_assignee")
    assignedTo = try json.optionalID("assigned_to")
    movedBy = try json.optionalID("moved_by")
    movedAt = try json.timestamp("moved_at")
    reason = try json.optionalString("reason")
    minutes = try json.int64("minutes")
    slaMet = try json.bool("sla_met")
    deadlines = try json.object("deadlines") { try TicketDeadlines(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("status", name: status)
    json.field("priority", name: priority)
    json.field("category", category)
    json.field("previous_assignee", previousAssignee)
    json.field("assigned_to", assignedTo)
    json.field("moved_by", movedBy)
    json.field("moved_at", movedAt)
    json.field("reason", reason)
    json.field("minutes", minutes)
    json.field("sla_met", slaMet)
    json.object("deadlines") { deadlines.encode(to: &$0) }
  }
}

extension TicketMovePersonal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    subject = try json.string("subject")
    metadata = try json.optionalString("metadata")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("subject", subject)
    json.field("metadata", metadata)
  }
}

/// A deadline passed. A missed answer raises the priority by a step; the deadlines that are left stay.
public struct TicketDeadlineMissed: Hashable, Sendable {
  public static let type = EventType("TicketDeadlineMissed", .public)

  public var ticket: TicketKey
  public var deadline: TicketDeadline
  public var previousPriority: TicketPriority
  public var priority: TicketPriority
  public var expectedMinutes: Int64
  public var actualMinutes: Int64
  public var assignedTo: UserID?
  public var deadlines: TicketDeadlines
  public var personal: TicketMovePersonal?

  public var subject: SubjectID { ticket.subject }
}

extension TicketDeadlineMissed: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    deadline = try json.name("sla_type")
    previousPriority = try json.name("previous_priority")
    priority = try json.name("priority")
    expectedMinutes = try json.int64("expected_minutes")
    actualMinutes = try json.int64("actual_minutes")
    assignedTo = try json.optionalID("assigned_to")
    deadlines = try json.object("deadlines") { try TicketDeadlines(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("sla_type", name: deadline)
    json.field("previous_priority", name: previousPriority)
    json.field("priority", name: priority)
    json.field("expected_minutes", expectedMinutes)
    json.field("actual_minutes", actualMinutes)
    json.field("assigned_to", assignedTo)
    json.object("deadlines") { deadlines.encode(to: &$0) }
  }
}

/// The order that a ticket is about came to another status. Private: the order tells it to everybody itself.
public struct TicketOrderNoted: Hashable, Sendable {
  public static let type = EventType("TicketOrderNoted", .private)

  public var ticket: TicketKey
  public var orderID: OrderID
  public var status: String
  public var personal: TicketMovePersonal?

  public var subject: SubjectID { ticket.subject }
}

extension TicketOrderNoted: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    orderID = try json.id("order_id")
    status = try json.string("status")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("order_id", orderID)
    json.field("status", status)
  }
}
