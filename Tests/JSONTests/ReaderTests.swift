import JSON
import Testing

@Suite struct ReaderTests {
  @Test(
    arguments: zip(
      ["0", "-0", "7", "-1", "42", "9223372036854775807", "-9223372036854775808", "999999999999999999", "1000000000000000000"],
      [0, 0, 7, -1, 42, Int64.max, Int64.min, 999_999_999_999_999_999, 1_000_000_000_000_000_000]))
  func `integers are read over the whole range`(_ text: String, _ value: Int64) throws {
    #expect(try read("{\"n\":\(text)}") { try $0.int64("n") } == value)
    #expect(try read("{\"n\":\(text)}") { try $0.int("n") } == Int(value))
    #expect(try read("{\"n\":[\(text),\(text)]}") { try $0.int64Array("n") } == [value, value])
  }

  @Test(arguments: [
    ("9223372036854775808", JSONError.Reason.outOfRange), ("-9223372036854775809", .outOfRange), ("18446744073709551616", .outOfRange),
    ("99999999999999999999", .outOfRange), ("100000000000000000000000000", .outOfRange), ("1.0", .wrongType(expected: .integer)),
    ("1e2", .wrongType(expected: .integer)), ("-0.0", .wrongType(expected: .integer)), ("\"1\"", .wrongType(expected: .integer)),
    ("null", .wrongType(expected: .integer)), ("true", .wrongType(expected: .integer)), ("[1]", .wrongType(expected: .integer)),
  ])
  func `what is no 64-bit integer is an error with its reason and path`(_ text: String, _ reason: JSONError.Reason) {
    let error = failure { _ = try read("{\"n\":\(text)}") { try $0.int64("n") } }
    #expect(error == JSONError(path: "/n", offset: 5, reason: reason))
    let inside = failure { _ = try read("{\"n\":[1,\(text)]}") { try $0.int64Array("n") } }
    #expect(inside == JSONError(path: "/n/1", offset: 8, reason: reason))
  }

  @Test func `doubles are read to the nearest value and never infinite`() throws {
    #expect(try read(#"{"n":-1.25e2}"#) { try $0.double("n") } == -125)
    #expect(try read(#"{"n":7}"#) { try $0.double("n") } == 7)
    #expect(try read(#"{"n":null}"#) { try $0.optionalDouble("n") } == nil)
    #expect(failure { _ = try read(#"{"n":1e400}"#) { try $0.double("n") } }?.reason == .outOfRange)
    #expect(failure { _ = try read(#"{"n":"1"}"#) { try $0.double("n") } }?.reason == .wrongType(expected: .number))
  }

  @Test func `strings have every escape resolved`() throws {
    let text = #"{"s":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\uD83D\uDE00\uDBFF\uDFFF é"}"#
    let expected = "\"\\/\u{8}\u{C}\n\r\tA\u{E9}\u{20AC}\u{1F600}\u{10FFFF} \u{E9}"
    #expect(try read(text) { try $0.string("s") }.utf8.elementsEqual(expected.utf8))
    #expect(try read(#"{"s":["a","\n","",  "é"]}"#) { try $0.stringArray("s") } == ["a", "\n", "", "é"])
    #expect(try read(#"{"s":"a\u0000b"}"#) { try $0.string("s") } == "a\0b")
    #expect(failure { _ = try read(#"{"s":"\uD800"}"#) { try $0.string("s") } } == JSONError(path: "/s", offset: 6, reason: .loneSurrogate))
  }

