import Aggregates
import EventSourcing
import HTTPTypes

/// The files that mails of a template show or offer, to and from the object storage.
enum TemplateFileRoutes {
  /// How long an address to read a file is good; who opens the mail again is sent to another one.
  private static let linkLifetime = Duration.seconds(3_600)

  static let routes: [Route] = [
    Route(
      .post, "/templates/{id}/files", "announceTemplateFile", "Announces a picture or a PDF; the answer says where to send it",
      in: TemplateFileAnnouncement.self, out: Schema.announcedUpload.asData, status: 201, access: NewsletterAccess.templates,
      idempotency: .optional, problems: [.stateConflict]
    ) { input, call in
      _ = try call.objects()
      let id = TemplateFileID(try await call.nextID("template_file"))
      let command = AnnounceTemplateFile(templateID: input.templateID, fileID: id, format: input.format, size: input.size)
      let outcome = try await call.execute(command)
      let made = outcome.answer?.id ?? id
      return .command(
        outcome, location: "/api/v1/newsletters/templates/\(input.templateID)/files/\(made)",
        try Uploads<TemplateUpload>.announcement(made, format: input.format, size: input.size, call))
    },
    Route(
      .post, "/templates/{id}/files/{file_id}/confirm", "confirmTemplateFile", "Keeps a file that was sent; its address may stand in mails",
      in: TemplateFileConfirmation.self, out: Schema.reference.asData, access: NewsletterAccess.templates, idempotency: .none,
      problems: [.uploadMissing, .fileRefused, .stateConflict]
    ) { input, call in
      let outcome = try await Uploads<TemplateUpload>.confirm(input.id, owner: input.templateID.rawValue, call) { sha256 in
        try await call.execute(
          ConfirmTemplateFile(templateID: input.templateID, fileID: input.id, filename: input.filename, sha256: sha256))
      }
      return .reference(outcome, input.id, location: "/api/v1/newsletters/templates/\(input.templateID)/files/\(input.id)")
    },
    Route(
      .get, "/templates/{id}/files/{file_id}", "templateFile", "Leads to a file, for whoever opens a mail", in: TemplateFileInput.self,
      out: nil, status: 302, access: .everyone, idempotency: .none, problems: []
    ) { input, call in
      let events = try await call.services.log.readStream(TemplateUpload.stream(input.id), after: .none, limit: 100)
      let state = TemplateUpload.state(after: try events.map { try UploadEvent<TemplateUpload>.decoder.decode($0) })
      guard let upload = state.upload, upload.owner == input.templateID.rawValue, let sha256 = upload.sha256 else {
        throw Problem(.notFound)
      }
      return try .redirect(to: .newsletters, upload.key(sha256), for: linkLifetime, at: events.last?.position ?? .start, call)
    },
  ]
}

struct TemplateFileAnnouncement: RouteInput {
  let templateID: EmailTemplateID
  let format: FileFormat
  let size: Int64

  init(_ fields: inout InputReader) {
    templateID = fields.path("id", .id(EmailTemplateID.self))
    format = fields.body("mime_type", .choice(FileFormat.self))
    size = fields.body("size", .integer(min: 1, max: TemplateUpload.maximumSize))
  }
}

struct TemplateFileInput: RouteInput {
  let templateID: EmailTemplateID
  let id: TemplateFileID

  init(_ fields: inout InputReader) {
    templateID = fields.path("id", .id(EmailTemplateID.self))
    id = fields.path("file_id", .id(TemplateFileID.self))
  }
}

struct TemplateFileConfirmation: RouteInput {
  let templateID: EmailTemplateID
  let id: TemplateFileID
  let filename: String

  init(_ fields: inout InputReader) {
    templateID = fields.path("id", .id(EmailTemplateID.self))
    id = fields.path("file_id", .id(TemplateFileID.self))
    filename = fields.body("filename", .text(255))
  }
}
