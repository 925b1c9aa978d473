import FoundationEssentials
import JSON

/// Values of a type that nobody thought of: they are found by asking the type to read itself, and giving it what it says is missing.
///
/// For those who want to know what a type's values may look like, not what they mean: the ids name nothing, and the rules of the domain
/// need not hold.
public enum Examples {
  /// Values that differ in what is null, empty, true and named: one with as little as possible, one with everything, and from that one
  /// others, each with one difference. No two fields of a value hold the same number or text.
  /// - Throws: what the type throws where nothing makes it read itself.
  public static func of<Value: JSONCodable>(_ type: Value.Type) throws -> [Value] {
    var finder = ExampleFinder<Value>()
    return try finder.examples()
  }

  /// The same, with and without what is personal.
  public static func payloads<Payload: EventPayload>(_ type: Payload.Type) throws -> [Payload] {
    guard let personal = type as? any PersonalEventPayload.Type else { return try of(type) }
    return try withPersonalPart(personal).compactMap { $0 as? Payload }
  }

  private static func withPersonalPart<Payload: PersonalEventPayload>(_ type: Payload.Type) throws -> [Payload] {
    let forgotten = try of(type)
    let parts = try of(Payload.Personal.self)
    func filled(_ payload: Payload, _ part: Payload.Personal) -> Payload {
      var payload = payload
      payload.personal = part
      return payload
    }
    // The first has as little, the second as much as possible.
    let (full, fullPart) = (forgotten[1], parts[1])
    return forgotten + forgotten.map { filled($0, fullPart) } + parts.map { filled(full, $0) }
  }

  /// An event as it could stand in the log: the first of the first stream.
  /// - Parameter context: where its command came from.
  public static func event(_ type: EventType, context: CommandContext = CommandContext()) -> RecordedEvent {
    let (none, time) = (UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), Timestamp(microseconds: 0))
    return RecordedEvent(
      position: Position(1), stream: StreamName(rawValue: "example-1"), version: StreamVersion(1), id: none, type: type.name,
      schemaVersion: type.schemaVersion, isPublic: type.visibility == .public, subject: nil, payload: Array("{}".utf8), context: context,
      commandID: CommandID(none), token: DecisionToken(none), occurredAt: time, recordedAt: time)
  }
}

/// Finds values of one type.
private struct ExampleFinder<Value: JSONCodable> {
  /// The last number that was given out.
  private var number = 0
  /// The fields that hold one of several names, with all of these.
  private var names: [String: [String]] = [:]

  mutating func examples() throws -> [Value] {
    let least = try complete(.object([]))
    let (most, optional) = try filled(least)
    var values = [least.value, most.value]
    for (path, names) in names.sorted(by: { $0.key < $1.key }) {
      for name in names.dropFirst() { values += variant(of: most.tree, at: path, .string(name)) }
    }
    for path in optional { values += variant(of: most.tree, at: path, .null) }
    for (path, leaf) in most.tree.leaves(at: "") {
      switch leaf {
      case .bool(let flag): values += variant(of: most.tree, at: path, .bool(!flag))
      case .array: values += variant(of: most.tree, at: path, .array([]))
      default: break
      }
    }
    return values
  }

  /// The same with another value at a place; none where the type refuses it.
  private mutating func variant(of tree: JSONValue, at path: String, _ value: JSONValue) -> [Value] {
    var tree = tree
    tree.set(value, at: path)
    return (try? complete(tree)).map { [$0.value] } ?? []
  }

  /// Everything that a value would write as null, filled in; and where that was.
  private mutating func filled(_ least: (tree: JSONValue, value: Value)) throws -> (most: (tree: JSONValue, value: Value), paths: [String])
  {
    var most = least
    var tried: Set<String> = []
    var paths: [String] = []
    while let path = try nulls(of: most.value).first(where: { tried.insert($0).inserted }) {
      // Of the wrong type for almost all; what it should be is then told. An object is what some take that read a tree.
      for attempt in [JSONValue.bool(false), .object([])] {
        var tree = most.tree
        tree.set(attempt, at: path)
        guard let next = try? complete(tree), try !nulls(of: next.value).contains(path) else { continue }
        most = next
        paths.append(path)
        break
      }
    }
    return (most, paths)
  }

  private func nulls(of value: Value) throws -> [String] {
    try JSONValue(parsing: value.jsonBytes).leaves(at: "").filter(\.value.isNull).map(\.path)
  }

  /// Adds to a tree what the type says it needs, until it reads itself.
  private mutating func complete(_ start: JSONValue) throws -> (tree: JSONValue, value: Value) {
    var tree = start
    var steps = 0
    while true {
      do {
        return (tree, try Value(jsonBytes: tree.serialized))
      } catch let error as JSONError {
        steps += 1
        guard steps < 10_000, let value = substitute(error) else { throw error }
        tree.set(value, at: error.path)
      }
    }
  }

  /// What may stand where an error was; nil where nothing helps.
  private mutating func substitute(_ error: JSONError) -> JSONValue? {
    switch error.reason {
    // Which type it must have is told next.
    case .missing: return .null
    case .unknownName(let expected):
      guard let first = expected.first else { return nil }
      names[error.path] = expected
      return .string(first)
    case .wrongType(let kind):
      number += 1
      switch kind {
      case .object: return .object([])
      // Of one element, whose type is told next.
      case .array: return .array([.null])
      case .string: return .string("text \(number)")
      case .integer: return .int(Int64(number))
      case .number: return .number("\(number).5")
      case .boolean: return true
      case .null: return .null
      }
    default: return nil
    }
  }
}

extension JSONValue {
  /// Everything that is no object, with its JSON Pointer; an array both as a whole and by its elements.
  fileprivate func leaves(at path: String) -> [(path: String, value: JSONValue)] {
    var leaves: [(path: String, value: JSONValue)] = []
    switch self {
    case .object(let members):
      for (key, value) in members { leaves += value.leaves(at: "\(path)/\(key)") }
    case .array(let elements):
      leaves.append((path, self))
      for (index, element) in elements.enumerated() { leaves += element.leaves(at: "\(path)/\(index)") }
    default: leaves.append((path, self))
    }
    return leaves
  }

  /// Puts a value where a JSON Pointer leads, whose last name may be new. Does nothing where it leads nowhere.
  fileprivate mutating func set(_ value: JSONValue, at path: String) {
    let segments = path.split(separator: "/").map(String.init)
    set(value, at: segments[...])
  }

  private mutating func set(_ value: JSONValue, at path: ArraySlice<String>) {
    guard let name = path.first else {
      self = value
      return
    }
    switch self {
    case .object:
      var member = self[name] ?? .null
      member.set(value, at: path.dropFirst())
      self[name] = member
    case .array(let elements):
      guard let index = Int(name), elements.indices.contains(index) else { return }
      var element = elements[index]
      element.set(value, at: path.dropFirst())
      self[index] = element
    default: break
    }
  }
}
