import JSON
import Testing

@Suite struct SchemaValidatorTests {
  @Test func `the validator finds each kind of fault`() throws {
    let schema: JSONValue = [
      "type": "object", "required": ["id", "at"],
      "properties": [
        "id": ["type": "integer"], "at": ["type": "string", "format": "date-time"],
        "sum": ["type": "string", "pattern": "^[0-9]+\\.[0-9]{2}$"],
        "kind": ["type": ["string", "null"], "enum": ["a", .null]], "tags": ["type": "array", "items": ["type": "string"]], "any": [:],
        "either": ["anyOf": [["type": "string"], ["type": "null"]]], "unknown": ["type": "array"],
      ],
    ]
    func faults(_ json: String) throws -> [String] {
      var validator = SchemaValidator()
      return try validator.faults(of: JSONValue(parsing: json), by: schema)
    }
    #expect(
      try faults(
        #"{"id":1,"at":"2026-01-02T03:04:05Z","sum":"1.50","kind":null,"tags":["x"],"any":{"x":[1]},"either":null,"unknown":[]}"#) == [])
    #expect(try faults(#"{"id":1}"#) == ["/at: is missing"])
    #expect(try faults(#"{"id":"1","at":"2026-01-02T03:04:05Z"}"#) == [#"/id: "1" is no integer"#])
    #expect(try faults(#"{"id":1,"at":"yesterday"}"#) == ["/at: yesterday is no date-time"])
    let rest = #"{"id":1,"at":"2026-01-02T03:04:05Z","sum":"1.5","kind":"b","tags":["x",null],"either":1,"unknown":[1],"more":1}"#
    #expect(
      try faults(rest) == [
        #"/sum: 1.5 does not fit ^[0-9]+\.[0-9]{2}$"#, #"/kind: "b" is not in the enum"#, "/tags/1: null is no string",
        "/either: fits none of anyOf", "/unknown: elements are not described", "/more: is not described",
      ])
  }
}
