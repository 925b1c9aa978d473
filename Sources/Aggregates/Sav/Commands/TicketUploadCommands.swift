public import EventSourcing

/// Announces files for a ticket, all or none.
public struct AnnounceTicketFiles: Command {
  /// A file to come.
  public struct File: Hashable, Sendable {
    public var format: FileFormat
    /// Bytes.
    public var size: Int64

    public init(format: FileFormat, size: Int64) {
      self.format = format
      self.size = size
    }
  }

  public var ticketID: TicketID
  /// The first of as many ids as there are files; drawn before.
  public var firstID: TicketAttachmentID
  /// The message they are for; nil for the ticket itself.
  public var messageID: TicketMessageID?
  public var actor: TicketActor
  public var files: [File]

  public init(ticketID: TicketID, firstID: TicketAttachmentID, messageID: TicketMessageID? = nil, actor: TicketActor, files: [File]) {
    self.ticketID = ticketID
    self.firstID = firstID
    self.messageID = messageID
    self.actor = actor
    self.files = files
  }

  public func decide(in session: inout DecisionSession) throws -> Created<TicketAttachmentID> {
    try Ticket.checkRoom(for: files.count, messageID, actor, session.load(Ticket.self, ticketID))
    for (index, file) in files.enumerated() {
      let id = TicketAttachmentID(firstID.rawValue + Int64(index))
      do {
        try session.announce(
          TicketUpload.self, id, owner: ticketID.rawValue, part: messageID?.rawValue, format: file.format, size: file.size)
      } catch UploadRejection.invalid(let error) where files.count > 1 {
        throw UploadRejection.invalid(FieldError("files/\(index)/\(error.field)", error.reason))
      }
    }
    return Created(firstID)
  }
}

/// Adds the file that was checked and stored to its ticket. Doing it again changes nothing.
public struct ConfirmTicketFile: Command {
  public var ticketID: TicketID
  public var attachmentID: TicketAttachmentID
  public var actor: TicketActor
  /// As its owner calls it.
  public var originalName: String
  /// Of its content, in lower-case hexadecimal.
  public var sha256: String

  public init(
    ticketID: TicketID, attachmentID: TicketAttachmentID, actor: TicketActor, originalName: String, sha256: String
  ) {
    self.ticketID = ticketID
    self.attachmentID = attachmentID
    self.actor = actor
    self.originalName = originalName
    self.sha256 = sha256
  }

  public func decide(in session: inout DecisionSession) throws -> Created<TicketAttachmentID> {
    // First of all: to whoever does not see the ticket, none of its files is there.
    try Ticket.require(session.load(Ticket.self, ticketID), seenBy: actor)
    let upload = try session.confirm(
      TicketUpload.self, attachmentID, owner: ticketID.rawValue, filename: originalName, sha256: sha256)
    guard let upload else { return Created(attachmentID) }
    return try AttachTicketFile(
      ticketID: ticketID, attachmentID: attachmentID, messageID: upload.part.map { TicketMessageID($0) }, actor: actor,
      originalName: originalName, filename: upload.filename(sha256), filePath: upload.key(sha256), mimeType: upload.format.rawValue,
      fileSize: upload.size
    ).decide(in: &session)
  }
}
