public import EventSourcing

/// A file on its way into the object storage (one stream each), from the announcement to the confirmation or the end of its time.
///
/// ```
/// announced ─▶ confirmed   its content was read and is what was announced; the owner's stream has it from now on
///          ├─▶ rejected    its content is something else
///          └─▶ expired     nobody confirmed it in time
/// ```
///
/// The client uploads to a place of the upload's own, which nothing refers to. The confirmation reads what lies there, checks it and
/// stores it in the upload's folder under a key made of its SHA-256; so nobody can exchange a file after it was checked, and of two
/// confirmations at once the event says whose content counts. When the upload's time is over, whatever became of it, place and folder
/// are emptied but for what was confirmed.
///
/// A kind says whose files it are and which are taken; events, deadline and cleaning follow from that.
public protocol UploadKind: FileKind, Aggregate where State == UploadState, Event == UploadEvent<Self> {
  static var bucket: Bucket { get }
  /// The most bytes of a file of this format; nil where such files are not taken.
  static func maximumSize(of format: FileFormat) -> Int64?
  /// Where in the bucket the file lies once it is confirmed; nothing else does. Ends with a slash.
  /// - Parameter owner: the id of what the file belongs to.
  static func folder(of id: FileID, owner: Int64) -> String
}

/// How a kind of upload is stored: all that its events need to know.
public protocol FileKind: SendableMetatype {
  associatedtype FileID: EntityID
  /// The stored names of its events; never changed.
  static var names: UploadNames { get }
}

/// What is known of an upload.
public enum UploadState: Hashable, Sendable {
  /// It was never announced.
  case missing
  case present(Upload)

  public var upload: Upload? {
    if case .present(let upload) = self { upload } else { nil }
  }
}

/// An upload that was announced.
public struct Upload: Hashable, Sendable {
  /// Where an upload stands.
  public enum Status: String, Sendable, Hashable, CaseIterable {
    case announced
    case confirmed
    case rejected
    case expired
  }

  /// The id of what the file belongs to.
  public let owner: Int64
  /// The id of the owner's part that the file is for; nil for the owner itself.
  public let part: Int64?
  public let format: FileFormat
  /// Bytes.
  public let size: Int64
  /// Where in the bucket the file lies once it is confirmed; ends with a slash.
  public let folder: String
  public internal(set) var status = Status.announced
  /// Of the confirmed content, in lower-case hexadecimal.
  public internal(set) var sha256: String?
  /// Whether its place has been emptied.
  public internal(set) var isCleared = false

  /// The name in its folder of a file with this content.
  /// - Parameter sha256: in lower-case hexadecimal.
  public func filename(_ sha256: String) -> String { "\(sha256).\(format.extensions[0])" }

  /// Where in the bucket a file with this content lies.
  public func key(_ sha256: String) -> String { folder + filename(sha256) }
}

extension UploadKind {
  public static var initialState: UploadState { .missing }

  public static func evolve(_ state: inout UploadState, _ event: UploadEvent<Self>) {
    if case .announced(let event) = event {
      state = .present(
        Upload(owner: event.owner, part: event.part, format: event.format, size: event.size, folder: event.folder))
      return
    }
    guard case .present(var upload) = state else { return }
    switch event {
    case .announced: break
    case .confirmed(let event):
      upload.status = .confirmed
      upload.sha256 = event.sha256
    case .rejected: upload.status = .rejected
    case .expired: upload.status = .expired
    case .cleared: upload.isCleared = true
    }
    state = .present(upload)
  }

  /// Where the client uploads to.
  public static func place(of id: FileID) -> String { "uploads/\(category)/\(id)" }
}

/// Why a command on an upload is refused.
public enum UploadRejection: Rejection, Hashable {
  /// A field breaks a rule.
  case invalid(FieldError)
  /// There is no such upload of this owner.
  case notFound
  /// The id has, or had, another upload.
  case alreadyExists
  /// What became of it does not allow this.
  case wrongState(Upload.Status)
}
