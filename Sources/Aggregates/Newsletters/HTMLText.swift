/// What the service must know of HTML: whether its elements are closed, and how it reads as plain text. No parser of a browser: mails are
/// written by staff, and what this does not understand is refused.
enum HTMLText {
  private enum Token {
    case text(Substring)
    /// With where it leads, for `<a href="…">`.
    case open(String, link: String?)
    /// `<br/>`, a comment, a declaration.
    case single(String)
    case close(String)
  }

  /// Elements without content.
  private static let void: Set<String> = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr",
  ]
  /// Elements whose content is no HTML and is never shown.
  private static let raw: Set<String> = ["script", "style", "title"]
  /// Elements that begin and end a line.
  private static let blocks: Set<String> = [
    "address", "article", "blockquote", "div", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "ol", "p", "section", "table",
    "tr", "ul",
  ]
  private static let entities: [String: String] = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "euro": "€", "copy": "©",
  ]

  /// Whether every element that is opened is closed, in order.
  static func isWellFormed(_ html: String) -> Bool {
    guard let tokens = tokens(of: html) else { return false }
    var open: [String] = []
    for token in tokens {
      switch token {
      case .text, .single: break
      case .open(let name, _): open.append(name)
      case .close(let name): guard open.popLast() == name else { return false }
      }
    }
    return open.isEmpty
  }

  /// The text of a document, a line for each block, with the addresses of its links.
  static func plain(_ html: String) -> String {
    guard let tokens = tokens(of: html) else { return html }
    var lines: [String] = [""]
    var hidden = 0
    var links: [String?] = []
    for token in tokens {
      switch token {
      case .text(let text):
        guard hidden == 0 else { continue }
        let words = decoded(text).split(whereSeparator: \.isWhitespace).joined(separator: " ")
        if text.first?.isWhitespace == true { endWord(&lines) }
        guard !words.isEmpty else { continue }
        lines[lines.count - 1] += words
        if text.last?.isWhitespace == true { endWord(&lines) }
      case .open(let name, let link):
        if raw.contains(name) { hidden += 1 }
        if name == "a" { links.append(link) }
        if blocks.contains(name) { lines.append("") }
      case .close(let name):
        if raw.contains(name) { hidden -= 1 }
        if name == "a", let link = links.popLast() ?? nil, !lines[lines.count - 1].hasSuffix(link) {
          endWord(&lines)
          lines[lines.count - 1] += "(\(link))"
        }
        if blocks.contains(name) { lines.append("") }
      case .single(let name): if name == "br" || name == "hr" { lines.append("") }
      }
    }
    return lines.map { String($0.reversed().drop(while: \.isWhitespace).reversed()) }.filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// One space after the last word, however much white space there is.
  private static func endWord(_ lines: inout [String]) {
    guard let last = lines.last, !last.isEmpty, !last.hasSuffix(" ") else { return }
    lines[lines.count - 1] += " "
  }

  /// Nil where a tag has no end or no name.
  private static func tokens(of html: String) -> [Token]? {
    var tokens: [Token] = []
    var rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      if start > rest.startIndex { tokens.append(.text(rest[..<start])) }
      rest = rest[start...]
      if rest.hasPrefix("<!--") {
        guard let end = rest.firstRange(of: "-->") else { return nil }
        rest = rest[end.upperBound...]
        continue
      }
      guard let end = tagEnd(rest) else { return nil }
      let tag = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!") { continue }
      let isClosing = tag.hasPrefix("/")
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == ":" }.lowercased()
      guard !name.isEmpty else { return nil }
      if isClosing {
        tokens.append(.close(name))
      } else if void.contains(name) || tag.hasSuffix("/") {
        tokens.append(.single(name))
      } else {
        tokens.append(.open(name, link: name == "a" ? link(of: tag) : nil))
        guard raw.contains(name) else { continue }
        guard let end = rest.firstRange(of: "</\(name)") else { return nil }
        rest = rest[end.lowerBound...]
      }
    }
    if !rest.isEmpty { tokens.append(.text(rest)) }
    return tokens
  }

  /// What stands in quotes behind `href=`.
  private static func link(of tag: Substring) -> String? {
    guard let start = tag.firstRange(of: "href=")?.upperBound, start < tag.endIndex else { return nil }
    let quote = tag[start]
    guard quote == "\"" || quote == "'" else { return nil }
    let link = tag[tag.index(after: start)...].prefix { $0 != quote }
    return link.isEmpty ? nil : decoded(link)
  }

  /// Where a tag ends; an angle bracket within quotes does not end it.
  private static func tagEnd(_ tag: Substring) -> Substring.Index? {
    var quote: Character?
    for index in tag.indices {
      switch (tag[index], quote) {
      case (">", nil): return index
      case (let mark, let open?) where mark == open: quote = nil
      case ("\"", nil), ("'", nil): quote = tag[index]
      default: break
      }
    }
    return nil
  }

  private static func decoded(_ text: Substring) -> String {
    var result = ""
    var rest = text
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      rest = rest[rest.index(after: mark)...]
      guard let end = rest.firstIndex(of: ";"), let character = character(rest[..<end]) else {
        result += "&"
        continue
      }
      result += character
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  private static func character(_ entity: Substring) -> String? {
    guard entity.hasPrefix("#") else { return entities[String(entity)] }
    let digits = entity.dropFirst()
    let number = digits.first.map { $0 == "x" || $0 == "X" } == true ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    return number.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
  }
}
