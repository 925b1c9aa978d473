/// The place of an event in the whole log: 1 for the first event, without gaps, in commit order. 0 stands before the first event.
public struct Position: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  public let rawValue: Int64

  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  public init(_ value: Int64) {
    rawValue = value
  }

  /// Before the first event.
  public static let start = Position(0)

  public var description: String { String(rawValue) }

  public static func < (left: Position, right: Position) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// The place of an event in its stream: 1 for the first event, without gaps. 0 means that the stream has no event.
public struct StreamVersion: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  public let rawValue: Int64

  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  public init(_ value: Int64) {
    rawValue = value
  }

  /// The version of a stream without events.
  public static let none = StreamVersion(0)

  public var description: String { String(rawValue) }

  public static func < (left: StreamVersion, right: StreamVersion) -> Bool {
    left.rawValue < right.rawValue
  }
}
