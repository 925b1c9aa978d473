extension JSONWriter {
  /// Whether it is asked what may be written, not to write it: see ``JSONShape/init(of:)``. Whoever teaches the writer a type of his own
  /// then calls ``describe(_:_:)`` where the value alone would not tell.
  public var isDescribing: Bool { shapes != nil }

  /// Tells what a field may hold, in the place of writing it.
  public mutating func describe(_ key: StaticString, _ shape: JSONShape) {
    beginObject(key)
    field(JSONShape.mark, Int64(shapes?.count ?? 0))
    endObject()
    shapes?.append(shape)
  }
}

extension JSONShape {
  /// The only field of an object that stands for what `describe` was given. No field of ours is called so.
  static let mark: StaticString = "$shape"

  /// The shape of the object whose fields some code writes, spelled out.
  /// - Throws: `JSONError` when it writes a field twice, or what is no JSON.
  public init(of body: (inout JSONWriter) throws -> Void) throws {
    var writer = JSONWriter()
    writer.isSpelledOut = true
    writer.shapes = []
    writer.beginObject()
    try body(&writer)
    writer.endObject()
    self.init(try JSONValue(parsing: writer.bytes), described: writer.shapes ?? [])
  }

  /// What a value that was written tells by itself, and of the rest what was told.
  private init(_ value: JSONValue, described: [JSONShape]) {
    switch value {
    case .null: self = .null
    case .bool: self = .boolean
    case .number(let text): self = text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (48...57).contains($0) } ? .integer : .number
    case .string: self = .text
    case .array(let elements):
      var all = JSONShape()
      for element in elements { all.merge(JSONShape(element, described: described)) }
      self.init()
      self.elements = all == JSONShape() ? [] : [all]
    case .object(let members):
      if members.count == 1, members[0].key == Self.mark.description, let index = members[0].value.int64Value {
        self = described[Int(index)]
      } else {
        self = .object(members.map { Field(name: $0.key, shape: JSONShape($0.value, described: described), isRequired: true) })
      }
    }
  }
}
