/// Rules for the names under which websites are found.
public enum WebsiteNames {
  /// Labels that the platform keeps for itself.
  public static let reserved: Set<String> = [
    "admin", "api", "app", "assets", "auth", "blog-admin", "cdn", "dashboard", "dev", "docs-internal", "ftp", "help", "imap", "internal",
    "localhost", "login", "mail", "mx", "ns1", "ns2", "pop", "root", "smtp", "staging", "static", "status", "support", "test", "webmail",
    "www",
  ]

  /// A host name: at least two labels of letters, digits and hyphens, in lower case, at most 253 characters. Internationalised names come
  /// in their ASCII form, as browsers send them.
  /// - Throws: `FieldError` on `domain`.
  static func check(domain: String) throws(FieldError) {
    let field = "domain"
    try TextRules.required(domain, field, maximum: 253)
    let labels = domain.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, labels.allSatisfy(isLabel), labels.last!.utf8.contains(where: isLetter) else {
      throw FieldError(field, .malformed)
    }
  }

  /// A label of 3 to 63 characters that the platform does not keep for itself.
  /// - Throws: `FieldError` on `subdomain`.
  static func check(subdomain: String) throws(FieldError) {
    let field = "subdomain"
    guard subdomain.utf8.count >= 3 else { throw FieldError(field, subdomain.isEmpty ? .blank : .tooShort(minimum: 3)) }
    guard subdomain.utf8.count <= 63 else { throw FieldError(field, .tooLong(maximum: 63)) }
    guard isLabel(subdomain[...]) else { throw FieldError(field, .malformed) }
    guard !reserved.contains(subdomain) else { throw FieldError(field, .unknown) }
  }

  /// A label made from a website's name: folded, with hyphens for all but letters and digits. Nil when too little is left of the name, or
  /// the label is kept by the platform.
  public static func label(from name: String) -> String? {
    var label = ""
    for character in TextRules.folded(name) {
      if character.isASCII, character.isLetter || character.isNumber {
        label.append(character)
      } else if !label.isEmpty, !label.hasSuffix("-") {
        label.append("-")
      }
    }
    label = String(label.prefix(40))
    while label.hasSuffix("-") { label.removeLast() }
    do {
      try check(subdomain: label)
      return label
    } catch {
      return nil
    }
  }

  /// The claim that a label is taken.
  public static func claim(ofSubdomain label: String) -> String { "website-subdomain:\(label)" }

  private static func isLabel(_ label: Substring) -> Bool {
    (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
}
