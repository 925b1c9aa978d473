/// A binary `numeric` in decimal notation; nil when the bytes are not such a number.
func decimalText(_ bytes: UnsafeRawBufferPointer) -> String? {
  var text: [UInt8] = []
  return appendDecimal(bytes, to: &text) ? String(decoding: text, as: UTF8.self) : nil
}

/// Writes a binary `numeric` in decimal notation, with as many digits after the point as its scale says.
///
/// The form is that of `numeric_send` (the server's numeric.c): four 16-bit numbers (count of digit groups, weight of the first, sign,
/// scale), then groups of four decimal digits. Writes nothing and returns false when the bytes are not such a number.
func appendDecimal(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Bool {
  guard bytes.count >= 8 else { return false }
  let groups = Int(bytes.bigEndian(at: 0, as: UInt16.self))
  let weight = Int(bytes.bigEndian(at: 2, as: Int16.self))
  let sign = bytes.bigEndian(at: 4, as: UInt16.self)
  let scale = Int(bytes.bigEndian(at: 6, as: UInt16.self))
  switch sign {
  case 0xC000: text.append(contentsOf: "NaN".utf8)
  case 0xD000: text.append(contentsOf: "Infinity".utf8)
  case 0xF000: text.append(contentsOf: "-Infinity".utf8)
  case 0x0000, 0x4000: break
  default: return false
  }
  if sign != 0x0000 && sign != 0x4000 { return true }
  guard bytes.count == 8 + 2 * groups else { return false }
  // Written in one step: an amount is in every answer many times.
  text.append(addingCapacity: 2 + 4 * max(1, weight + 1) + scale) { span in
    span.withUnsafeMutableBufferPointer { buffer, count in
      func put(_ digit: Int) {
        buffer.initializeElement(at: count, to: UInt8(truncatingIfNeeded: 48 &+ digit))
        count &+= 1
      }
      func group(_ index: Int) -> Int {
        index >= 0 && index < groups ? Int(bytes.bigEndian(at: 8 + 2 * index, as: UInt16.self)) : 0
      }
      if sign == 0x4000 { buffer.initializeElement(at: 0, to: UInt8(ascii: "-")) }
      count = sign == 0x4000 ? 1 : 0
      // Only the first group has no zeros in front.
      let first = weight < 0 ? 0 : group(0)
      if first >= 1_000 { put(first / 1_000 % 10) }
      if first >= 100 { put(first / 100 % 10) }
      if first >= 10 { put(first / 10 % 10) }
      put(first % 10)
      for index in stride(from: 1, through: weight, by: 1) {
        let value = group(index)
        put(value / 1_000 % 10)
        put(value / 100 % 10)
        put(value / 10 % 10)
        put(value % 10)
      }
      guard scale > 0 else { return }
      buffer.initializeElement(at: count, to: UInt8(ascii: "."))
      count += 1
      var value = 0
      for place in 0..<scale {
        if place % 4 == 0 { value = group(weight + 1 + place / 4) }
        put(value / 1_000 % 10)
        value = value % 1_000 * 10
      }
    }
  }
  return true
}

/// The binary form of a number in decimal notation: a sign, digits, and a point with digits. Nil for anything else.
func decimalBytes(_ text: String) -> [UInt8]? {
  if text == "NaN" {
    var bytes: [UInt8] = []
    for part in [0, 0, 0xC000, 0] as [UInt16] { bytes.appendBigEndian(part) }
    return bytes
  }
  var rest = Array(text.utf8)[...]
  var sign: UInt16 = 0
  if rest.first == UInt8(ascii: "-") {
    sign = 0x4000
    rest.removeFirst()
  }
  let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
  var whole = Array(parts[0])
  var fraction = parts.count == 2 ? Array(parts[1]) : []
  guard !whole.isEmpty, parts.count == 1 || !fraction.isEmpty, (whole + fraction).allSatisfy({ (48...57).contains($0) }),
    whole.count <= 131_072, fraction.count <= 16_383
  else { return nil }
  let scale = fraction.count
  whole = [UInt8](repeating: 48, count: (4 - whole.count % 4) % 4) + whole
  fraction += [UInt8](repeating: 48, count: (4 - fraction.count % 4) % 4)
  let digits = whole + fraction
  var groups = stride(from: 0, to: digits.count, by: 4).map { start in
    digits[start..<(start + 4)].reduce(UInt16(0)) { $0 * 10 + UInt16($1 - 48) }
  }[...]
  var weight = whole.count / 4 - 1
  while groups.first == 0 {
    groups.removeFirst()
    weight -= 1
  }
  while groups.last == 0 { groups.removeLast() }
  if groups.isEmpty {
    weight = 0
    sign = 0
  }
  var bytes: [UInt8] = []
  bytes.appendBigEndian(UInt16(groups.count))
  bytes.appendBigEndian(Int16(weight))
  bytes.appendBigEndian(sign)
  bytes.appendBigEndian(UInt16(scale))
  for group in groups { bytes.appendBigEndian(group) }
  return bytes
}
