/// Reads an unsigned decimal number as an integer number of its smallest parts.
///
/// `places` is the number of decimals the integer stands for: with 3, `5.5` is 5500. More decimals are accepted only when
/// they are zeros. At most twelve digits in all: no rate or percentage needs them.
/// Returns nil for anything but digits with at most one point between them.
func scaledDecimal(_ text: some StringProtocol, places: Int) -> Int64? {
  guard text.utf8.count <= 13 else { return nil }
  var value: Int64 = 0
  var decimals: Int?
  var hasDigit = false
  for byte in text.utf8 {
    if byte == UInt8(ascii: ".") {
      // A point needs a digit before it, and comes once.
      guard hasDigit, decimals == nil else { return nil }
      decimals = 0
      continue
    }
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    let digit = Int64(byte - UInt8(ascii: "0"))
    hasDigit = true
    if let count = decimals {
      decimals = count + 1
      if count >= places {
        guard digit == 0 else { return nil }
        continue
      }
    }
    value = value * 10 + digit
  }
  // A point needs a digit after it as well.
  guard hasDigit, decimals != 0 else { return nil }
  for _ in min(decimals ?? 0, places)..<places { value *= 10 }
  return value
}

/// Writes what `scaledDecimal` reads, without zeros at the end: 5500 with 3 places is `5.5`.
func decimalText(_ value: Int64, places: Int) -> String {
  var scale: Int64 = 1
  for _ in 0..<places { scale *= 10 }
  let (whole, part) = value.quotientAndRemainder(dividingBy: scale)
  guard part > 0 else { return String(whole) }
  var decimals = String(part + scale).dropFirst()
  while decimals.last == "0" { decimals.removeLast() }
  return "\(whole).\(decimals)"
}
