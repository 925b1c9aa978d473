/// A JSON document as a tree that keeps what was written: the order of members, and each number's exact text.
///
/// For documents whose shape is not known beforehand: upcasting of old events, merge patches, API descriptions. Events
/// and requests are read by `JSONObjectReader`, which builds no tree.
public enum JSONValue: Sendable, Hashable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number by its text, such as `-0`, `1e2` or a value of forty digits; it must fit RFC 8259's grammar of numbers.
  case number(String)
  /// A string, its escapes resolved.
  case string(String)
  /// An array.
  case array([JSONValue])
  /// An object: members in the written order. A key that occurs twice (lenient parsing only) stays twice.
  case object([(key: String, value: JSONValue)])

  /// An integer as a number.
  public static func int(_ value: Int64) -> JSONValue {
    .number(String(value))
  }

  /// Equal trees; numbers by their text (`1` and `1.0` differ), objects by their members in any order, as RFC 8259
  /// gives the order of members no meaning.
  public static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): return true
    case (.bool(let a), .bool(let b)): return a == b
    case (.number(let a), .number(let b)): return a == b
    case (.string(let a), .string(let b)): return sameScalars(a, b)
    case (.array(let a), .array(let b)): return a == b
    case (.object(let a), .object(let b)): return sameMembers(a, b)
    default: return false
    }
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let flag): hasher.combine(flag)
    case .number(let text): hasher.combine(text)
    case .string(let text): hasher.combine(text)
    case .array(let elements): hasher.combine(elements)
    case .object(let members):
      hasher.combine(members.count)
      // The sum does not depend on the order.
      hasher.combine(
        members.reduce(into: 0) { sum, member in
          var one = Hasher()
          one.combine(member.key)
          one.combine(member.value)
          sum &+= one.finalize()
        })
    }
  }

  /// Swift's equality of strings is canonical equivalence; two spellings of `é` are two JSON strings.
  static func sameScalars(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
  }

  private static func sameMembers(
    _ left: [(key: String, value: JSONValue)], _ right: [(key: String, value: JSONValue)]
  ) -> Bool {
    guard left.count == right.count else { return false }
    func sameMember(_ a: (key: String, value: JSONValue), _ b: (key: String, value: JSONValue)) -> Bool {
      sameScalars(a.key, b.key) && a.value == b.value
    }
    if zip(left, right).allSatisfy(sameMember) { return true }
    // Members sorted by key, repeated keys in their order: linear but for the sort.
    func sorted(_ members: [(key: String, value: JSONValue)]) -> [(key: String, value: JSONValue)] {
      members.enumerated().sorted { a, b in
        if sameScalars(a.element.key, b.element.key) { return a.offset < b.offset }
        return a.element.key.utf8.lexicographicallyPrecedes(b.element.key.utf8)
      }.map(\.element)
    }
    return zip(sorted(left), sorted(right)).allSatisfy(sameMember)
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A number.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// `true` or `false`.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// An array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// An object with its members in the written order; a key must not be repeated.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }
}
