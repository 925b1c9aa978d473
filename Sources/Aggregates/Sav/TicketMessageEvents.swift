public import EventSourcing
public import JSON

/// The text of a message, as its events hold it.
public struct TicketMessageText: JSONCodable, Hashable {
  public var message: String

  init(_ message: String) {
    self.message = message
  }

  public init(from json: inout JSONObjectReader) throws {
    message = try json.string("message")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("message", message)
  }
}

/// Somebody wrote into a ticket.
public struct TicketMessageAdded: Hashable, Sendable {
  public static let type = EventType("TicketMessageAdded", .public)

  public var ticket: TicketKey
  public var messageID: TicketMessageID
  /// Nil where nobody signed in.
  public var senderID: UserID?
  public var senderType: TicketSender
  /// A note among agents.
  public var isInternal: Bool
  /// The first answer of an agent ends the waiting for one.
  public var deadlines: TicketDeadlines
  public var personal: TicketMessageText?

  public var subject: SubjectID { ticket.subject }
}

extension TicketMessageAdded: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    messageID = try json.id("message_id")
    senderID = try json.optionalID("sender_id")
    senderType = try json.name("sender_type")
    isInternal = try json.bool("is_internal")
    deadlines = try json.object("deadlines") { try TicketDeadlines(from: &$0) }
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("message_id", messageID)
    json.field("sender_id", senderID)
    json.field("sender_type", name: senderType)
    json.field("is_internal", isInternal)
    json.object("deadlines") { deadlines.encode(to: &$0) }
  }
}

/// A message says something else now. Private: nobody is told twice.
public struct TicketMessageEdited: Hashable, Sendable {
  public static let type = EventType("TicketMessageEdited", .private)

  public var ticket: TicketKey
  public var messageID: TicketMessageID
  public var editedBy: UserID?
  public var personal: TicketMessageText?

  public var subject: SubjectID { ticket.subject }
}

extension TicketMessageEdited: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    messageID = try json.id("message_id")
    editedBy = try json.optionalID("edited_by")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("message_id", messageID)
    json.field("edited_by", editedBy)
  }
}

/// A message is gone, with its files.
public struct TicketMessageDeleted: Hashable, Sendable {
  public static let type = EventType("TicketMessageDeleted", .private)

  public var ticket: TicketKey
  public var messageID: TicketMessageID
  public var deletedBy: UserID?
}

extension TicketMessageDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    messageID = try json.id("message_id")
    deletedBy = try json.optionalID("deleted_by")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("message_id", messageID)
    json.field("deleted_by", deletedBy)
  }
}

/// The other party has read messages.
public struct TicketMessagesRead: Hashable, Sendable {
  public static let type = EventType("TicketMessagesRead", .private)

  public var ticket: TicketKey
  /// Ascending.
  public var messageIDs: [TicketMessageID]
  public var readBy: UserID?
}

extension TicketMessagesRead: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    messageIDs = try json.ids("message_ids")
    readBy = try json.optionalID("read_by")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("message_ids", messageIDs)
    json.field("read_by", readBy)
  }
}

/// A file belongs to a ticket, or to one of its messages.
public struct TicketFileAttached: Hashable, Sendable {
  public static let type = EventType("TicketFileAttached", .private)

  public var ticket: TicketKey
  public var attachmentID: TicketAttachmentID
  public var messageID: TicketMessageID?
  public var attachedBy: UserID?
  /// The safe name under which it is stored.
  public var filename: String
  /// The object's key in the bucket.
  public var filePath: String
  public var mimeType: String
  /// Bytes.
  public var fileSize: Int64
  public var personal: Personal?

  public var subject: SubjectID { ticket.subject }

  public struct Personal: Hashable, Sendable {
    public var originalName: String
  }
}

extension TicketFileAttached: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    attachmentID = try json.id("attachment_id")
    messageID = try json.optionalID("message_id")
    attachedBy = try json.optionalID("attached_by")
    filename = try json.string("filename")
    filePath = try json.string("file_path")
    mimeType = try json.string("mime_type")
    fileSize = try json.int64("file_size")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("attachment_id", attachmentID)
    json.field("message_id", messageID)
    json.field("attached_by", attachedBy)
    json.field("filename", filename)
    json.field("file_path", filePath)
    json.field("mime_type", mimeType)
    json.field("file_size", fileSize)
  }
}

extension TicketFileAttached.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    originalName = try json.string("original_name")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("original_name", originalName)
  }
}

/// A file no longer belongs to a ticket; the object goes with it.
public struct TicketFileRemoved: Hashable, Sendable {
  public static let type = EventType("TicketFileRemoved", .private)

  public var ticket: TicketKey
  public var attachmentID: TicketAttachmentID
  public var filePath: String
  public var removedBy: UserID?
}

extension TicketFileRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    ticket = try TicketKey(from: &json)
    attachmentID = try json.id("attachment_id")
    filePath = try json.string("file_path")
    removedBy = try json.optionalID("removed_by")
  }

  public func encode(to json: inout JSONWriter) {
    ticket.encode(to: &json)
    json.field("attachment_id", attachmentID)
    json.field("file_path", filePath)
    json.field("removed_by", removedBy)
  }
}
