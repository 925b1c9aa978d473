/// Where a field's key and value are, as byte offsets; documents are smaller than 2^31 bytes.
@usableFromInline
struct JSONField {
  var keyStart: UInt32
  var keyEnd: UInt32
  var valueStart: UInt32
  var valueEnd: UInt32
  var keyIsEscaped: Bool
  /// A string with escapes, or a number that is not written as an integer.
  var valueIsComplex: Bool
}

extension JSONField {
  /// A field of which only the key matters.
  init(key start: Int, _ end: Int, isEscaped: Bool) {
    self.init(
      keyStart: UInt32(truncatingIfNeeded: start), keyEnd: UInt32(truncatingIfNeeded: end), valueStart: 0, valueEnd: 0,
      keyIsEscaped: isEscaped, valueIsComplex: false)
  }
}

/// The fields of one object, in the written order.
///
/// Its memory is one allocation that is freed with the table. An `InlineArray` of sixteen fields was tried in its place
/// and was slower: reading one element copied the whole array (a third of the time of decoding a small event).
///
/// What destroys the table is `@inlinable` because readers end in inlined code of other modules, and the optimiser of
/// Swift 6.3.1 asserts when it meets a hidden `deinit` there.
@usableFromInline
struct JSONFieldTable: ~Copyable {
  @usableFromInline var fields: UnsafeMutablePointer<JSONField>?
  private var capacity = 0
  private(set) var count = 0

  @inlinable
  deinit {
    fields?.deallocate()
  }

  init() {}

  @inline(__always)
  mutating func append(_ field: JSONField) {
    if count == capacity { grow() }
    fields.unsafelyUnwrapped[count] = field
    count += 1
  }

  @inline(never)
  private mutating func grow() {
    let larger = max(16, capacity * 2)
    let new = UnsafeMutablePointer<JSONField>.allocate(capacity: larger)
    if let fields {
      new.update(from: fields, count: count)
      fields.deallocate()
    }
    fields = new
    capacity = larger
  }

  @inline(__always)
  subscript(index: Int) -> JSONField {
    precondition(index >= 0 && index < count, "no such field")
    return fields.unsafelyUnwrapped[index]
  }

  /// Finds a key that is there twice. Escapes are resolved first: `"a"` and `"\u0061"` are one key.
  func checkKeys(_ scanner: JSONScanner) throws(JSONError) {
    // Pairwise comparison is the fastest for the objects people send; the set keeps a hostile one linear.
    guard count <= 16 else { return try checkManyKeys(scanner) }
    for index in 0..<count {
      let key = self[index]
      if key.keyIsEscaped { return try checkManyKeys(scanner) }
      let (start, length) = (Int(key.keyStart), Int(key.keyEnd &- key.keyStart))
      for other in 0..<index where Int(self[other].keyEnd &- self[other].keyStart) == length {
        if sameBytes(scanner.base + start, scanner.base + Int(self[other].keyStart), length) {
          throw scanner.failure(.duplicateKey, at: start - 1)
        }
      }
    }
  }

  private func checkManyKeys(_ scanner: JSONScanner) throws(JSONError) {
    var seen: Set<[UInt8]> = []
    for index in 0..<count {
      let key = self[index]
      guard seen.insert(try scanner.decodedBytes(Int(key.keyStart), Int(key.keyEnd))).inserted else {
        throw scanner.failure(.duplicateKey, at: Int(key.keyStart) - 1)
      }
    }
  }
}
