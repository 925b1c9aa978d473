/// What a password must be: at least 12 characters, and none that an attacker tries first. No rules about its composition,
/// after [NIST SP 800-63B, section 5.1.1.2](https://pages.nist.gov/800-63-3/sp800-63b.html).
public enum PasswordPolicy {
  /// Counted in Unicode scalars.
  public static let minimumLength = 12
  /// In bytes; a bound on the work of hashing.
  public static let maximumBytes = 1_024

  /// - Throws: `FieldError` on the field `password`.
  public static func check(_ password: String) throws(FieldError) {
    let field = "password"
    guard !password.utf8.contains(0) else { throw FieldError(field, .forbiddenCharacter) }
    guard password.utf8.count <= maximumBytes else { throw FieldError(field, .tooLong(maximum: maximumBytes)) }
    guard password.unicodeScalars.count >= minimumLength else { throw FieldError(field, .tooShort(minimum: minimumLength)) }
    guard !isCommon(password) else { throw FieldError(field, .common) }
  }

  /// Whether a password is a common one, or is made of common ones in the common ways: capitals, digits for letters, digits or
  /// signs around it, twice the same, runs of the keyboard.
  static func isCommon(_ password: String) -> Bool {
    let lower = Array(TextRules.folded(password))
    if CommonPasswords.all.contains(String(lower)) || isMonotonous(lower) { return true }
    // Outer digits and signs are left aside as far as they add little.
    let core = lower.drop { !$0.isLetter }.reversed().drop { !$0.isLetter }.reversed()
    let aside = lower.count - core.count
    guard aside <= 6 || isMonotonous(lower.filter { !$0.isLetter }) else { return false }
    return [Array(core), plainLetters(Array(core)), plainLetters(lower)].contains { isMadeOfCommonWords($0) || isMonotonous($0) }
  }

  /// Whether a text is nothing but one or several common passwords in a row, at most three.
  private static func isMadeOfCommonWords(_ text: [Character], words: Int = 3) -> Bool {
    if text.isEmpty { return true }
    guard words > 0 else { return false }
    let lengths = CommonPasswords.lengths
    for length in stride(from: min(lengths.upperBound, text.count), through: lengths.lowerBound, by: -1)
    where CommonPasswords.all.contains(String(text.prefix(length))) {
      if isMadeOfCommonWords(Array(text.dropFirst(length)), words: words - 1) { return true }
    }
    return false
  }

  /// Whether a text repeats a part of at most four characters, or runs along the alphabet, the digits or a row of keys.
  private static func isMonotonous(_ text: [Character]) -> Bool {
    guard text.count >= 3 else { return text.isEmpty }
    for period in 1...4 where text.count >= period * 2 {
      if (period..<text.count).allSatisfy({ text[$0] == text[$0 - period] }) { return true }
    }
    var steps = 0
    for (left, right) in zip(text, text.dropFirst()) where isStep(left, right) { steps += 1 }
    // Two runs one after the other (abcdef123456) are as easily found as one.
    return steps >= text.count - 2
  }

  /// Whether one key follows another, in either direction, or is the same.
  private static func isStep(_ left: Character, _ right: Character) -> Bool {
    CommonPasswords.runs.contains { run in
      guard let index = run.firstIndex(of: left), let other = run.firstIndex(of: right) else { return false }
      return abs(index - other) <= 1
    }
  }

  /// Letters for the digits and signs that are written for them.
  private static func plainLetters(_ text: [Character]) -> [Character] {
    text.map { ["0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i", "€": "e"][$0] ?? $0 }
  }
}
