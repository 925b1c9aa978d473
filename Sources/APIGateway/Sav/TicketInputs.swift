import Aggregates
import JSON

/// A new ticket. An agent may open it for a customer.
struct NewTicket: RouteInput {
  let userID: UserID?
  let subject: String
  let description: String
  let priority: TicketPriority?
  let category: String?
  let orderID: OrderID?
  let metadata: JSONValue

  init(_ fields: inout InputReader) {
    userID = fields.optional("user_id", .id(UserID.self))
    subject = fields.body("subject", .text(255))
    description = fields.body("description", .text(Ticket.maximumText))
    priority = fields.optional("priority", .choice(TicketPriority.self))
    category = fields.optional("category", .text(100))
    orderID = fields.optional("order_id", .id(OrderID.self))
    metadata = fields.optional("metadata", .object) ?? .object([])
  }
}

/// A ticket of somebody who does not sign in: no order, and nothing that an account would vouch for.
struct GuestTicket: RouteInput {
  let contact: TicketContact
  let subject: String
  let description: String
  let category: String?

  init(_ fields: inout InputReader) {
    contact = TicketContact(
      email: fields.body("email", .text(255, min: 3, .email)), name: fields.optional("name", .text(255)))
    subject = fields.body("subject", .text(255))
    description = fields.body("description", .text(Ticket.maximumText))
    category = fields.optional("category", .text(100))
  }
}

/// A change of a ticket: what is left out stays. Priority, agent and most statuses are for staff.
struct TicketChange: RouteInput {
  let id: TicketID
  let subject: String?
  let description: String?
  let category: Change<String>
  let metadata: Change<JSONValue>
  let priority: TicketPriority?
  let status: TicketStatus?
  let assignedTo: Change<UserID>
  let reason: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(TicketID.self))
    subject = fields.change("subject", .text(255))
    description = fields.change("description", .text(Ticket.maximumText))
    category = fields.nullableChange("category", .text(100))
    metadata = fields.nullableChange("metadata", .object)
    priority = fields.change("priority", .choice(TicketPriority.self))
    status = fields.change("status", .choice(TicketStatus.self))
    assignedTo = fields.nullableChange("assigned_to", .id(UserID.self))
    reason = fields.optional("reason", .text(500))
  }

  func apply(to ticket: inout Ticket.Details) {
    ticket.subject = subject ?? ticket.subject
    ticket.description = description ?? ticket.description
    ticket.category = category.applied(to: ticket.category)
    ticket.metadata = metadata.applied(to: ticket.metadata) ?? .object([])
    ticket.priority = priority ?? ticket.priority
    ticket.status = status ?? ticket.status
    ticket.assignedTo = assignedTo.applied(to: ticket.assignedTo)
  }
}

struct TicketAssignment: RouteInput {
  let id: TicketID
  let assignedTo: UserID

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(TicketID.self))
    assignedTo = fields.body("assigned_to", .id(UserID.self))
  }
}

/// Resolving or closing a ticket, with or without a reason.
struct TicketEnd: RouteInput {
  let id: TicketID
  let reason: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(TicketID.self))
    reason = fields.optional("reason", .text(500))
  }
}

struct TicketNumberInput: RouteInput {
  let number: String

  init(_ fields: inout InputReader) {
    number = fields.path("ticketNumber", .text(255))
  }
}

struct NewMessage: RouteInput {
  let ticketID: TicketID
  let message: String
  let isInternal: Bool

  init(_ fields: inout InputReader) {
    ticketID = fields.path("id", .id(TicketID.self))
    message = fields.body("message", .text(Ticket.maximumText))
    isInternal = fields.optional("is_internal", .bool) ?? false
  }
}

/// A message of somebody who does not sign in: he shows by the number that the ticket is his.
struct GuestMessage: RouteInput {
  let ticketID: TicketID
  let ticketNumber: String
  let message: String

  init(_ fields: inout InputReader) {
    ticketID = fields.path("id", .id(TicketID.self))
    ticketNumber = fields.body("ticket_number", .text(255))
    message = fields.body("message", .text(Ticket.maximumText))
  }
}

/// A message of a ticket, in a path.
struct MessageInput: RouteInput {
  let ticketID: TicketID
  let messageID: TicketMessageID

  init(_ fields: inout InputReader) {
    ticketID = fields.path("id", .id(TicketID.self))
    messageID = fields.path("mid", .id(TicketMessageID.self))
  }
}

struct MessageEdit: RouteInput {
  let place: MessageInput
  let message: String

  init(_ fields: inout InputReader) {
    place = MessageInput(&fields)
    message = fields.body("message", .text(Ticket.maximumText))
  }
}

/// A file of a ticket, in a path.
struct AttachmentInput: RouteInput {
  let ticketID: TicketID
  let attachmentID: TicketAttachmentID

  init(_ fields: inout InputReader) {
    ticketID = fields.path("id", .id(TicketID.self))
    attachmentID = fields.path("aid", .id(TicketAttachmentID.self))
  }
}
