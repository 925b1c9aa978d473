public import EventSourcing
public import JSON

/// What an upload's timer asks for when it fires; its payload.
public struct UploadTimer: JSONCodable, Hashable {
  /// The payload's field `do`.
  public static let action = "clear_upload"
  /// How long an upload has from its announcement; longer than the address to upload to is good, so that nothing comes after it.
  public static let lifetime = Duration.seconds(3_600)
  /// When it is tried again after the object storage did not answer.
  public static let pause = Duration.seconds(300)

  /// The category of the upload's stream.
  public var category: String
  public var uploadID: Int64

  init(category: String, uploadID: Int64) {
    self.category = category
    self.uploadID = uploadID
  }

  public init(from json: inout JSONObjectReader) throws {
    category = try json.string("category")
    uploadID = try json.int64("upload_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", Self.action)
    json.field("category", category)
    json.field("upload_id", uploadID)
  }

  var name: String { "upload-\(category)-\(uploadID)" }
}

extension DecisionSession {
  mutating func clearUpload<Kind: UploadKind>(_ kind: Kind.Type, _ id: Kind.FileID, after duration: Duration) {
    let timer = UploadTimer(category: Kind.category, uploadID: id.rawValue)
    setTimer(timer.name, due: .after(duration), payload: timer)
  }
}
