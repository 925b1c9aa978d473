import JSON
import Testing

@Suite struct ValueTests {
  @Test func `numbers keep their text and members their order`() throws {
    let text = #"{"b":-0,"a":1.50,"z":1e2,"n":123456789012345678901234567890}"#
    let value = try JSONValue(parsing: text)
    #expect(value.serializedText == text)
    #expect(value["a"] == .number("1.50"))
    #expect(value["z"]?.int64Value == nil)
    #expect(value["b"]?.int64Value == 0)
  }

  @Test func `objects are equal in any order of members and arrays are not`() throws {
    let left = try JSONValue(parsing: #"{"a":1,"b":{"c":2,"d":3}}"#)
    let right = try JSONValue(parsing: #"{"b":{"d":3,"c":2},"a":1}"#)
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    #expect(left != (try JSONValue(parsing: #"{"a":1,"b":{"c":2,"d":4}}"#)))
    #expect([1, 2] as JSONValue != [2, 1])
    #expect(.number("1") != JSONValue.number("1.0"))
    #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
  }

  @Test func `members and elements are read, set, renamed and removed`() {
    var value: JSONValue = ["a": 1, "b": [true, "x"]]
    value["c"] = .null
    value["a"] = 2
    value["b"]?[0] = false
    value["b"]?[1] = nil
    value.rename("a", to: "first")
    #expect(value.serializedText == #"{"first":2,"b":[false],"c":null}"#)
    #expect(value["c"]?.isNull == true)
    value["c"] = nil
    #expect(value["c"] == nil)
    #expect(value["b"]?[5] == nil)
    #expect(value["first"]?["x"] == nil)
    #expect(value.objectValue?.map(\.key) == ["first", "b"])
    #expect(value["b"]?.arrayValue?.first?.boolValue == false)
    #expect((["s": "t"] as JSONValue)["s"]?.stringValue == "t")
  }

  // The table of RFC 7396, appendix A.
  @Test(arguments: [
    (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
    (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
    (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
    (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#), (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
    (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#), (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, #"null"#, #"null"#),
    (#"{"a":"foo"}"#, #""bar""#, #""bar""#), (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
    (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
    (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
  ])
  func `a merge patch gives what RFC 7396 says`(_ target: String, _ patch: String, _ result: String) throws {
    let merged = try JSONValue(parsing: target).merging(patch: JSONValue(parsing: patch))
    #expect(merged.serializedText == result)
    #expect(try merged.merging(patch: JSONValue(parsing: patch)) == merged)
  }

  @Test func `lenient trees keep a repeated key and read the last`() throws {
    let value = try JSONValue(parsing: #"{"a":1,"a":2}"#, strict: false)
    #expect(value["a"] == 2)
    #expect(value.serializedText == #"{"a":1,"a":2}"#)
  }
}
