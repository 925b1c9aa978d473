/// Writes a binary `numeric` in decimal notation, with as many digits after the point as its scale says.
///
/// The form is that of `numeric_send` (the server's numeric.c): four 16-bit numbers (count of digit groups, weight of the first, sign,
/// scale), then groups of four decimal digits. Nil when the bytes are not such a number.
func decimalText(_ bytes: UnsafeRawBufferPointer) -> String? {
  guard bytes.count >= 8 else { return nil }
  let groups = Int(bytes.bigEndian(at: 0, as: UInt16.self))
  let weight = Int(bytes.bigEndian(at: 2, as: Int16.self))
  let sign = bytes.bigEndian(at: 4, as: UInt16.self)
  let scale = Int(bytes.bigEndian(at: 6, as: UInt16.self))
  switch sign {
  case 0xC000: return "NaN"
  case 0xD000: return "Infinity"
  case 0xF000: return "-Infinity"
  case 0x0000, 0x4000: break
  default: return nil
  }
  guard bytes.count == 8 + 2 * groups else { return nil }
  func group(_ index: Int) -> Int {
    index >= 0 && index < groups ? Int(bytes.bigEndian(at: 8 + 2 * index, as: UInt16.self)) : 0
  }
  var text: [UInt8] = []
  if sign == 0x4000 { text.append(UInt8(ascii: "-")) }
  if weight < 0 {
    text.append(UInt8(ascii: "0"))
  } else {
    text.append(contentsOf: String(group(0)).utf8)
    for index in stride(from: 1, through: weight, by: 1) { text.append(fourDigits: group(index)) }
  }
  if scale > 0 {
    text.append(UInt8(ascii: "."))
    let end = text.count + scale
    var index = weight + 1
    while text.count < end {
      text.append(fourDigits: group(index))
      index += 1
    }
    text.removeLast(text.count - end)
  }
  return String(decoding: text, as: UTF8.self)
}

extension [UInt8] {
  fileprivate mutating func append(fourDigits value: Int) {
    append(UInt8(48 + value / 1000 % 10))
    append(UInt8(48 + value / 100 % 10))
    append(UInt8(48 + value / 10 % 10))
    append(UInt8(48 + value % 10))
  }
}
