import JSON
import Testing

@Suite struct GrammarTests {
  @Test(arguments: [
    #"{}"#, #"[]"#, #"null"#, #"true"#, #"false"#, #"0"#, #"-0"#, #"-1"#, #"0.5"#, #"1e5"#, #"1E+05"#, #"1e-5"#, #"-1.25E-7"#,
    #""""#, #""a""#, #""\"\\\/\b\f\n\r\t""#, #""\u00e9""#, #""\uD83D\uDE00""#, #""é€😀""#, "\"\u{7F}\"", "\"\u{2028}\"",
    #"[1,[2,[3]],{}]"#, #"{"a":{"b":{"c":[]}}}"#, " \t\r\n{ \"a\" : [ 1 , 2 ] } \n", #"{"":0}"#, #"[[],[],{}]"#,
    #"123456789012345678901234567890"#, #"1e400"#, #"0e0"#, #"0E-0"#, #"[-0.0]"#,
  ])
  func `valid documents of RFC 8259 are accepted both ways`(_ text: String) throws {
    let strict = try JSONValue(parsing: text)
    #expect(try JSONValue(parsing: text, strict: false) == strict)
    #expect(try JSONValue(parsing: strict.serialized) == strict)
    #expect(throws: Never.self) { try read("{\"x\":\(text)}") { _ in } }
    #expect(try read("{\"x\":\(text)}", strict: true) { try $0.value("x") } == strict)
  }

  @Test(arguments: [
    "", " ", "{", "}", "[", "]", "{]", "[}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{,}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{1:1}",
    "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1", "[1,", "nul", "nulll", "True", "tru", "truefalse", "NaN", "Infinity", "-Infinity", "+1",
    "01", "-01", "00", "1.", ".5", "-.5", "1.e5", "1e", "1e+", "1e1.5", "0x10", "1_000", "-", "--1", "\"", "\"a", "\"\\", "\"\\x\"",
    "\"\\u12\"", "\"\\u12G4\"", "\"\\U0041\"", "\"a\nb\"", "\"\u{1}\"", "\"\0\"", "{}{}", "[] []", "1 2", "// a\n1", "[1]/**/", "\u{FEFF}1",
    "{\"a\":1}x", "[1]]", "{\"a\":1}}", "\u{B}1", "\u{A0}1", "{\"a\":1 \"b\":2}", "{\"a\"::1}", "[\"a\":1]", "\"\\u\"", "\"abcdefgh", "tr",
  ])
  func `what RFC 8259 does not allow is refused both ways`(_ text: String) {
    for strict in [true, false] {
      #expect(failure { _ = try JSONValue(parsing: text, strict: strict) }?.reason == .malformed)
      #expect(failure { try read("{\"x\":\(text)}", strict: strict) { _ in } }?.reason == .malformed)
    }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
      [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xC3],
      [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x28], [0xE2, 0x28, 0xA1], [0xE2, 0x82, 0x28], [0xF0, 0x9F, 0x98, 0x28],
    ] as [[UInt8]])
  func `bytes that are not UTF-8 are refused both ways`(_ sequence: [UInt8]) {
    for strict in [true, false] {
      let value = [UInt8(ascii: "\"")] + sequence + [UInt8(ascii: "\"")]
      #expect(failure { _ = try JSONValue(parsing: value, strict: strict) }?.reason == .invalidUTF8)
      let key = bytes("{") + value + bytes(":1}")
      #expect(failure { try JSONObjectReader.parse(key, strict: strict) { _ in } }?.reason == .invalidUTF8)
    }
  }

  @Test func `every scalar value passes through a string unchanged`() throws {
    let samples: [Unicode.Scalar] = [
      "\u{20}", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{CFFF}", "\u{D7FF}", "\u{E000}", "\u{FFFD}", "\u{FFFF}", "\u{10000}",
      "\u{3FFFF}", "\u{40000}", "\u{FFFFF}", "\u{100000}", "\u{10FFFF}",
    ]
    for scalar in samples {
      let text = "abc" + String(Character(scalar)) + "defgh"
      let encoded = JSONWriter.object { $0.field("s", text) }
      #expect(try JSONObjectReader.parse(encoded, strict: true) { try $0.string("s") } == text)
    }
  }

  @Test func `nesting is bounded at 64 levels in strict and 512 in lenient parsing`() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    #expect(throws: Never.self) { try JSONValue(parsing: nested(64)) }
    #expect(failure { _ = try JSONValue(parsing: nested(65)) }?.reason == .tooDeep)
    #expect(throws: Never.self) { try JSONValue(parsing: nested(512), strict: false) }
    #expect(failure { _ = try JSONValue(parsing: nested(513), strict: false) }?.reason == .tooDeep)
    #expect(throws: Never.self) { try read("{\"a\":\(nested(63))}", strict: true) { _ in } }
    #expect(failure { try read("{\"a\":\(nested(64))}", strict: true) { _ in } }?.reason == .tooDeep)
    #expect(failure { _ = try JSONValue(parsing: String(repeating: "{\"a\":", count: 1_000_000), strict: false) }?.reason == .tooDeep)
    #expect(failure { _ = try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }?.reason == .tooDeep)
  }

  @Test(arguments: [
    (#"{"a":1,"a":2}"#, JSONError.Reason.duplicateKey), (#"{"x":{"a":1,"b":2,"a":3}}"#, .duplicateKey),
    (#"{"x":[{"a":1,"\u0061":2}]}"#, .duplicateKey), (#"{"x":"\u0000"}"#, .nulCharacter), (#"{"\u0000":1}"#, .nulCharacter),
    (#"{"x":"\uD83D"}"#, .loneSurrogate), (#"{"x":"\uDE00"}"#, .loneSurrogate), (#"{"x":"\uD83Dabcdef"}"#, .loneSurrogate),
    (#"{"x":"\uD83D\uD83D"}"#, .loneSurrogate), (#"{"x":"\uD83D\n"}"#, .loneSurrogate), (#"{"x":["\uDC00\uD800"]}"#, .loneSurrogate),
  ])
  func `strict parsing refuses what PostgreSQL or a reader could misread`(_ text: String, _ reason: JSONError.Reason) {
    #expect(failure { try read(text, strict: true) { _ in } }?.reason == reason)
    #expect(failure { _ = try JSONValue(parsing: text) }?.reason == reason)
    #expect(throws: Never.self) { try read(text) { _ in } }
  }

  @Test func `a repeated key is found among hundreds`() {
    let fields = (0..<300).map { "\"k\($0)\":\($0)" }
    #expect(throws: Never.self) { try read("{\(fields.joined(separator: ","))}", strict: true) { _ in } }
    for repeated in [0, 150, 299] {
      let text = "{\(fields.joined(separator: ",")),\"k\(repeated)\":0}"
      #expect(failure { try read(text, strict: true) { _ in } }?.reason == .duplicateKey)
    }
  }
}
