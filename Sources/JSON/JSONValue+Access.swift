extension JSONValue {
  /// The string; nil for any other type.
  public var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The flag; nil for any other type.
  public var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The number when it is written as an integer and fits; else nil.
  public var int64Value: Int64? {
    if case .number(let text) = self { Int64(text) } else { nil }
  }

  /// The elements; nil for any other type.
  public var arrayValue: [JSONValue]? {
    if case .array(let elements) = self { elements } else { nil }
  }

  /// The members in their order; nil for any other type.
  public var objectValue: [(key: String, value: JSONValue)]? {
    if case .object(let members) = self { members } else { nil }
  }

  /// Whether this is null.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// A member of an object, the last one where a key is repeated. Reading anything else than an object gives nil.
  ///
  /// Setting keeps the member's place or appends it; setting nil removes it (to write a null, set `.null`). Setting on
  /// what is not an object makes it an object.
  public subscript(key: String) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members.last { JSONValue.sameScalars($0.key, key) }?.value
    }
    set {
      var members = objectValue ?? []
      // Frees the old tree first, so that the change happens in place.
      if case .object = self { self = .null }
      let index = members.lastIndex { JSONValue.sameScalars($0.key, key) }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (nil, let value?): members.append((key, value))
      case (_, nil): members.removeAll { JSONValue.sameScalars($0.key, key) }
      }
      self = .object(members)
    }
  }

  /// An element of an array, from 0; nil when there is none, or when this is no array. Setting replaces an element that
  /// is there; setting nil removes it.
  public subscript(index: Int) -> JSONValue? {
    get {
      guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
      return elements[index]
    }
    set {
      guard case .array(var elements) = self else { return }
      precondition(elements.indices.contains(index), "no element \(index) among \(elements.count)")
      self = .null
      if let newValue { elements[index] = newValue } else { elements.remove(at: index) }
      self = .array(elements)
    }
  }

  /// Gives a member another name and keeps its place. Does nothing when there is no such member.
  public mutating func rename(_ key: String, to newKey: String) {
    guard case .object(var members) = self, let index = members.lastIndex(where: { JSONValue.sameScalars($0.key, key) }) else { return }
    members[index].key = newKey
    self = .object(members)
  }

  /// This document changed by a merge patch (RFC 7396): a null removes a member, an object is merged, any other value
  /// replaces. Idempotent.
  public func merging(patch: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var result = self
    if case .object = result {} else { result = .object([]) }
    for (key, change) in changes {
      result[key] = change.isNull ? nil : (result[key] ?? .null).merging(patch: change)
    }
    return result
  }
}
