import JSON
import Testing

@Suite struct WriterTests {
  func text(_ body: (inout JSONWriter) throws -> Void) rethrows -> String {
    String(decoding: try JSONWriter.object(body), as: UTF8.self)
  }

  @Test func `fields are written in the order of the calls`() {
    let written = text { writer in
      writer.field("id", Int64.min)
      writer.field("max", Int64.max)
      writer.field("zero", 0)
      writer.field("yes", true)
      writer.field("text", "é")
      writer.field("none", String?.none)
      writer.field("noInteger", Int64?.none)
      writer.field("some", Int64?.some(-10))
      writer.field("someInt", Int?.some(10))
      writer.field("flag", Bool?.none)
      writer.field("ratio", 0.25)
      writer.field("infinite", Double.infinity)
      writer.field("maybe", Double?.none)
      writer.field("ids", [1, 22, -333] as [Int64])
      writer.field("names", ["a", "b\"c"])
      writer.field("empty", [] as [String])
      writer.fieldRaw("raw", bytes(#"{"k":1}"#))
      writer.field("tree", ["a": [1, "x"]] as JSONValue)
      writer.null("nothing")
    }
    #expect(
      written == #"{"id":-9223372036854775808,"max":9223372036854775807,"zero":0,"yes":true,"text":"é","none":null,"#
        + #""noInteger":null,"some":-10,"someInt":10,"flag":null,"ratio":0.25,"infinite":null,"maybe":null,"ids":[1,22,-333],"#
        + #""names":["a","b\"c"],"empty":[],"raw":{"k":1},"tree":{"a":[1,"x"]},"nothing":null}"#)
    #expect(throws: Never.self) { try JSONValue(parsing: written) }
  }

  @Test func `containers nest and separate themselves`() {
    let written = text { writer in
      writer.object("a") { _ in }
      writer.array("lines", [1, 2]) { writer, n in writer.field("n", n) }
      writer.array("none", [Int]()) { writer, n in writer.field("n", n) }
      writer.beginArray("mixed")
      writer.element(1)
      writer.element("x")
      writer.beginObject()
      writer.endObject()
      writer.beginArray()
      writer.elementRaw(bytes("null"))
      writer.element(true as JSONValue)
      writer.endArray()
      writer.endArray()
      writer.beginObject("b")
      writer.field("c", 1)
      writer.endObject()
      writer.field("d", 2)
    }
    #expect(written == #"{"a":{},"lines":[{"n":1},{"n":2}],"none":[],"mixed":[1,"x",{},[null,true]],"b":{"c":1},"d":2}"#)
  }

  @Test func `strings escape what RFC 8259 demands and nothing else`() {
    let all = (0..<0x20).map { String(Unicode.Scalar(UInt8($0))) }.joined()
    #expect(
      text { $0.field("s", all + "\"\\/\u{7F}é😀\u{2028}") }
        == #"{"s":"\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015"#
        + #"\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\/"# + "\u{7F}é😀\u{2028}\"}")
  }

  @Test(
    arguments: (0...18).flatMap { power -> [Int64] in
      let ten = (0..<power).reduce(Int64(1)) { value, _ in value * 10 }
      return [ten - 1, ten, ten + 1, -ten, 1 - ten, -ten - 1]
    })
  func `integers of every length are written exactly`(_ value: Int64) {
    #expect(text { $0.field("n", value) } == "{\"n\":\(value)}")
  }

  @Test func `a writer is emptied for the next document`() {
    var writer = JSONWriter(capacity: 8)
    for _ in 0..<3 {
      writer.reset()
      writer.beginObject()
      writer.field("a", 1)
      writer.endObject()
      #expect(writer.bytes == bytes(#"{"a":1}"#))
    }
  }
}
