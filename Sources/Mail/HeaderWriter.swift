/// Writes header fields: folded lines, and encoded words (RFC 2047) for what is not ASCII. Values must hold no control characters.
struct HeaderWriter {
  private(set) var bytes: [UInt8] = []
  /// Longest line before it is folded; the standard's advice is 78.
  private static let lineLength = 76
  /// UTF-8 bytes of one encoded word: with its frame and the longest field name, the line stays within 76.
  private static let wordBytes = 39

  /// A field whose value is ASCII and ours.
  mutating func add(_ name: String, _ value: String) {
    bytes += Array("\(name): \(value)\r\n".utf8)
  }

  /// A field of free text.
  mutating func add(_ name: String, text: String) {
    add(
      name,
      Self.fold(
        Self.mustEncode(text) ? Self.encodedWords(text) : text.split(separator: " ", omittingEmptySubsequences: false).map(String.init),
        after: name.utf8.count + 2))
  }

  /// A field of one address.
  mutating func add(_ name: String, mailbox: MailAddress) {
    guard !mailbox.name.isEmpty else {
      add(name, mailbox.address)
      return
    }
    let isAtom = mailbox.name.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "-") }
    let shown: [String]
    if Self.mustEncode(mailbox.name) {
      shown = Self.encodedWords(mailbox.name)
    } else if isAtom {
      shown = [mailbox.name]
    } else {
      shown = ["\"" + mailbox.name.flatMap { "\"\\".contains($0) ? ["\\", $0] : [$0] } + "\""]
    }
    add(name, Self.fold(shown + ["<\(mailbox.address)>"], after: name.utf8.count + 2))
  }

  /// What is not ASCII, looks like an encoded word, begins or ends with a blank, or has a word too long for a line.
  private static func mustEncode(_ text: String) -> Bool {
    text.utf8.contains { $0 >= 0x80 } || text.contains("=?") || text.hasPrefix(" ") || text.hasSuffix(" ") || text.contains("  ")
      || text.split(separator: " ").contains { $0.utf8.count > 60 }
  }

  private static func encodedWords(_ text: String) -> [String] {
    var words: [String] = []
    var chunk: [UInt8] = []
    // A word holds whole characters.
    for scalar in text.unicodeScalars {
      let bytes = Array(String(scalar).utf8)
      if chunk.count + bytes.count > wordBytes {
        words.append("=?utf-8?B?\(base64(chunk))?=")
        chunk = []
      }
      chunk += bytes
    }
    if !chunk.isEmpty { words.append("=?utf-8?B?\(base64(chunk))?=") }
    return words
  }

  private static func fold(_ words: [String], after used: Int) -> String {
    var line = used
    var text = ""
    for (index, word) in words.enumerated() {
      if index > 0 {
        let breaks = line + 1 + word.utf8.count > lineLength
        text += breaks ? "\r\n " : " "
        line = breaks ? 1 : line + 1
      }
      text += word
      line += word.utf8.count
    }
    return text
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let value = group.enumerated().reduce(UInt32(0)) { $0 | UInt32($1.element) << UInt32(16 - 8 * $1.offset) }
      for index in 0..<4 {
        out.append(index <= group.count ? digits[Int(value >> UInt32(18 - 6 * index)) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
