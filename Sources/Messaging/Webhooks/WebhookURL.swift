/// Where deliveries go: an address of the web, read strictly, so that whoever resolves the host and whoever connects to it cannot read it
/// in two ways.
public struct WebhookURL: Sendable, Hashable {
  /// What is wrong with a text.
  public enum Fault: Error, Sendable, Hashable {
    /// It does not begin with `https://` or `http://`.
    case scheme
    /// A user name or password stands before the host.
    case credentials
    /// The host is no name of letters, digits and hyphens, and no address.
    case host
    case port
    /// A character that has no place in a path or query (RFC 3986), or a fragment, which is never sent.
    case path
  }

  public let isEncrypted: Bool
  /// In lower case; an address of IPv6 without its brackets.
  public let host: String
  public let port: Int
  /// Path and query.
  public let path: String
  /// The host's address, where it is one.
  public let literal: NetworkAddress?

  public init(_ text: String) throws(Fault) {
    let lowered = text.prefix(8).lowercased()
    isEncrypted = lowered == "https://"
    guard isEncrypted || lowered.hasPrefix("http://") else { throw .scheme }
    let rest = text.dropFirst(isEncrypted ? 8 : 7)
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
    guard !authority.contains("@") else { throw .credentials }
    let path = rest[authority.endIndex...]
    guard Self.isPath(path.utf8) else { throw .path }
    self.path = path.hasPrefix("/") ? String(path) : "/\(path)"

    let name: Substring
    let portText: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { throw .host }
      name = authority[authority.index(after: authority.startIndex)..<end]
      portText = authority[authority.index(after: end)...]
      guard let address = NetworkAddress(String(name)), address.bytes.count == 16 else { throw .host }
      literal = address
    } else {
      name = authority.prefix { $0 != ":" }
      portText = authority[name.endIndex...]
      guard Self.isName(name) else { throw .host }
      literal = NetworkAddress(String(name))
    }
    host = name.lowercased()
    if portText.isEmpty {
      port = isEncrypted ? 443 : 80
    } else {
      let digits = portText.dropFirst()
      guard portText.hasPrefix(":"), digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(digits),
        (1...65_535).contains(number)
      else { throw .port }
      port = number
    }
  }

  /// The same address in its one spelling.
  public var text: String {
    let name = literal?.bytes.count == 16 ? "[\(host)]" : host
    let usual = isEncrypted ? 443 : 80
    return "\(isEncrypted ? "https" : "http")://\(name)\(port == usual ? "" : ":\(port)")\(path)"
  }

  /// At most 253 characters in labels of 1 to 63 (RFC 1123). Names of other scripts come in their ASCII form.
  private static func isName(_ name: Substring) -> Bool {
    name.utf8.count <= 253
      && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
          && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
      }
  }

  private static func isPath(_ path: Substring.UTF8View) -> Bool {
    var bytes = path.makeIterator()
    while let byte = bytes.next() {
      if byte == UInt8(ascii: "%") {
        guard let high = bytes.next(), let low = bytes.next(), isHex(high), isHex(low) else { return false }
      } else if !isLetterOrDigit(byte), !others.contains(byte) {
        return false
      }
    }
    return true
  }

  private static let others = Set("-._~!$&'()*+,;=:@/?".utf8)

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...70).contains(byte) || (97...102).contains(byte)
  }
}
