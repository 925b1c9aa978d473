import Testing

@testable import Aggregates

@Suite struct PasswordPolicyTests {
  @Test(arguments: [
    "correct horse battery staple", "Xk2!pq9Lw#ztB", "mon chat aime le lait froid", "🦊🐙🦉🐝🌵🎷🪁🧶🧩🛶🪗🎲", "vTqLhWmzRkpb", "8273645190384",
    "le 14 juillet 1789 a Paris", "gravel-otter-quince", "пароль-без-смысла-17",
  ])
  func `a long password without a pattern is taken, whatever it is composed of`(password: String) throws {
    try PasswordPolicy.check(password)
  }

  @Test(arguments: [
    "password1234", "Password2024!", "P@ssw0rd!234", "motdepasse123", "MotDePasse2026", "passwordpassword", "azertyuiop123",
    "qwertyuiop[]", "123456789012", "0987654321098", "aaaaaaaaaaaa", "abababababab", "abcdefghijkl", "abcdef123456", "letmein12345",
    "iloveyou1234", "1q2w3e4r5t6y", "qazwsxedcrfv", "administrator", "Sunshine!!!!", "footballfootball", "correcthorsebatterystaple",
    "!!!password!!!", "welcomewelcome1",
  ])
  func `a password that is tried first is refused`(password: String) {
    #expect(throws: FieldError("password", .common)) { try PasswordPolicy.check(password) }
  }

  @Test func `length is counted in characters, with a bound on bytes`() {
    #expect(throws: FieldError("password", .tooShort(minimum: 12))) { try PasswordPolicy.check("Xk2!pq9Lw#z") }
    #expect(throws: FieldError("password", .tooShort(minimum: 12))) { try PasswordPolicy.check("éàüöñçéàüöñ") }
    #expect(throws: FieldError("password", .tooLong(maximum: 1_024))) { try PasswordPolicy.check(String(repeating: "xk2!", count: 257)) }
    #expect(throws: FieldError("password", .forbiddenCharacter)) { try PasswordPolicy.check("Xk2!pq9L\0w#ztB") }
  }

  @Test func `the list has some hundreds of entries, all in the form they are compared in`() {
    #expect(CommonPasswords.all.count > 500)
    for word in CommonPasswords.all { #expect(TextRules.folded(word) == word) }
  }
}
