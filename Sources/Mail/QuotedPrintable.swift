/// Text as lines of at most 76 ASCII characters (RFC 2045), which no server on the way changes.
enum QuotedPrintable {
  private static let lineLength = 76
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// Line breaks of any kind become CRLF; the last line is ended.
  static func encode(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(text.utf8.count + text.utf8.count / 16)
    var line: [UInt8] = []
    let bytes = Array(text.utf8)
    var index = 0
    func flush() {
      write(line, to: &out)
      line.removeAll(keepingCapacity: true)
    }
    while index < bytes.count {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "\r"):
        if index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
        flush()
      case UInt8(ascii: "\n"): flush()
      default: line.append(byte)
      }
    }
    if !line.isEmpty { flush() }
    return out
  }

  private static func write(_ line: [UInt8], to out: inout [UInt8]) {
    var length = 0
    for (index, byte) in line.enumerated() {
      let isLast = index == line.count - 1
      let isBlank = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
      // A blank that ends a line is lost on the way. (A dot that begins one is doubled by libcurl.)
      let isPlain = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "=")
      let encoded = isPlain || (isBlank && !isLast) ? [byte] : [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      // Room for the soft break, unless the line ends here.
      if length + encoded.count > (isLast ? lineLength : lineLength - 1) {
        out += Array("=\r\n".utf8)
        length = 0
      }
      out += encoded
      length += encoded.count
    }
    out += Array("\r\n".utf8)
  }
}
