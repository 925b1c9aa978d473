public import EventSourcing
public import JSON

/// The answer of a command on many rows: how many it changed.
public struct Affected: JSONCodable, Hashable {
  public var count: Int64

  public init(count: Int64) {
    self.count = count
  }

  public init(from json: inout JSONObjectReader) throws {
    count = try json.int64("affected")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("affected", count)
  }
}

/// The answer of a command that does a large work step by step: whether nothing is left.
public struct StepAnswer: JSONCodable, Hashable {
  public var isDone: Bool

  public init(isDone: Bool) {
    self.isDone = isDone
  }

  public init(from json: inout JSONObjectReader) throws {
    isDone = try json.bool("is_done")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("is_done", isDone)
  }
}
