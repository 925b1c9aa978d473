/// First in, first out, on one array: taking moves an index, and the front is given back once it is half of the whole.
struct Fifo<Element> {
  private var storage: [Element?] = []
  private var head = 0

  var count: Int { storage.count - head }
  var isEmpty: Bool { storage.count == head }
  var first: Element? { isEmpty ? nil : storage[head] }

  mutating func append(_ element: Element) { storage.append(element) }

  mutating func prepend(_ element: Element) {
    if head > 0 {
      head -= 1
      storage[head] = element
    } else {
      storage.insert(element, at: 0)
    }
  }

  mutating func popFirst() -> Element? {
    guard head < storage.count else { return nil }
    let element = storage[head]
    storage[head] = nil
    head += 1
    if head == storage.count {
      storage.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64 && head * 2 >= storage.count {
      storage.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Changes the first element in place; there must be one.
  @inline(__always)
  mutating func withFirst<R>(_ body: (inout Element) -> R) -> R { body(&storage[head]!) }

  /// Takes out all elements that fit, keeping the order of the others.
  mutating func remove(where fits: (Element) -> Bool) -> [Element] {
    var taken: [Element] = []
    var kept: [Element?] = []
    for case .some(let element) in storage[head...] {
      if fits(element) { taken.append(element) } else { kept.append(element) }
    }
    storage = kept
    head = 0
    return taken
  }

  mutating func removeAll() -> [Element] {
    let all = storage[head...].compactMap { $0 }
    storage.removeAll()
    head = 0
    return all
  }

  func contains(where fits: (Element) -> Bool) -> Bool {
    storage[head...].contains { $0.map(fits) ?? false }
  }
}
