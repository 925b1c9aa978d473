public import EventSourcing

/// Writes into a ticket. Adding the same message again changes nothing.
public struct AddTicketMessage: Command {
  public var ticketID: TicketID
  /// Drawn before.
  public var messageID: TicketMessageID
  public var actor: TicketActor
  public var message: String
  /// A note among agents.
  public var isInternal: Bool

  public init(ticketID: TicketID, messageID: TicketMessageID, actor: TicketActor, message: String, isInternal: Bool = false) {
    self.ticketID = ticketID
    self.messageID = messageID
    self.actor = actor
    self.message = message
    self.isInternal = isInternal
  }

  public func decide(in session: inout DecisionSession) throws -> Created<TicketMessageID> {
    let before = try session.load(Ticket.self, ticketID)
    try session.record(Ticket.decide(self, before, at: session.now), on: Ticket.self, ticketID)
    _ = try session.settle(ticketID, since: before)
    return Created(messageID)
  }
}

/// Corrects a message: its author does, or staff.
public struct EditTicketMessage: Command {
  public var ticketID: TicketID
  public var messageID: TicketMessageID
  public var actor: TicketActor
  public var message: String

  public init(ticketID: TicketID, messageID: TicketMessageID, actor: TicketActor, message: String) {
    self.ticketID = ticketID
    self.messageID = messageID
    self.actor = actor
    self.message = message
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Ticket.decide(self, session.load(Ticket.self, ticketID)), on: Ticket.self, ticketID)
    return NoAnswer()
  }
}

/// Takes a message back, with its files: its author does, or staff.
public struct DeleteTicketMessage: Command {
  public var ticketID: TicketID
  public var messageID: TicketMessageID
  public var actor: TicketActor

  public init(ticketID: TicketID, messageID: TicketMessageID, actor: TicketActor) {
    self.ticketID = ticketID
    self.messageID = messageID
    self.actor = actor
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Ticket.decide(self, session.load(Ticket.self, ticketID)), on: Ticket.self, ticketID)
    return NoAnswer()
  }
}

/// Notes that somebody has read what the other party wrote. Reading it again changes nothing.
public struct ReadTicketMessages: Command {
  public var ticketID: TicketID
  public var actor: TicketActor
  /// Nil for all.
  public var messageID: TicketMessageID?

  public init(ticketID: TicketID, actor: TicketActor, messageID: TicketMessageID? = nil) {
    self.ticketID = ticketID
    self.actor = actor
    self.messageID = messageID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Ticket.decide(self, session.load(Ticket.self, ticketID)), on: Ticket.self, ticketID)
    return NoAnswer()
  }
}

/// Notes a file whose object has been checked. Adding the same one again changes nothing.
public struct AttachTicketFile: Command {
  public var ticketID: TicketID
  /// Drawn before.
  public var attachmentID: TicketAttachmentID
  /// The message it belongs to; nil for the ticket itself.
  public var messageID: TicketMessageID?
  public var actor: TicketActor
  /// As its owner calls it.
  public var originalName: String
  /// The safe name under which it is stored.
  public var filename: String
  /// The object's key in the bucket.
  public var filePath: String
  public var mimeType: String
  /// Bytes.
  public var fileSize: Int64

  public init(
    ticketID: TicketID, attachmentID: TicketAttachmentID, messageID: TicketMessageID? = nil, actor: TicketActor, originalName: String,
    filename: String, filePath: String, mimeType: String, fileSize: Int64
  ) {
    self.ticketID = ticketID
    self.attachmentID = attachmentID
    self.messageID = messageID
    self.actor = actor
    self.originalName = originalName
    self.filename = filename
    self.filePath = filePath
    self.mimeType = mimeType
    self.fileSize = fileSize
  }

  public func decide(in session: inout DecisionSession) throws -> Created<TicketAttachmentID> {
    try session.record(Ticket.decide(self, session.load(Ticket.self, ticketID)), on: Ticket.self, ticketID)
    return Created(attachmentID)
  }
}

/// Takes a file from a ticket.
public struct RemoveTicketFile: Command {
  public var ticketID: TicketID
  public var attachmentID: TicketAttachmentID
  public var actor: TicketActor

  public init(ticketID: TicketID, attachmentID: TicketAttachmentID, actor: TicketActor) {
    self.ticketID = ticketID
    self.attachmentID = attachmentID
    self.actor = actor
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Ticket.decide(self, session.load(Ticket.self, ticketID)), on: Ticket.self, ticketID)
    return NoAnswer()
  }
}
