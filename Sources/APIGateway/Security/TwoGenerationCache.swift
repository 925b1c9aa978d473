/// A bounded memory of what was used last: when the young half is full it becomes the old one, and what the old one held and nobody
/// asked for since is dropped. Cheaper than a list in order of use, and good enough.
struct TwoGenerationCache<Key: Hashable, Value> {
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]
  private let halfCapacity: Int

  /// - Parameter capacity: how many entries are kept at most.
  init(capacity: Int) {
    halfCapacity = max(1, capacity / 2)
  }

  subscript(key: Key) -> Value? {
    mutating get {
      if let value = young[key] { return value }
      guard let value = old[key] else { return nil }
      store(value, key)
      return value
    }
    set {
      if let newValue {
        store(newValue, key)
      } else {
        young[key] = nil
        old[key] = nil
      }
    }
  }

  mutating func removeAll() {
    young = [:]
    old = [:]
  }

  private mutating func store(_ value: Value, _ key: Key) {
    young[key] = value
    if young.count >= halfCapacity {
      old = young
      young = [:]
    }
  }
}
