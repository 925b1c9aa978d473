/// An amount of money in euro cents.
public struct Cents: RawRepresentable, Hashable, Sendable, Comparable {
  public let rawValue: Int64

  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  public static let zero = Cents(rawValue: 0)

  public static func < (left: Cents, right: Cents) -> Bool {
    left.rawValue < right.rawValue
  }
}
