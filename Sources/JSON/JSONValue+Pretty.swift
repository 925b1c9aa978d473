extension JSONValue {
  /// JSON for people, two spaces a level: what fits into 120 characters stands on one line. The same value gives the same text.
  public var prettyText: String {
    var lines = ""
    write(into: &lines, indent: 0, used: 0)
    return lines
  }

  /// - Parameter used: characters of the line that are taken before and behind the value.
  private func write(into text: inout String, indent: Int, used: Int) {
    let line = singleLine
    if indent * 2 + used + line.unicodeScalars.count <= 120 {
      text += line
      return
    }
    let margin = String(repeating: "  ", count: indent + 1)
    func write<Part>(_ parts: [Part], _ open: String, _ close: String, _ one: (Part) -> Void) {
      text += open
      for (index, part) in parts.enumerated() {
        text += index == 0 ? "\n\(margin)" : ",\n\(margin)"
        one(part)
      }
      text += "\n\(String(repeating: "  ", count: indent))\(close)"
    }
    switch self {
    case .object(let members) where !members.isEmpty:
      write(members, "{", "}") { key, value in
        let key = JSONValue.string(key).serializedText + ": "
        text += key
        // One for the comma.
        value.write(into: &text, indent: indent + 1, used: key.unicodeScalars.count + 1)
      }
    case .array(let elements) where !elements.isEmpty:
      write(elements, "[", "]") { $0.write(into: &text, indent: indent + 1, used: 1) }
    default: text += line
    }
  }

  private var singleLine: String {
    switch self {
    case .object(let members) where !members.isEmpty:
      "{ " + members.map { "\(JSONValue.string($0.key).serializedText): \($0.value.singleLine)" }.joined(separator: ", ") + " }"
    case .array(let elements): "[" + elements.map(\.singleLine).joined(separator: ", ") + "]"
    default: serializedText
    }
  }
}
