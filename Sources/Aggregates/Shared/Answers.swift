public import EventSourcing
public import JSON

/// The answer of a command that made something: its id.
public struct Created<ID: EntityID>: JSONCodable, Hashable {
  public var id: ID

  public init(_ id: ID) {
    self.id = id
  }

  public init(from json: inout JSONObjectReader) throws {
    id = try json.id("id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("id", id)
  }
}