  @Test func `fields are found in any order and unknown ones skipped`() throws {
    var generator = SeededGenerator(state: SeededGenerator.seed())
    let fields = [
      #""id":7"#, #""name":"x\ny""#, #""ok":true"#, #""none":null"#, #""list":[1,2,3]"#, #""o":{"a":{"b":5},"z":[]}"#,
      #""raw":{"k":[1,"}"]}"#,
    ]
    let unknown = (0..<12).map { #""u\#($0)":{"id":[{"id":1}],"s":"]}\""}"# }
    for round in 0..<200 {
      let all = (fields + unknown.prefix(round % 13)).shuffled(using: &generator)
      let separator = round.isMultiple(of: 2) ? "," : " ,\n "
      try read("{\(all.joined(separator: separator))}", strict: true) { (reader: inout JSONObjectReader) throws in
        #expect(try reader.int64("id") == 7)
        #expect(try reader.string("name") == "x\ny")
        #expect(try reader.bool("ok") == true)
        #expect(try reader.optionalString("none") == nil)
        #expect(try reader.optionalString("absent") == nil)
        #expect(try reader.int64Array("list") == [1, 2, 3])
        #expect(try reader.object("o") { try $0.object("a") { try $0.int("b") } } == 5)
        #expect(try reader.rawBytes("raw") == bytes(#"{"k":[1,"}"]}"#))
        #expect(try reader.int64("id") == 7)
        #expect(reader.keys.count == all.count)
      }
    }
  }

  @Test func `keys written with escapes are the same keys`() throws {
    try read(#"{"\u0069d":1,"na\u006De":"x","é\n":2}"#, strict: true) { (reader: inout JSONObjectReader) throws in
      #expect(try reader.int64("id") == 1)
      #expect(try reader.string("name") == "x")
      #expect(reader.keys == ["id", "name", "é\n"])
      #expect(reader.has("id") == true)
      #expect(reader.has("i") == false)
    }
  }

  @Test func `missing and null are told apart where it matters`() throws {
    try read(#"{"a":null,"b":[],"c":{}}"#) { (reader: inout JSONObjectReader) throws in
      let present = ["a": reader.has("a"), "b": reader.has("b"), "x": reader.has("x")]
      #expect(present == ["a": true, "b": true, "x": false])
      let null = ["a": reader.isNull("a"), "b": reader.isNull("b"), "x": reader.isNull("x")]
      #expect(null == ["a": true, "b": false, "x": false])
      #expect(try reader.optionalInt64("a") == nil)
      #expect(try reader.optionalInt("x") == nil)
      #expect(try reader.optionalBool("a") == nil)
      #expect(try reader.optionalRawBytes("a") == nil)
      #expect(try reader.rawBytes("a") == bytes("null"))
      #expect(try reader.optionalInt64Array("a") == nil)
      #expect(try reader.optionalInt64Array("b") == [])
      #expect(try reader.optionalStringArray("x") == nil)
      #expect(try reader.optionalObject("a") { _ in 1 } == nil)
      #expect(try reader.optionalObject("c") { _ in 1 } == 1)
      #expect(try reader.optionalArray("a") { _ in 1 } == nil)
      #expect(try reader.array("b") { _ in 1 } == [])
      #expect(try reader.optionalValue("a") == nil)
      #expect(try reader.value("a") == .null)
    }
    #expect(failure { _ = try read(#"{"a":1}"#) { try $0.string("b") } }?.path == "/b")
    #expect(failure { _ = try read(#"{"a":1}"#) { try $0.string("b") } }?.reason == .missing)
    #expect(failure { _ = try read(#"{"a":1}"#) { try $0.optionalString("a") } }?.reason == .wrongType(expected: .string))
    #expect(failure { _ = try read(#"{"a":1}"#) { try $0.optionalBool("a") } }?.reason == .wrongType(expected: .boolean))
  }

  @Test func `an error names the whole path to its value`() {
    let text = #"{"order":{"lines":[{"q":1},{"q":"x"}],"tags":["a",1],"a/b~c":{"n":[]}}}"#
    func path(_ body: (inout JSONObjectReader) throws -> Void) -> String? {
      failure { try read(text) { try $0.object("order", body) } }?.path
    }
    #expect(path { _ = try $0.array("lines") { try $0.int64("q") } } == "/order/lines/1/q")
    #expect(path { _ = try $0.stringArray("tags") } == "/order/tags/1")
    #expect(path { _ = try $0.array("tags") { _ in } } == "/order/tags/0")
    #expect(path { _ = try $0.object("a/b~c") { try $0.int64("n") } } == "/order/a~1b~0c/n")
    #expect(path { _ = try $0.array("order") { _ in } } == "/order/order")
    #expect(path { _ = try $0.object("lines") { _ in } } == "/order/lines")
  }

  @Test func `errors of the caller pass through unchanged`() {
    struct Mine: Error {}
    #expect(throws: Mine.self) { try read(#"{"a":[{"b":{}}]}"#) { try $0.array("a") { try $0.object("b") { _ in throw Mine() } } } }
  }

  @Test func `objects of more than sixteen fields are read whole`() throws {
    let text = "{" + (0..<40).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    try read(text, strict: true) { (reader: inout JSONObjectReader) throws in
      #expect(reader.keys == (0..<40).map { "k\($0)" })
      #expect(try reader.int64("k39") == 39)
      #expect(try reader.int64("k15") == 15)
      #expect(try reader.int64("k16") == 16)
      #expect(try reader.int64("k0") == 0)
      #expect(reader.has("k40") == false)
    }
  }

  @Test func `slices and buffers are read like arrays`() throws {
    let padded = bytes(#"xx{"a":5}yy"#)
    #expect(try JSONObjectReader.parse(padded[2..<9]) { try $0.int64("a") } == 5)
    #expect(try padded[2..<9].withUnsafeBufferPointer { try JSONObjectReader.parse($0) { try $0.int64("a") } } == 5)
    #expect(failure { try JSONObjectReader.parse(padded[2..<8]) { _ in } }?.reason == .malformed)
    #expect(failure { try JSONObjectReader.parse([UInt8]()) { _ in } }?.reason == .malformed)
  }

  @Test func `a document of another type than object is a wrong type`() {
    for text in ["[]", "1", "null", "\"a\"", " true "] {
      #expect(failure { try read(text) { _ in } }?.reason == .wrongType(expected: .object))
    }
  }
}
