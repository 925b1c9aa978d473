/// What a storage tells of an object without its content.
public struct ObjectInfo: Sendable, Hashable {
  /// Bytes of the whole object.
  public let size: Int
  /// As it was stored; nil when the storage tells none.
  public let contentType: String?
  /// Changes with the content; in quotes.
  public let etag: String?
}

/// An object, or a range of one.
public struct StoredObject: Sendable {
  public let info: ObjectInfo
  public let bytes: [UInt8]
}

/// An object in a list.
public struct ListedObject: Sendable, Hashable {
  public let key: String
  /// Bytes.
  public let size: Int
  /// As the storage writes it: ISO 8601 in UTC.
  public let lastModified: String
}

/// A part of a list, in order of keys.
public struct ObjectPage: Sendable, Hashable {
  public let objects: [ListedObject]
  /// What to ask with for what follows; nil at the end.
  public let next: String?
}

/// An address with a permission in it: whoever has it may send this one request until it is over.
public struct PresignedRequest: Sendable, Hashable {
  /// `GET` or `PUT`.
  public let method: String
  public let url: String
  /// To be sent exactly so; they are part of the signature.
  public let headers: [String: String]
  /// How long it is good from when it was made.
  public let lifetime: Duration
}
