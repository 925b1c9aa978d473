import JSON
import Testing

@Suite struct RandomTests {
  /// A random document; strings mix ASCII, controls, quotes and every length of UTF-8.
  func document(_ depth: Int, _ generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0...(depth > 0 ? 7 : 4), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .int(Int64.random(in: Int64.min...Int64.max, using: &generator) >> Int64.random(in: 0...63, using: &generator))
    case 3: return .number(["-0", "1.5", "2e10", "0.00001", "-7E-3", "12345678901234567890123"].randomElement(using: &generator)!)
    case 4: return .string(string(&generator))
    case 5: return .array((0..<Int.random(in: 0...5, using: &generator)).map { _ in document(depth - 1, &generator) })
    default:
      // The position in front keeps keys unique.
      return .object(
        (0..<Int.random(in: 0...(depth == 4 ? 20 : 6), using: &generator)).map {
          ("\($0):" + string(&generator), document(depth - 1, &generator))
        })
    }
  }

  func string(_ generator: inout SeededGenerator) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0x20...0x7E, 0x01...0x1F, 0x22...0x22, 0x5C...0x5C, 0x80...0x7FF, 0xE000...0xFFFF, 0x10000...0x10FFFF,
    ]
    var result = ""
    for _ in 0..<Int.random(in: 0...24, using: &generator) {
      result.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: ranges.randomElement(using: &generator)!, using: &generator))!)
    }
    return result
  }

  @Test func `random documents survive a round trip`() throws {
    let seed = SeededGenerator.seed()
    var generator = SeededGenerator(state: seed)
    for round in 0..<3_000 {
      let value = document(4, &generator)
      let written = value.serialized
      #expect(try JSONValue(parsing: written) == value, "seed \(seed), round \(round)")
      let wrapped = JSONWriter.object { writer in
        writer.field("v", value)
        writer.field("after", 1)
      }
      try JSONObjectReader.parse(wrapped, strict: true) { (reader: inout JSONObjectReader) throws in
        #expect(try reader.rawBytes("v") == written, "seed \(seed), round \(round)")
        #expect(try reader.value("v") == value, "seed \(seed), round \(round)")
        #expect(try reader.int("after") == 1, "seed \(seed), round \(round)")
      }
    }
  }

  /// Reads everything in every way, so that each accessor meets damaged bytes.
  func readEverything(_ reader: inout JSONObjectReader) {
    _ = reader.keys
    _ = try? reader.int64("a")
    _ = try? reader.double("b")
    _ = try? reader.string("c")
    _ = try? reader.bool("d")
    _ = try? reader.int64Array("e")
    _ = try? reader.stringArray("f")
    _ = try? reader.rawBytes("g")
    _ = try? reader.value("g")
    _ = try? reader.object("g") { readEverything(&$0) }
    _ = try? reader.array("h") { readEverything(&$0) }
    _ = try? reader.optionalString("c")
  }

  @Test func `damaged input is refused or read, and what strict parsing accepts round-trips`() throws {
    let seed = SeededGenerator.seed()
    var generator = SeededGenerator(state: seed)
    let samples = [
      #"{"a":-12,"b":1.5e3,"c":"x\n\u00e9\uD83D\uDE00é€😀","d":true,"e":[1,2,3],"f":["p","q\t"],"g":{"a":1,"g":{}},"h":[{"a":1},{"c":"z"}]}"#,
      #" { "c" : "abcdefghijklmnopqrstuvwxyz" , "h" : [ { "h" : [ { } ] } ] , "a" : 9223372036854775807 } "#,
      #"{"a":0,"\u0062":null,"e":[],"f":[""],"g":[[[[]]]],"d":false}"#,
    ].map(bytes)
    let splices: [[UInt8]] = ["\"", "\\", "\\u", "\\uD800", "{", "}", "[", "]", ",", ":", "0", "-", "e", ".", "null", " ", "\u{0}", "é"]
      .map(bytes)
    var accepted = 0
    for round in 0..<100_000 {
      var input = samples.randomElement(using: &generator)!
      for _ in 0..<Int.random(in: 1...4, using: &generator) where !input.isEmpty {
        let place = Int.random(in: 0..<input.count, using: &generator)
        switch Int.random(in: 0...5, using: &generator) {
        case 0: input[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: input.remove(at: place)
        case 2: input.insert(contentsOf: splices.randomElement(using: &generator)!, at: place)
        case 3: input.removeSubrange(place...)
        case 4: input.swapAt(place, Int.random(in: 0..<input.count, using: &generator))
        default: input.insert(contentsOf: input[place..<min(input.count, place + 8)], at: place)
        }
      }
      // A copy of exactly this length, so that a read past the end is one past the allocation.
      try? JSONObjectReader.parse([UInt8](input)) { readEverything(&$0) }
      guard let value = try? JSONValue(parsing: input) else {
        #expect((try? JSONObjectReader.parse(input, strict: true) { _ in true }) == nil, "seed \(seed), round \(round)")
        continue
      }
      accepted += 1
      let again = try JSONValue(parsing: value.serialized)
      guard again == value, again.serialized == value.serialized else {
        Issue.record("seed \(seed), round \(round): no round trip")
        return
      }
    }
    #expect(accepted > 1_000, "seed \(seed)")
  }
}
