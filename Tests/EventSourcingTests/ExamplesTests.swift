import EventSourcing
import JSON
import Testing

@Suite struct ExamplesTests {
  enum Size: String, CaseIterable { case small, large }

  struct Line: JSONCodable, Hashable {
    var product: Int64
    var note: String?

    init(from json: inout JSONObjectReader) throws {
      product = try json.int64("product")
      note = try json.optionalString("note")
    }

    func encode(to json: inout JSONWriter) {
      json.field("product", product)
      json.field("note", note)
    }
  }

  /// A value of every kind that payloads have.
  struct Parcel: JSONCodable, Hashable {
    var size: Size
    var isGift: Bool
    var lines: [Line]
    var tags: [String]
    var ids: [Int64]
    var sender: Line?
    var weight: Double?
    var anything: JSONValue?

    init(from json: inout JSONObjectReader) throws {
      let name = try json.string("size")
      guard let size = Size(rawValue: name) else { throw json.unknownName("size", expected: Size.allCases.map(\.rawValue)) }
      self.size = size
      isGift = try json.bool("is_gift")
      lines = try json.array("lines") { try Line(from: &$0) }
      tags = try json.stringArray("tags")
      ids = try json.int64Array("ids")
      sender = try json.optionalObject("sender") { try Line(from: &$0) }
      weight = try json.optionalDouble("weight")
      anything = try json.optionalValue("anything")
    }

    func encode(to json: inout JSONWriter) {
      json.field("size", size.rawValue)
      json.field("is_gift", isGift)
      json.array("lines", lines) { $1.encode(to: &$0) }
      json.field("tags", tags)
      json.field("ids", ids)
      if let sender { json.object("sender") { sender.encode(to: &$0) } } else { json.null("sender") }
      json.field("weight", weight)
      json.field("anything", anything ?? .null)
    }
  }

  @Test func `the first example has as little as the type takes, the second everything`() throws {
    let examples = try Examples.of(Parcel.self)
    let (least, most) = (examples[0], examples[1])
    #expect(least.lines.count == 1 && least.lines[0].note == nil && least.sender == nil && least.weight == nil && least.anything == nil)
    #expect(most.lines[0].note != nil && most.sender?.note != nil && most.weight != nil && most.anything != nil)
    // No two fields are equal by chance.
    #expect(most.sender?.product != most.lines[0].product && most.sender?.note != most.lines[0].note)
  }

  @Test func `the others differ in one name, flag, null or empty list`() throws {
    let examples = try Examples.of(Parcel.self)
    #expect(Set(examples.map(\.size)) == [.small, .large])
    #expect(Set(examples.map(\.isGift)) == [true, false])
    #expect(examples.contains { $0.lines.isEmpty && !$0.tags.isEmpty } && examples.contains { $0.tags.isEmpty && !$0.ids.isEmpty })
    #expect(examples.contains { $0.sender == nil && $0.weight != nil } && examples.contains { $0.sender != nil && $0.sender?.note == nil })
    #expect(try Examples.of(Parcel.self) == examples)
  }

  struct Letter: PersonalEventPayload {
    struct Personal: JSONCodable, Hashable {
      var name: String
      var town: String?

      init(from json: inout JSONObjectReader) throws {
        name = try json.string("name")
        town = try json.optionalString("town")
      }

      func encode(to json: inout JSONWriter) {
        json.field("name", name)
        json.field("town", town)
      }
    }

    static let type = EventType("LetterSent", version: 3, .public)
    static let upcasters: [Int: Upcaster] = [1: { _ in }, 2: { _ in }]
    var number: Int64
    var personal: Personal?
    var subject: SubjectID { SubjectID("letter-\(number)") }

    init(from json: inout JSONObjectReader) throws { number = try json.int64("number") }
    func encode(to json: inout JSONWriter) { json.field("number", number) }
  }

  @Test func `a payload with a personal part is shown with it, with less of it, and forgotten`() throws {
    let letters = try Examples.payloads(Letter.self)
    #expect(letters.contains { $0.personal == nil })
    #expect(letters.contains { $0.personal != nil && $0.personal?.town == nil })
    #expect(letters.contains { $0.personal?.town != nil })
    let event = Examples.event(Letter.type)
    #expect(event.type == "LetterSent" && event.schemaVersion == 3 && event.isPublic && event.version == StreamVersion(1))
  }

  struct Stubborn: JSONCodable {
    struct No: Error {}
    init(from json: inout JSONObjectReader) throws { throw No() }
    func encode(to json: inout JSONWriter) {}
  }

  @Test func `a type that takes nothing has no example`() {
    #expect(throws: Stubborn.No.self) { try Examples.of(Stubborn.self) }
  }
}
