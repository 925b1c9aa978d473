/// Why bytes could not be read as JSON, or a field of an object not as the type that was asked for.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The JSON types, and the two narrower ones that readers ask for.
  public enum Kind: String, Sendable, Hashable {
    case object, array, string, number, integer, boolean, null
  }

  /// What was wrong.
  public enum Reason: Sendable, Hashable {
    /// The bytes break the grammar of RFC 8259.
    case malformed
    /// The object has no such field.
    case missing
    /// The value is valid JSON of another type (null included, where null is not allowed).
    case wrongType(expected: Kind)
    /// The string is none of the names that the field may hold; none are told where they are not known.
    case unknownName(expected: [String])
    /// The number does not fit in the type that was asked for.
    case outOfRange
    /// One object holds the same key twice (strict parsing only).
    case duplicateKey
    /// More than 64 levels of nesting in strict parsing, 512 otherwise.
    case tooDeep
    /// The bytes are not UTF-8 (RFC 3629: no overlong forms, no surrogates).
    case invalidUTF8
    /// A string holds U+0000, which PostgreSQL's text cannot store (strict parsing only).
    case nulCharacter
    /// A string holds half a surrogate pair, which is no character.
    case loneSurrogate
  }

  /// Where the value is, as a JSON Pointer (RFC 6901): `/lines/2/quantity`. Empty when the document as a whole, or a
  /// part that nobody had asked for yet, is wrong; `offset` then says where.
  public var path: String

  /// Place in the document, in bytes, from 0.
  public let offset: Int

  /// What was wrong there.
  public let reason: Reason

  /// Makes an error; `path` is a JSON Pointer, `offset` counts bytes from 0.
  public init(path: String = "", offset: Int, reason: Reason) {
    self.path = path
    self.offset = offset
    self.reason = reason
  }

  /// One line for a log. It never contains values of the document.
  public var description: String {
    let what =
      switch reason {
      case .malformed: "malformed JSON"
      case .missing: "missing field"
      case .wrongType(let expected): "expected \(expected.rawValue)"
      case .unknownName: "unknown name"
      case .outOfRange: "number out of range"
      case .duplicateKey: "duplicate key"
      case .tooDeep: "nested too deeply"
      case .invalidUTF8: "invalid UTF-8"
      case .nulCharacter: "U+0000 in a string"
      case .loneSurrogate: "unpaired surrogate in a string"
      }
    return path.isEmpty ? "\(what) at byte \(offset)" : "\(what) at \(path) (byte \(offset))"
  }

  /// The same error seen from one level higher.
  func inside(_ segment: String) -> JSONError {
    JSONError(path: "/" + JSONError.escape(segment) + path, offset: offset, reason: reason)
  }

  /// RFC 6901 section 3: `~` and `/` inside a name are written `~0` and `~1`.
  private static func escape(_ segment: String) -> String {
    guard segment.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return segment }
    return segment.reduce(into: "") { result, character in
      switch character {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.append(character)
      }
    }
  }
}
