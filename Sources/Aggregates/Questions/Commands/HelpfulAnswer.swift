public import EventSourcing
public import JSON

/// How many found an answer helpful by now.
public struct HelpfulAnswer: JSONCodable, Hashable {
  public var count: Int64

  init(count: Int64) {
    self.count = count
  }

  public init(from json: inout JSONObjectReader) throws {
    count = try json.int64("count")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("count", count)
  }
}
