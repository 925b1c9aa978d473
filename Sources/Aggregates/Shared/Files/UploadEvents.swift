public import EventSourcing
public import JSON

/// The stored names of a kind of upload.
public struct UploadNames: Sendable {
  public let announced: EventType
  public let confirmed: EventType
  public let rejected: EventType
  public let expired: EventType
  public let cleared: EventType

  /// - Parameter noun: begins the events' names: `ImageUpload` makes `ImageUploadAnnounced` and so on.
  public init(_ noun: String) {
    announced = EventType("\(noun)Announced", .private)
    confirmed = EventType("\(noun)Confirmed", .private)
    rejected = EventType("\(noun)Rejected", .private)
    expired = EventType("\(noun)Expired", .private)
    cleared = EventType("\(noun)Cleared", .private)
  }
}

/// What happens to an upload. All its events are private: others learn of a file from its owner.
public enum UploadEvent<Kind: FileKind>: AggregateEvent {
  case announced(UploadAnnounced<Kind>)
  case confirmed(UploadConfirmed<Kind>)
  case rejected(UploadRejected<Kind>)
  case expired(UploadExpired<Kind>)
  case cleared(UploadCleared<Kind>)

  public static var decoder: EventDecoder<UploadEvent<Kind>> {
    EventDecoder([
      EventCase(UploadAnnounced<Kind>.self, UploadEvent.announced), EventCase(UploadConfirmed<Kind>.self, UploadEvent.confirmed),
      EventCase(UploadRejected<Kind>.self, UploadEvent.rejected), EventCase(UploadExpired<Kind>.self, UploadEvent.expired),
      EventCase(UploadCleared<Kind>.self, UploadEvent.cleared),
    ])
  }

  public var payload: any EventPayload {
    switch self {
    case .announced(let event): event
    case .confirmed(let event): event
    case .rejected(let event): event
    case .expired(let event): event
    case .cleared(let event): event
    }
  }
}

/// Somebody is about to upload a file of this format and size.
public struct UploadAnnounced<Kind: FileKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.announced }

  public var id: Kind.FileID
  public var owner: Int64
  /// The id of the owner's part that the file is for; nil for the owner itself.
  public var part: Int64?
  public var format: FileFormat
  /// Bytes.
  public var size: Int64
  /// Where in the bucket the file will lie; ends with a slash.
  public var folder: String
}

extension UploadAnnounced: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("upload_id")
    owner = try json.int64("owner_id")
    part = try json.optionalInt64("part_id")
    format = try json.name("mime_type")
    size = try json.int64("size")
    folder = try json.string("folder")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("upload_id", id)
    json.field("owner_id", owner)
    json.field("part_id", part)
    json.field("mime_type", name: format)
    json.field("size", size)
    json.field("folder", folder)
  }
}

/// The content was read, is what was announced, and lies in the upload's folder.
public struct UploadConfirmed<Kind: FileKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.confirmed }

  public var id: Kind.FileID
  /// Of the content, in lower-case hexadecimal.
  public var sha256: String
}

extension UploadConfirmed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("upload_id")
    sha256 = try json.string("sha256")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("upload_id", id)
    json.field("sha256", sha256)
  }
}

/// The content is not what was announced.
public struct UploadRejected<Kind: FileKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.rejected }

  public var id: Kind.FileID
}

extension UploadRejected: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("upload_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("upload_id", id)
  }
}

/// Nobody confirmed the upload in time.
public struct UploadExpired<Kind: FileKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.expired }

  public var id: Kind.FileID
}

extension UploadExpired: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("upload_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("upload_id", id)
  }
}

/// What the upload left behind in the object storage is gone.
public struct UploadCleared<Kind: FileKind>: Hashable, Sendable {
  public static var type: EventType { Kind.names.cleared }

  public var id: Kind.FileID
}

extension UploadCleared: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("upload_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("upload_id", id)
  }
}
