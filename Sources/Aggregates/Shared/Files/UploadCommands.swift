public import EventSourcing
public import JSON

extension DecisionSession {
  /// Announces an upload; its owner was checked before. Announcing the same one again changes nothing.
  /// - Throws: `UploadRejection`.
  mutating func announce<Kind: UploadKind>(
    _ kind: Kind.Type, _ id: Kind.FileID, owner: Int64, part: Int64? = nil, format: FileFormat, size: Int64
  ) throws {
    switch try load(Kind.self, id, isNew: true) {
    case .present(let old):
      guard (old.owner, old.part, old.format, old.size) == (owner, part, format, size) else { throw UploadRejection.alreadyExists }
    case .missing:
      guard let maximum = Kind.maximumSize(of: format) else { throw UploadRejection.invalid(FieldError("mime_type", .unknown)) }
      guard (1...maximum).contains(size) else {
        throw UploadRejection.invalid(FieldError("size", .outOfRange(minimum: 1, maximum: maximum)))
      }
      let announced = UploadAnnounced<Kind>(
        id: id, owner: owner, part: part, format: format, size: size, folder: Kind.folder(of: id, owner: owner))
      try record([.announced(announced)], on: Kind.self, id)
      clearUpload(Kind.self, id, after: UploadTimer.lifetime)
    }
  }

  /// Confirms an upload whose content was checked and stored in its folder.
  /// - Returns: the upload; nil when it had been confirmed before.
  /// - Throws: `UploadRejection`.
  mutating func confirm<Kind: UploadKind>(
    _ kind: Kind.Type, _ id: Kind.FileID, owner: Int64, filename: String, sha256: String
  ) throws -> Upload? {
    guard let upload = try load(Kind.self, id).upload, upload.owner == owner else { throw UploadRejection.notFound }
    switch upload.status {
    case .confirmed: return nil
    case .rejected, .expired: throw UploadRejection.wrongState(upload.status)
    case .announced: break
    }
    do {
      try TextRules.required(filename, "filename")
    } catch {
      throw UploadRejection.invalid(error)
    }
    // A name is not a way: "../", and what a shell or a browser would read otherwise.
    let isPlain = !filename.unicodeScalars.contains { $0.value < 32 || $0 == "/" || $0 == "\\" }
    guard isPlain, upload.format.allows(filename) else { throw UploadRejection.invalid(FieldError("filename", .malformed)) }
    try record([.confirmed(UploadConfirmed(id: id, sha256: sha256))], on: Kind.self, id)
    return upload
  }
}

/// Notes that an upload's content is not what was announced. Once it has ended, however, this changes nothing.
public struct RejectUpload<Kind: UploadKind>: Command {
  public var id: Kind.FileID

  public init(id: Kind.FileID) {
    self.id = id
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let upload = try session.load(Kind.self, id).upload else { throw UploadRejection.notFound }
    if upload.status == .announced { try session.record([.rejected(UploadRejected(id: id))], on: Kind.self, id) }
    return NoAnswer()
  }
}

/// Ends an upload whose time is over, unless it has ended. From then on it cannot be confirmed, and what it left behind can be removed.
public struct ExpireUpload<Kind: UploadKind>: Command {
  public var id: Kind.FileID

  public init(id: Kind.FileID) {
    self.id = id
  }

  public func decide(in session: inout DecisionSession) throws -> UploadRemains {
    guard let upload = try session.load(Kind.self, id).upload else { throw UploadRejection.notFound }
    if upload.status == .announced { try session.record([.expired(UploadExpired(id: id))], on: Kind.self, id) }
    return UploadRemains(place: Kind.place(of: id), folder: upload.folder, kept: upload.sha256.map { upload.key($0) })
  }
}

/// What an ended upload left behind in its bucket.
public struct UploadRemains: JSONCodable, Hashable {
  /// Where the client uploaded to.
  public var place: String
  /// Where the file lies; ends with a slash.
  public var folder: String
  /// The key in the folder that was confirmed and stays; nil when none was.
  public var kept: String?

  /// Whether a file stays: the confirmed one, and what was made of it, whose keys begin as its key does but for the ending.
  public func keeps(_ key: String) -> Bool {
    guard let kept else { return false }
    return key.hasPrefix(kept.prefix(upTo: kept.lastIndex(of: ".") ?? kept.endIndex))
  }

  init(place: String, folder: String, kept: String?) {
    self.place = place
    self.folder = folder
    self.kept = kept
  }

  public init(from json: inout JSONObjectReader) throws {
    place = try json.string("place")
    folder = try json.string("folder")
    kept = try json.optionalString("kept")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("place", place)
    json.field("folder", folder)
    json.field("kept", kept)
  }
}

/// Notes that nothing is left of an ended upload but what was confirmed; its timer ends.
public struct ClearUpload<Kind: UploadKind>: Command {
  public var id: Kind.FileID
  /// The timer that asked for it.
  public var timer: DueTimer

  public init(id: Kind.FileID, timer: DueTimer) {
    self.id = id
    self.timer = timer
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let upload = try session.load(Kind.self, id).upload else { throw UploadRejection.notFound }
    if !upload.isCleared { try session.record([.cleared(UploadCleared(id: id))], on: Kind.self, id) }
    session.cancelTimer(timer.name, setting: timer.setting)
    return NoAnswer()
  }
}

/// Has an ended upload cleared later, when the object storage does not answer.
public struct PostponeClearing<Kind: UploadKind>: Command {
  public var id: Kind.FileID

  public init(id: Kind.FileID) {
    self.id = id
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    session.clearUpload(Kind.self, id, after: UploadTimer.pause)
    return NoAnswer()
  }
}
