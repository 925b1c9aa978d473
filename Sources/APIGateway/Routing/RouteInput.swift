import JSON

/// What a route is given: path, query and body fields.
///
/// `init(_:)` names each field once. It runs in two ways: once at start to describe the input, then for each request to read it.
/// Therefore it must ask for the same fields whatever the values are, and do nothing but ask.
protocol RouteInput: Sendable {
  init(_ fields: inout InputReader)
}

/// A route without any input.
struct NoInput: RouteInput {
  init(_ fields: inout InputReader) {}
}

/// What a change says about a field.
enum Change<Value: Sendable>: Sendable {
  case unchanged
  case set(Value)
  /// The field was null.
  case clear

  /// The value after the change.
  func applied(to current: Value?) -> Value? {
    switch self {
    case .unchanged: current
    case .set(let value): value
    case .clear: nil
    }
  }

  /// The new value; nil when the field stays (or was null where null means absent).
  var value: Value? {
    if case .set(let value) = self { value } else { nil }
  }
}

/// Fields of an input as the API description shows them.
struct InputDescription: Sendable {
  struct Parameter: Sendable {
    var name: String
    var schema: Schema
    var isDeprecated = false
    /// Of a query; parts of the path always are.
    var isRequired = false
  }

  var path: [Parameter] = []
  var query: [Parameter] = []
  var body: [(String, Schema)] = []
  var hasBody: Bool { !body.isEmpty }
  /// Whether a request without a body lacks something.
  var isBodyRequired: Bool { body.contains { !$0.1.isOptional } }
}

/// Reads, or describes, an input. All faults of a request are gathered before any is answered.
struct InputReader {
  private var description: InputDescription?
  private var pathValues: [(name: String, value: String)] = []
  private var query: [(name: String, value: String)] = []
  private var isQueryUsed: [Bool] = []
  private var members: [(key: String, value: JSONValue)] = []
  private var isMemberUsed: [Bool] = []
  private var pointer = ""
  private(set) var faults: [FieldProblem] = []
  private(set) var isPathUnknown = false
  /// Whether the input is only described, so that values are placeholders.
  var isDescribing: Bool { description != nil }

  /// Describes an input.
  static func describe<Input: RouteInput>(_ input: Input.Type) -> InputDescription {
    describe { _ = Input(&$0) }
  }

  /// Describes what a closure reads.
  static func describe(_ read: (inout InputReader) -> Void) -> InputDescription {
    var reader = InputReader()
    reader.description = InputDescription()
    read(&reader)
    return reader.description!
  }

  private init() {}

  /// Reads the input of one request.
  init(path: [(name: String, value: String)], query: [(name: String, value: String)], body: JSONValue?) throws {
    pathValues = path
    self.query = query
    isQueryUsed = Array(repeating: false, count: query.count)
    if let body {
      guard case .object(let members) = body else { throw Problem.field("", .wrongType, limit: "object") }
      self.members = members
      isMemberUsed = Array(repeating: false, count: members.count)
    }
  }

  /// The input, or the problem with all its faults.
  static func read<Input: RouteInput>(_ input: Input.Type, _ reader: InputReader) throws -> Input {
    try read(reader) { Input(&$0) }
  }

  /// What a closure reads, or the problem with all its faults.
  static func read<Input>(_ reader: InputReader, _ make: (inout InputReader) -> Input) throws -> Input {
    var reader = reader
    let value = make(&reader)
    if reader.isPathUnknown { throw Problem(.notFound) }
    reader.noteUnknown()
    let queryFaults = reader.faults.filter { $0.pointer.hasPrefix("?") }
    if !queryFaults.isEmpty {
      let code = queryFaults.contains { $0.code == .unknownParameter } ? ProblemCode.unknownParameter : .invalidParameter
      throw Problem(queryFaults.contains { $0.code == .invalidCursor } ? .invalidCursor : code, errors: queryFaults)
    }
    if !reader.faults.isEmpty { throw Problem(fields: reader.faults) }
    return value
  }

