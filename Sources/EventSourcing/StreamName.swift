/// The name of one stream of events: a category and an id joined by the first hyphen, as in `order-42`.
///
/// One aggregate writes one stream. The shape is Message DB's: everything before the first `-` is the category.
public struct StreamName: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The whole name, `order-42`.
  public let rawValue: String

  /// Takes a whole name as it is stored.
  public init(rawValue: String) {
    self.rawValue = rawValue
  }

  /// Joins a category and an id.
  /// - Parameters:
  ///   - category: the kind of stream; without a hyphen.
  ///   - id: the part after the first hyphen; it may hold hyphens.
  public init(category: String, id: some CustomStringConvertible) {
    rawValue = "\(category)-\(id)"
  }

  /// The part before the first hyphen; the whole name when there is none.
  public var category: Substring {
    rawValue.prefix { $0 != "-" }
  }

  /// The part after the first hyphen; empty when there is none.
  public var id: Substring {
    rawValue.drop { $0 != "-" }.dropFirst()
  }

  public var description: String { rawValue }

  public static func < (left: StreamName, right: StreamName) -> Bool {
    left.rawValue < right.rawValue
  }
}
