/// Changes the links of a mail. Like the rest of the service it reads HTML no further than it has to; what it does not understand it leaves
/// as it is.
enum TrackedHTML {
  /// HTML whose links of the web lead elsewhere.
  /// - Parameter replacement: where a link leads instead; nil to leave it.
  static func leading(_ html: String, _ replacement: (String) -> String?) -> String {
    let bytes = Array(html.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * 2)
    var index = 0
    while index < bytes.count {
      guard let start = bytes[index...].firstIndex(of: UInt8(ascii: "<")) else { break }
      result += bytes[index..<start]
      index = start
      if bytes[start...].starts(with: "<!--".utf8) {
        result.append(bytes[start])
        index += 1
        continue
      }
      guard let end = tagEnd(bytes, from: start) else { break }
      if isLink(bytes, at: start), let value = link(bytes, in: start..<end),
        let other = target(String(decoding: bytes[value], as: UTF8.self), replacement)
      {
        result += bytes[start..<value.lowerBound] + Array(MailTemplate.escaped(other).utf8) + bytes[value.upperBound...end]
      } else {
        result += bytes[start...end]
      }
      index = end + 1
    }
    return String(decoding: result + bytes[index...], as: UTF8.self)
  }

  /// HTML that ends with a picture nobody sees.
  static func ending(with picture: String, _ html: String) -> String {
    ended(html, with: #"<img src="\#(MailTemplate.escaped(picture))" width="1" height="1" alt="">"#)
  }

  /// HTML with something more at the end of what it shows.
  static func ended(_ html: String, with more: String) -> String {
    guard let end = html.ranges(of: "</body").last?.lowerBound ?? html.ranges(of: "</BODY").last?.lowerBound else { return html + more }
    return html[..<end] + more + html[end...]
  }

  private static func target(_ value: String, _ replacement: (String) -> String?) -> String? {
    let url = unescaped(value)
    return url.hasPrefix("https://") || url.hasPrefix("http://") ? replacement(url) : nil
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

  /// `<a ` in either case.
  private static func isLink(_ bytes: [UInt8], at start: Int) -> Bool {
    start + 2 < bytes.count && bytes[start + 1] | 0x20 == UInt8(ascii: "a") && isBlank(bytes[start + 2])
  }

  /// Where a tag ends; an angle bracket within quotes does not end it.
  private static func tagEnd(_ bytes: [UInt8], from start: Int) -> Int? {
    var quote: UInt8?
    for index in start..<bytes.count {
      let byte = bytes[index]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: ">") {
        return index
      } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        quote = byte
      }
    }
    return nil
  }

  /// What stands in quotes behind `href=`, outside of other quotes.
  private static func link(_ bytes: [UInt8], in tag: Range<Int>) -> Range<Int>? {
    var index = tag.lowerBound + 2
    while index < tag.upperBound {
      let nameStart = index
      while index < tag.upperBound, bytes[index] != UInt8(ascii: "="), !isBlank(bytes[index]) { index += 1 }
      let name = String(decoding: bytes[nameStart..<index], as: UTF8.self).lowercased()
      while index < tag.upperBound, isBlank(bytes[index]) { index += 1 }
      guard index < tag.upperBound, bytes[index] == UInt8(ascii: "=") else { continue }
      index += 1
      while index < tag.upperBound, isBlank(bytes[index]) { index += 1 }
      guard index < tag.upperBound else { return nil }
      let quote = bytes[index]
      guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
        while index < tag.upperBound, !isBlank(bytes[index]) { index += 1 }
        continue
      }
      guard let end = bytes[(index + 1)..<tag.upperBound].firstIndex(of: quote) else { return nil }
      if name == "href" { return (index + 1)..<end }
      index = end + 1
    }
    return nil
  }

  private static func unescaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
    return text.replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<").replacing("&gt;", with: ">")
      .replacing("&amp;", with: "&")
  }
}
