import Testing

@testable import Aggregates

@Suite struct TextRulesTests {
  @Test func `names are compared without case and accents`() {
    #expect(TextRules.folded("Éclair À LA Crème") == "eclair a la creme")
    #expect(TextRules.folded("E\u{301}clair") == "eclair")
    #expect(TextRules.folded("Œuvre, Straße, Łódź, Ærø") == "oeuvre, strasse, lodz, aero")
    #expect(TextRules.folded("Bio 100 %") == "bio 100 %")
  }

  @Test func `lengths are counted as the database counts them`() throws {
    try TextRules.required(String(repeating: "🦊", count: 255), "name")
    #expect(throws: FieldError("name", .tooLong(maximum: 255))) { try TextRules.required(String(repeating: "🦊", count: 256), "name") }
    // One character to a reader, two to the database.
    #expect(throws: FieldError("name", .tooLong(maximum: 3))) { try TextRules.required("e\u{301}e\u{301}", "name", maximum: 3) }
  }

  @Test func `a text that says nothing is blank, and U+0000 is named`() {
    for blank in ["", " ", "\u{00A0}\t\n"] {
      #expect(throws: FieldError("name", .blank)) { try TextRules.required(blank, "name") }
    }
    #expect(throws: FieldError("name", .forbiddenCharacter)) { try TextRules.required("\0", "name") }
    #expect(throws: FieldError("name", .forbiddenCharacter)) { try TextRules.optional("a\0", "name") }
  }

  @Test(arguments: ["ada@example.com", "a.b+c@sub.example.co", "zoë@exämple.fr", "o'brien@example.com"])
  func `usual addresses are taken`(email: String) throws {
    try TextRules.email(email)
  }
}