  // MARK: Path

  /// A part of the path. What cannot be a value of its type names nothing, hence 404.
  mutating func path<T: FieldType>(_ name: String, _ type: T) -> T.Value {
    if description != nil {
      description!.path.append(InputDescription.Parameter(name: name, schema: type.schema))
      return type.placeholder
    }
    guard let text = pathValues.first(where: { $0.name == name })?.value, let value = try? type.read(text: text) else {
      isPathUnknown = true
      return type.placeholder
    }
    return value
  }

  // MARK: Query

  /// A query parameter; nil when it is not there.
  mutating func query<T: FieldType>(_ name: String, _ type: T, isDeprecated: Bool = false) -> T.Value? {
    if description != nil {
      description!.query.append(InputDescription.Parameter(name: name, schema: type.schema, isDeprecated: isDeprecated))
      return nil
    }
    guard let index = query.firstIndex(where: { $0.name == name }) else { return nil }
    isQueryUsed[index] = true
    do throws(FieldFault) {
      return try type.read(text: query[index].value)
    } catch {
      faults.append(FieldProblem("?\(name)", error.code, limit: error.limit))
      return nil
    }
  }

  /// A query parameter that must be there.
  mutating func requiredQuery<T: FieldType>(_ name: String, _ type: T) -> T.Value {
    if description != nil {
      description!.query.append(InputDescription.Parameter(name: name, schema: type.schema, isRequired: true))
      return type.placeholder
    }
    guard query.contains(where: { $0.name == name }) else {
      faults.append(FieldProblem("?\(name)", .missingField))
      return type.placeholder
    }
    return query(name, type) ?? type.placeholder
  }

  /// Adds a fault that only the combination of parameters shows.
  mutating func fault(_ pointer: String, _ code: ProblemCode, limit: String? = nil) {
    faults.append(FieldProblem(pointer, code, limit: limit))
  }

  // MARK: Body

  /// A compulsory field of the body.
  mutating func body<T: FieldType>(_ name: String, _ type: T) -> T.Value {
    if description != nil {
      description!.body.append((name, type.schema))
      return type.placeholder
    }
    guard let json = take(name) else {
      faults.append(FieldProblem("\(pointer)/\(name)", .missingField))
      return type.placeholder
    }
    return read(json, name, type) ?? type.placeholder
  }

  /// A field of the body that may be null or left out.
  mutating func optional<T: FieldType>(_ name: String, _ type: T) -> T.Value? {
    if description != nil {
      description!.body.append((name, type.schema.nullable.optional))
      return nil
    }
    guard let json = take(name), !json.isNull else { return nil }
    return read(json, name, type)
  }

  /// A field of a merge patch (RFC 7396) that can be changed but not removed.
  mutating func change<T: FieldType>(_ name: String, _ type: T) -> T.Value? {
    if description != nil {
      description!.body.append((name, type.schema.optional))
      return nil
    }
    guard let json = take(name) else { return nil }
    return read(json, name, type)
  }

  /// A field of a merge patch that null removes.
  mutating func nullableChange<T: FieldType>(_ name: String, _ type: T) -> Change<T.Value> {
    if description != nil {
      description!.body.append((name, type.schema.nullable.optional))
      return .unchanged
    }
    guard let json = take(name) else { return .unchanged }
    if json.isNull { return .clear }
    return read(json, name, type).map { .set($0) } ?? .unchanged
  }

  /// A field that holds an object of its own fields; nil when null or left out.
  mutating func optionalObject<Nested: RouteInput>(_ name: String, _ type: Nested.Type) -> Nested? {
    if description != nil {
      let nested = InputReader.describe(type)
      description!.body.append((name, Schema.object(fields: nested.body).nullable.optional))
      return nil
    }
    guard let json = take(name), !json.isNull else { return nil }
    guard case .object(let members) = json else {
      faults.append(FieldProblem("\(pointer)/\(name)", .wrongType, limit: "object"))
      return nil
    }
    return nested(members, at: "\(pointer)/\(name)")
  }

