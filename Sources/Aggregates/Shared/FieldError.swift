/// What is wrong with a value that a command brought.
public struct FieldError: Error, Hashable, Sendable {
  /// The field as the interface spells it: `postal_code`.
  public var field: String
  public var reason: Reason

  /// Why a value is refused.
  public enum Reason: Hashable, Sendable {
    /// A text that must say something is empty or only white space.
    case blank
    /// Shorter than this many characters (Unicode scalars, as PostgreSQL counts).
    case tooShort(minimum: Int)
    /// Longer than this many characters (Unicode scalars, as PostgreSQL counts).
    case tooLong(maximum: Int)
    /// The text holds U+0000, which PostgreSQL cannot store.
    case forbiddenCharacter
    /// Not of the form that the field demands.
    case malformed
    /// A number outside of its bounds, both included; nil where there is none.
    case outOfRange(minimum: Int64?, maximum: Int64?)
    /// Names something that does not exist, or may not be chosen.
    case unknown
    /// The same thing twice in one list.
    case duplicate
    /// A password that is among the first an attacker tries.
    case common
  }

  public init(_ field: String, _ reason: Reason) {
    self.field = field
    self.reason = reason
  }
}
