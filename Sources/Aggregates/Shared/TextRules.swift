/// Rules for texts that several services share. Lengths are counted in Unicode scalars, as `varchar(n)` counts them.
public enum TextRules {
  /// A text that must say something.
  /// - Throws: `FieldError`: blank, too long, U+0000.
  public static func required(_ text: String, _ field: String, maximum: Int = 255) throws(FieldError) {
    guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace && $0 != "\0" }) else {
      throw FieldError(field, text.utf8.contains(0) ? .forbiddenCharacter : .blank)
    }
    try optional(text, field, maximum: maximum)
  }

  /// A text that may be missing or empty.
  /// - Throws: `FieldError`: too long, U+0000.
  public static func optional(_ text: String?, _ field: String, maximum: Int = 255) throws(FieldError) {
    guard let text else { return }
    guard !text.utf8.contains(0) else { throw FieldError(field, .forbiddenCharacter) }
    // Bytes first: they are counted without looking at the text.
    guard text.utf8.count <= maximum || text.unicodeScalars.count <= maximum else { throw FieldError(field, .tooLong(maximum: maximum)) }
  }

  /// An e-mail address: at most 255 characters, one `@` with something before it and a host name with a dot after it, and no
  /// white space. Whether it exists, only a letter to it can show.
  /// - Throws: `FieldError`.
  public static func email(_ text: String, _ field: String = "email") throws(FieldError) {
    try required(text, field)
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    let labels = parts.last.map { $0.split(separator: ".", omittingEmptySubsequences: false) } ?? []
    guard parts.count == 2, !parts[0].isEmpty, parts[0].utf8.count <= 64, labels.count >= 2, labels.allSatisfy(isHostLabel),
      !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.properties.generalCategory == .control })
    else { throw FieldError(field, .malformed) }
  }

  /// A part of a host name between two dots; letters of all scripts, since names may be internationalised.
  private static func isHostLabel(_ label: some StringProtocol) -> Bool {
    !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
      && label.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
  }

  /// A name as it is compared where two names must differ by more than case and accents: lower case, without marks.
  ///
  /// Letters that are no base letter with a mark are spelt out as PostgreSQL's `unaccent` does.
  public static func folded(_ text: String) -> String {
    var folded = ""
    for character in text.lowercased() {
      if let plain = plainLetters[character] {
        folded += plain
      } else {
        folded.unicodeScalars.append(contentsOf: character.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark })
      }
    }
    return folded
  }

  private static let plainLetters: [Character: String] = {
    let letters = [
      "a": "àáâãäåāăąǎ", "ae": "æ", "c": "çćĉċč", "d": "ðďđ", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥħ", "i": "ìíîïĩīĭįıǐ", "ij": "ĳ",
      "j": "ĵ", "k": "ķ", "l": "ĺļľŀł", "n": "ñńņňŉ", "o": "òóôõöøōŏőǒ", "oe": "œ", "r": "ŕŗř", "s": "śŝşšș", "ss": "ß", "t": "ţťŧț",
      "th": "þ", "u": "ùúûüũūŭůűųǔ", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
    ]
    return Dictionary(uniqueKeysWithValues: letters.flatMap { plain, marked in marked.map { ($0, plain) } })
  }()
}
