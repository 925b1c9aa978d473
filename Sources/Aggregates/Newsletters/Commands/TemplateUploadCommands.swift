public import EventSourcing

/// Announces a file of a mail template.
public struct AnnounceTemplateFile: Command {
  public var templateID: EmailTemplateID
  /// Drawn before.
  public var fileID: TemplateFileID
  public var format: FileFormat
  /// Bytes.
  public var size: Int64

  public init(templateID: EmailTemplateID, fileID: TemplateFileID, format: FileFormat, size: Int64) {
    self.templateID = templateID
    self.fileID = fileID
    self.format = format
    self.size = size
  }

  public func decide(in session: inout DecisionSession) throws -> Created<TemplateFileID> {
    try session.requireTemplate(templateID)
    try session.announce(TemplateUpload.self, fileID, owner: templateID.rawValue, format: format, size: size)
    return Created(fileID)
  }
}

/// Keeps the file that was checked and stored. Doing it again changes nothing.
public struct ConfirmTemplateFile: Command {
  public var templateID: EmailTemplateID
  public var fileID: TemplateFileID
  /// What the file is called.
  public var filename: String
  /// Of its content, in lower-case hexadecimal.
  public var sha256: String

  public init(templateID: EmailTemplateID, fileID: TemplateFileID, filename: String, sha256: String) {
    self.templateID = templateID
    self.fileID = fileID
    self.filename = filename
    self.sha256 = sha256
  }

  public func decide(in session: inout DecisionSession) throws -> Created<TemplateFileID> {
    try session.requireTemplate(templateID)
    _ = try session.confirm(TemplateUpload.self, fileID, owner: templateID.rawValue, filename: filename, sha256: sha256)
    return Created(fileID)
  }
}

extension DecisionSession {
  fileprivate mutating func requireTemplate(_ id: EmailTemplateID) throws {
    guard try load(EmailTemplate.self, id).row != nil else {
      throw ReferenceRejection.notFound(kind: EmailTemplate.category, id: id.rawValue)
    }
  }
}