  /// A compulsory field that holds a list of objects of their own fields.
  mutating func bodyList<Nested: RouteInput>(_ name: String, of type: Nested.Type, atMost maximumCount: Int) -> [Nested] {
    if description != nil {
      let nested = Schema.object(fields: InputReader.describe(type).body)
      description!.body.append((name, Schema.array(nested).with("minItems", 1).with("maxItems", .int(Int64(maximumCount)))))
      return []
    }
    guard let json = take(name) else {
      faults.append(FieldProblem("\(pointer)/\(name)", .missingField))
      return []
    }
    guard case .array(let elements) = json else {
      faults.append(FieldProblem("\(pointer)/\(name)", .wrongType, limit: "array"))
      return []
    }
    guard (1...maximumCount).contains(elements.count) else {
      faults.append(
        FieldProblem("\(pointer)/\(name)", elements.isEmpty ? .tooShort : .tooLong, limit: "1–\(maximumCount)"))
      return []
    }
    return elements.enumerated().compactMap { index, element in
      guard case .object(let members) = element else {
        faults.append(FieldProblem("\(pointer)/\(name)/\(index)", .wrongType, limit: "object"))
        return nil
      }
      return nested(members, at: "\(pointer)/\(name)/\(index)")
    }
  }

  /// The same, where it may be null or left out.
  mutating func optionalList<Nested: RouteInput>(_ name: String, of type: Nested.Type, atMost maximumCount: Int) -> [Nested]? {
    if description != nil {
      _ = bodyList(name, of: type, atMost: maximumCount)
      let schema = description!.body.removeLast().1
      description!.body.append((name, schema.nullable.optional))
      return nil
    }
    guard let member = members.first(where: { $0.key == name }) else { return nil }
    if member.value.isNull {
      _ = take(name)
      return nil
    }
    return bodyList(name, of: type, atMost: maximumCount)
  }

  private mutating func nested<Nested: RouteInput>(_ members: [(key: String, value: JSONValue)], at pointer: String) -> Nested {
    var inner = InputReader()
    inner.members = members
    inner.isMemberUsed = Array(repeating: false, count: members.count)
    inner.pointer = pointer
    let value = Nested(&inner)
    inner.noteUnknown()
    faults += inner.faults
    return value
  }

  /// An object in a merge patch: given, it replaces the whole one; null removes it.
  mutating func nullableObject<Nested: RouteInput>(_ name: String, _ type: Nested.Type) -> Change<Nested> {
    if description == nil {
      guard let member = members.first(where: { $0.key == name }) else { return .unchanged }
      if member.value.isNull {
        _ = take(name)
        return .clear
      }
    }
    return optionalObject(name, type).map { .set($0) } ?? .unchanged
  }

  private mutating func take(_ name: String) -> JSONValue? {
    guard let index = members.firstIndex(where: { $0.key == name }) else { return nil }
    isMemberUsed[index] = true
    return members[index].value
  }

  private mutating func read<T: FieldType>(_ json: JSONValue, _ name: String, _ type: T) -> T.Value? {
    do throws(FieldFault) {
      return try type.read(json)
    } catch {
      faults.append(FieldProblem("\(pointer)/\(name)\(error.path)", error.code, limit: error.limit))
      return nil
    }
  }

  private mutating func noteUnknown() {
    for (index, isUsed) in isQueryUsed.enumerated() where !isUsed {
      faults.append(FieldProblem("?\(query[index].name)", .unknownParameter))
    }
    for (index, isUsed) in isMemberUsed.enumerated() where !isUsed {
      faults.append(FieldProblem("\(pointer)/\(Self.escaped(members[index].key))", .unknownField))
    }
  }

  /// RFC 6901, section 3.
  private static func escaped(_ name: String) -> String {
    name.unicodeScalars.reduce(into: "") { text, scalar in
      switch scalar {
      case "~": text += "~0"
      case "/": text += "~1"
      default: text.unicodeScalars.append(scalar)
      }
    }
  }
}
