public import JSON

/// Who may read an event.
public enum Visibility: Hashable, Sendable {
  /// Only the service that owns the category: credentials, tokens and inner steps.
  case `private`
  /// Every service; the event makes at most one message.
  case `public`
}

/// The stored identity of a kind of event: a name that never changes and the version of its payload's shape.
public struct EventType: Hashable, Sendable, CustomStringConvertible {
  /// The stable name, in the past tense: `OrderPlaced`.
  public let name: String
  /// The version of the payload that is written today; counted from 1. Older ones are brought up by upcasters.
  public let schemaVersion: Int
  public let visibility: Visibility

  public init(_ name: String, version schemaVersion: Int = 1, _ visibility: Visibility) {
    self.name = name
    self.schemaVersion = schemaVersion
    self.visibility = visibility
  }

  public var description: String { "\(name) v\(schemaVersion)" }
}

/// Rewrites a stored payload of one schema version into the next one.
public typealias Upcaster = @Sendable (inout JSONValue) throws -> Void

/// What happened, as plain fields: the payload of one kind of event.
public protocol EventPayload: JSONCodable, Hashable {
  static var type: EventType { get }
  /// What brings older payloads up: the entry at `n` makes version `n + 1` of version `n`.
  /// There must be one for each version from 1 to the one before `type.schemaVersion`; `EventCatalogue` checks it.
  static var upcasters: [Int: Upcaster] { get }
}

extension EventPayload {
  public static var upcasters: [Int: Upcaster] { [:] }
}

/// The name of whose key encrypts a personal part: `user-42`, or `user-42/accounting` for what the law makes us keep longer.
public struct SubjectID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: String

  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  public init(_ rawValue: String) {
    self.rawValue = rawValue
  }

  public var description: String { rawValue }
}

/// A payload with a personal part, which is stored encrypted under the key of its subject.
///
/// When the key is destroyed the event still reads, with `personal` nil; a projection then writes its column's fixed value.
public protocol PersonalEventPayload: EventPayload {
  associatedtype Personal: JSONCodable & Hashable
  /// Whose key encrypts the personal part.
  var subject: SubjectID { get }
  /// The personal fields; nil when the subject's key is gone. `init(from:)` leaves it nil and `encode(to:)` leaves it out:
  /// the codec adds and removes it.
  var personal: Personal? { get set }
}
