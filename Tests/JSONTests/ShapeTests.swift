import JSON
import Testing

@Suite struct ShapeTests {
  func schema(_ body: (inout JSONWriter) throws -> Void) throws -> String {
    try JSONShape(of: body).schema.serializedText
  }

  @Test func `what a field may hold shows in how it is written, not in the value`() throws {
    let written = try schema { json in
      json.field("id", 7)
      json.field("parent", Int64?.none)
      json.field("place", Int?.some(3))
      json.field("name", "x")
      json.field("nickname", String?.some("y"))
      json.field("flag", true)
      json.field("maybe", Bool?.none)
      json.null("never")
    }
    #expect(
      written == #"{"type":"object","required":["id","parent","place","name","nickname","flag","maybe","never"],"properties":{"#
        + #""id":{"type":"integer"},"parent":{"type":["integer","null"]},"place":{"type":["integer","null"]},"name":{"type":"string"},"#
        + #""nickname":{"type":["string","null"]},"flag":{"type":"boolean"},"maybe":{"type":["boolean","null"]},"never":{"type":"null"}}}"#)
  }

  @Test func `numbers, arrays, objects and trees are described as well`() throws {
    let written = try schema { json in
      json.field("ratio", Double?.none)
      json.field("ids", [] as [Int64])
      json.field("names", [] as [String])
      json.field("settings", .null as JSONValue)
      json.array("lines", [1]) { json, number in json.field("n", number) }
      json.array("none", [Int]()) { json, number in json.field("n", number) }
      json.object("at") { $0.field("city", String?.none) }
    }
    #expect(
      written == #"{"type":"object","required":["ratio","ids","names","settings","lines","none","at"],"properties":{"#
        + #""ratio":{"type":["number","null"]},"ids":{"type":"array","items":{"type":"integer"}},"#
        + #""names":{"type":"array","items":{"type":"string"}},"settings":{},"#
        + #""lines":{"type":"array","items":{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}},"#
        + #""none":{"type":"array"},"at":{"type":"object","required":["city"],"properties":{"city":{"type":["string","null"]}}}}}"#)
  }

  @Test func `a type that somebody adds to the writer says what it is`() throws {
    func write(_ json: inout JSONWriter) {
      if json.isDescribing { json.describe("at", .text(format: "date-time").orNull) } else { json.field("at", "now") }
      if json.isDescribing { json.describe("sort", .names(["a", "b"])) } else { json.field("sort", "a") }
    }
    #expect(String(decoding: JSONWriter.object(write), as: UTF8.self) == #"{"at":"now","sort":"a"}"#)
    #expect(
      try schema(write) == #"{"type":"object","required":["at","sort"],"properties":{"at":{"type":["string","null"],"format":"date-time"},"#
        + #""sort":{"type":"string","enum":["a","b"]}}}"#)
  }

  @Test(
    arguments: [
      (.text, .text, #"{"type":"string"}"#),
      (.names(["a"]), .names(["b", "a"]), #"{"type":"string","enum":["a","b"]}"#),
      (.names(["a"]), .names(["a"]).orNull, #"{"type":["string","null"],"enum":["a",null]}"#),
      (.names(["a"]), .text, #"{"type":"string"}"#),
      (.text(format: "uuid"), .text(format: "uuid"), #"{"type":"string","format":"uuid"}"#),
      (.text(pattern: "^a$"), .text(format: "uuid"), #"{"type":"string"}"#),
      (.array(of: .text), .array(of: .text.orNull), #"{"type":"array","items":{"type":["string","null"]}}"#),
      (.array(of: .text), .text, #"{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}"#),
      (.array(of: .text), .text.orNull, #"{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}},{"type":"null"}]}"#),
      (.anything, .text, "{}"),
    ] as [(JSONShape, JSONShape, String)])
  func `what is one or the other is told as little as both have in common`(_ one: JSONShape, _ other: JSONShape, _ both: String) {
    var merged = one
    merged.merge(other)
    #expect(merged.schema.serializedText == both)
  }

  @Test func `a field that is sometimes left out is not required, and stands where it is written`() throws {
    var shape = try JSONShape { json in
      json.field("a", 1)
      json.field("c", 1)
    }
    shape.merge(
      try JSONShape { json in
        json.field("a", 1)
        json.field("b", "x")
        json.field("c", Int?.none)
      })
    let schema =
      #"{"type":"object","required":["a","c"],"properties":{"a":{"type":"integer"},"b":{"type":"string"},"#
      + #""c":{"type":["integer","null"]}}}"#
    #expect(shape.schema.serializedText == schema)
    // What was left out once stays so.
    shape.merge(try JSONShape { $0.object("d") { _ in } })
    #expect(shape.schema["required"] == nil)
  }

  @Test func `a field that is written twice is an error`() {
    #expect(throws: JSONError.self) {
      try JSONShape { json in
        json.field("a", 1)
        json.field("a", 2)
      }
    }
  }

  @Test func `a document for people has a line for what fits, and breaks up the rest`() throws {
    let short: JSONValue = ["a": [1, "é", [:], []], "b": ["c": .null]]
    #expect(short.prettyText == #"{ "a": [1, "é", {}, []], "b": { "c": null } }"#)
    let long = JSONValue.object([("names", .array((1...40).map { .int($0) })), ("empty", [:])])
    let text = long.prettyText
    #expect(text.hasPrefix("{\n  \"names\": [\n    1,\n    2,\n") && text.hasSuffix("    40\n  ],\n  \"empty\": {}\n}"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 })
    #expect(try JSONValue(parsing: text) == long)
  }
}
