/// Somebody who sends or gets mail.
public struct MailAddress: Sendable, Hashable {
  /// Shown instead of the address; empty for none.
  public let name: String
  /// `local@domain`, ASCII, at most 254 bytes.
  public let address: String

  /// - Throws: `.invalid` for an address that no envelope can carry, and for a name with line breaks or other control characters.
  public init(name: String = "", _ address: String) throws(MailError) {
    guard Self.isValid(address) else { throw .invalid("address") }
    guard !name.hasControlCharacters else { throw .invalid("name") }
    self.name = name
    self.address = address
  }

  /// Reads `Name <local@domain>`, or the address alone.
  /// - Throws: `.invalid`.
  public init(parsing text: String) throws(MailError) {
    guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
      try self.init(text)
      return
    }
    let name = text[..<open].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
    try self.init(name: String(name), String(text[text.index(after: open)...].dropLast()))
  }

  /// What stands behind the at sign.
  public var domain: Substring { address[address.index(after: address.lastIndex(of: "@")!)...] }

  /// Dot-atoms on both sides (RFC 5321, without quoted local parts): what others mean needs a server that few have.
  private static func isValid(_ address: String) -> Bool {
    let parts = address.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].count), (1...253).contains(parts[1].count), address.utf8.count <= 254 else {
      return false
    }
    let special = Array("!#$%&'*+-/=?^_`{|}~".utf8)
    return isDotAtom(parts[0]) { $0.isLetterOrDigit || special.contains($0) }
      && isDotAtom(parts[1]) { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
  }

  private static func isDotAtom(_ text: Substring.UTF8View, _ isAllowed: (UInt8) -> Bool) -> Bool {
    text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty && $0.allSatisfy(isAllowed) }
  }
}

extension UInt8 {
  var isLetterOrDigit: Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }
}

extension String {
  /// Whether it holds what would end a header's line, or has no place in one.
  var hasControlCharacters: Bool {
    unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) || $0.value == 0x2028 || $0.value == 0x2029 }
  }
}
