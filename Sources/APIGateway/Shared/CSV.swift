/// Comma-separated values ([RFC 4180](https://www.rfc-editor.org/rfc/rfc4180)).
enum CSV {
  /// One row with its line break.
  static func row(_ fields: some Sequence<String?>) -> String {
    fields.map { field($0 ?? "") }.joined(separator: ",") + "\r\n"
  }

  /// A field. What a spreadsheet would take for a formula gets an apostrophe in front, which shows it as a text.
  private static func field(_ text: String) -> String {
    let safe = text.unicodeScalars.first.map({ formulas.contains($0) }) == true ? "'" + text : text
    guard safe.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }) else { return safe }
    return "\"\(safe.replacing("\"", with: "\"\""))\""
  }

  private static let formulas: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r"]

  /// The rows of a text, empty lines left out. The apostrophe that `row` writes is taken away again.
  /// - Parameter limit: of rows; whatever is beyond is not read.
  static func rows(of text: String, limit: Int) -> [[String]] {
    var rows: [[String]] = []
    var fields: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    if scalars.first == "\u{FEFF}" { scalars = scalars.dropFirst() }
    func endField() {
      if field.count > 1, field.first == "'", formulas.contains(field[field.index(after: field.startIndex)]) { field.removeFirst() }
      fields.append(String(field))
      field = String.UnicodeScalarView()
    }
    func endRow() {
      endField()
      if fields != [""] { rows.append(fields) }
      fields = []
    }
    while let scalar = scalars.popFirst(), rows.count < limit {
      switch scalar {
      case "\"" where isQuoted:
        if scalars.first == "\"" { field.append(scalars.removeFirst()) } else { isQuoted = false }
      case "\"" where field.isEmpty: isQuoted = true
      case "," where !isQuoted: endField()
      case "\n" where !isQuoted: endRow()
      case "\r" where !isQuoted && scalars.first == "\n": break
      default: field.append(scalar)
      }
    }
    if rows.count < limit, !field.isEmpty || !fields.isEmpty { endRow() }
    return rows
  }
}
