import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// The files of tickets, to and from the object storage.
enum TicketFileRoutes {
  /// How long an address to read a file is good.
  private static let linkLifetime = Duration.seconds(900)
  private static let problems: [ProblemCode] = [.ruleViolated, .stateConflict, .unknownReference]

  static let routes: [Route] = [
    Route(
      .post, "/tickets/{id}/attachments", "announceTicketAttachment", "Announces a file; the answer says where to send it",
      in: TicketFileAnnouncement.self, out: Schema.announcedUpload.asData, status: 201, access: .bearer, idempotency: .optional,
      problems: problems
    ) { input, call in
      let (outcome, first) = try await announce(input.ticketID, input.messageID, [input.file], call)
      return .command(
        outcome, location: "/api/v1/sav/tickets/\(input.ticketID)/attachments/\(first)",
        try Uploads<TicketUpload>.announcement(first, format: input.file.format, size: input.file.size, call))
    },
    Route(
      .post, "/tickets/{id}/attachments/multiple", "announceTicketAttachments", "Announces up to five files, all or none",
      in: TicketFilesAnnouncement.self, out: Schema.object(["files": .array(.announcedUpload)]).asData, status: 201, access: .bearer,
      idempotency: .optional, problems: problems
    ) { input, call in
      let (outcome, first) = try await announce(input.ticketID, input.messageID, input.files, call)
      let announcements = try input.files.enumerated().map { index, file in
        try Uploads<TicketUpload>.announcement(
          TicketAttachmentID(first.rawValue + Int64(index)), format: file.format, size: file.size, call)
      }
      return .command(outcome) { json in json.array("files", announcements) { $1(&$0) } }
    },
    Route(
      .post, "/tickets/{id}/attachments/{aid}/confirm", "confirmTicketAttachment", "Adds a file that was sent to its ticket",
      in: TicketFileConfirmation.self, out: Schema.reference.asData, access: .bearer, idempotency: .none,
      problems: problems + [.uploadMissing, .fileRefused]
    ) { input, call in
      let place = input.place
      let outcome = try await Uploads<TicketUpload>.confirm(place.attachmentID, owner: place.ticketID.rawValue, call) { sha256 in
        try await call.execute(
          ConfirmTicketFile(
            ticketID: place.ticketID, attachmentID: place.attachmentID, actor: call.ticketActor(), originalName: input.filename,
            sha256: sha256))
      }
      return .reference(outcome, place.attachmentID)
    },
    Route(
      .get, "/tickets/{id}/attachments/{aid}/download", "downloadTicketAttachment", "Leads to a file, for a quarter of an hour",
      in: AttachmentInput.self, out: nil, status: 302, access: .bearer, idempotency: .none,
      problems: [.invalidHeader, .positionAhead, .readSideBehind]
    ) { input, call in
      let (found, position) = try await call.services.reads.sav.query(
        TicketResources.attachmentFile, call.ticketParameters(input.ticketID) + [.int64(input.attachmentID.rawValue)], call)
      guard let key = try found[0].optionalString(1) else { throw Problem(.notFound) }
      return try .redirect(to: .sav, key, filename: found[0].string(2), for: linkLifetime, at: position, call)
    },
  ]

  private static func announce(
    _ ticket: TicketID, _ message: TicketMessageID?, _ files: [AnnounceTicketFiles.File], _ call: Call
  ) async throws -> (CommandOutcome<Created<TicketAttachmentID>>, TicketAttachmentID) {
    _ = try call.objects()
    let first = TicketAttachmentID(try await call.nextID("ticket_attachment", count: files.count))
    let outcome = try await call.execute(
      AnnounceTicketFiles(ticketID: ticket, firstID: first, messageID: message, actor: call.ticketActor(), files: files))
    return (outcome, outcome.answer?.id ?? first)
  }
}

/// Format and size of a file to come.
private struct FileInput: RouteInput {
  let file: AnnounceTicketFiles.File

  init(_ fields: inout InputReader) {
    let format = fields.body("mime_type", .choice(FileFormat.self))
    file = AnnounceTicketFiles.File(format: format, size: fields.body("size", .integer(min: 1, max: TicketUpload.maximumSize)))
  }
}

struct TicketFileAnnouncement: RouteInput {
  let ticketID: TicketID
  let messageID: TicketMessageID?
  let file: AnnounceTicketFiles.File

  init(_ fields: inout InputReader) {
    ticketID = fields.path("id", .id(TicketID.self))
    messageID = fields.optional("message_id", .id(TicketMessageID.self))
    file = FileInput(&fields).file
  }
}

struct TicketFilesAnnouncement: RouteInput {
  let ticketID: TicketID
  let messageID: TicketMessageID?
  let files: [AnnounceTicketFiles.File]

  init(_ fields: inout InputReader) {
    ticketID = fields.path("id", .id(TicketID.self))
    messageID = fields.optional("message_id", .id(TicketMessageID.self))
    files = fields.bodyList("files", of: FileInput.self, atMost: 5).map(\.file)
  }
}

struct TicketFileConfirmation: RouteInput {
  let place: AttachmentInput
  let filename: String

  init(_ fields: inout InputReader) {
    place = AttachmentInput(&fields)
    filename = fields.body("filename", .text(255))
  }
}
