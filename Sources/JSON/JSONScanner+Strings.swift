extension JSONScanner {
  /// Scans a string from the byte after its opening quote; the result's end is the closing quote itself.
  ///
  /// Eight bytes at a time: the masks below mark every byte that is a quote, a backslash, a control character or not
  /// ASCII. A borrow can only mark bytes above a true mark, so the lowest mark is exact.
  func skipString(_ start: Int) throws(JSONError) -> Value {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let highs: UInt64 = 0x8080_8080_8080_8080
    var i = start
    var isEscaped = false
    while true {
      if i + 8 <= end {
        let word = UInt64(littleEndian: UnsafeRawPointer(base + i).loadUnaligned(as: UInt64.self))
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let marks =
          (((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash) | ((word &- ones &* 0x20) & ~word) | word)
          & highs
        if marks == 0 {
          i += 8
          continue
        }
        i += marks.trailingZeroBitCount >> 3
      }
      guard i < end else { throw failure(.malformed, at: i) }
      let byte = base[i]
      if byte == UInt8(ascii: "\"") { return Value(end: i, isComplex: isEscaped) }
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        i = try skipEscape(i)
      } else if byte >= 0x80 {
        i = try skipMultibyte(i)
      } else if byte < 0x20 {
        throw failure(.malformed, at: i)
      } else {
        i += 1
      }
    }
  }

  /// One well-formed UTF-8 sequence of two to four bytes: table 3-7 of the Unicode standard.
  private func skipMultibyte(_ start: Int) throws(JSONError) -> Int {
    let lead = base[start]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: throw failure(.invalidUTF8, at: start)
    }
    guard start + length <= end, second.contains(base[start + 1]) else { throw failure(.invalidUTF8, at: start) }
    var i = start + 2
    while i < start + length {
      guard base[i] & 0xC0 == 0x80 else { throw failure(.invalidUTF8, at: start) }
      i += 1
    }
    return start + length
  }

  /// The escape whose backslash is at `start`; a surrogate pair counts as one.
  private func skipEscape(_ start: Int) throws(JSONError) -> Int {
    guard start + 1 < end else { throw failure(.malformed, at: start) }
    switch base[start + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      return start + 2
    case UInt8(ascii: "u"):
      guard let unit = codeUnit(start) else { throw failure(.malformed, at: start) }
      guard rules.strict else { return start + 6 }
      if unit == 0 { throw failure(.nulCharacter, at: start) }
      guard unit & 0xF800 == 0xD800 else { return start + 6 }
      guard unit < 0xDC00, let low = codeUnit(start + 6), low & 0xFC00 == 0xDC00 else {
        throw failure(.loneSurrogate, at: start)
      }
      return start + 12
    default:
      throw failure(.malformed, at: start)
    }
  }

  /// The UTF-16 code unit of a `\uXXXX` at `start`; nil when there is none.
  private func codeUnit(_ start: Int) -> UInt32? {
    guard start + 6 <= end, base[start] == UInt8(ascii: "\\"), base[start + 1] == UInt8(ascii: "u") else { return nil }
    var unit: UInt32 = 0
    for i in start + 2..<start + 6 {
      let digit: UInt8
      switch base[i] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = base[i] - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = base[i] - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = base[i] - UInt8(ascii: "A") + 10
      default: return nil
      }
      unit = unit << 4 | UInt32(digit)
    }
    return unit
  }

  /// The text between two quotes of a string that was scanned before, as a Swift string.
  ///
  /// `isEscaped` is the scan's answer; the scan also checked UTF-8, so nothing is repaired here.
  func decodedString(_ start: Int, _ end: Int, isEscaped: Bool) throws(JSONError) -> String {
    if !isEscaped {
      return String(decoding: UnsafeBufferPointer(start: base + start, count: end - start), as: UTF8.self)
    }
    return String(decoding: try decodedBytes(start, end), as: UTF8.self)
  }

  /// The text between two quotes of a string that was scanned before, escapes resolved, as UTF-8.
  ///
  /// - Throws: `JSONError.Reason.loneSurrogate`, which lenient scanning lets through.
  func decodedBytes(_ start: Int, _ end: Int) throws(JSONError) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(end - start)
    var i = start
    while i < end {
      let byte = base[i]
      guard byte == UInt8(ascii: "\\") else {
        result.append(byte)
        i += 1
        continue
      }
      switch base[i + 1] {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        let (scalar, next) = try decodedScalar(i)
        result.append(contentsOf: UTF8.encode(scalar)!)
        i = next
        continue
      default: result.append(base[i + 1])
      }
      i += 2
    }
    return result
  }

  private func decodedScalar(_ start: Int) throws(JSONError) -> (Unicode.Scalar, next: Int) {
    guard let unit = codeUnit(start) else { throw failure(.malformed, at: start) }
    if let scalar = Unicode.Scalar(unit) { return (scalar, start + 6) }
    // Only surrogates are no scalars.
    guard unit < 0xDC00, let low = codeUnit(start + 6), low & 0xFC00 == 0xDC00,
      let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00)))
    else { throw failure(.loneSurrogate, at: start) }
    return (scalar, start + 12)
  }
}
