import Aggregates
import EventSourcing

/// Contacts in a CSV text.
struct ContactFile {
  /// A row that can be imported.
  struct Row {
    var content: ContactContent
    var claim: String
  }

  /// A row that cannot.
  struct Fault {
    /// As in the file, counted from 1 without the heading.
    var row: Int
    var field: String
    var code: ProblemCode
  }

  static let maximumRows = 10_000
  /// What an import reads; only the first is needed.
  static let importedColumns = ["email", "first_name", "last_name", "company", "phone", "country", "city"]

  private let heading: [String]
  private let rows: [[String]]
  private(set) var faults: [Fault] = []

  init(_ csv: String) {
    var rows = CSV.rows(of: csv, limit: Self.maximumRows + 2)
    heading = rows.isEmpty ? [] : rows.removeFirst().map { Self.trimmed($0).lowercased() }
    self.rows = rows
  }

  var rowCount: Int { rows.count }

  /// The column that must be there and is not.
  var missingColumn: String? { heading.contains("email") ? nil : "email" }

  /// The rows that follow the rules, the last one of each address. Notes the others.
  mutating func contents(claim: (String) -> String) -> [Row] {
    var found: [Row] = []
    var places: [String: Int] = [:]
    for (index, fields) in rows.enumerated() {
      func value(_ name: String) -> String? {
        guard let place = heading.firstIndex(of: name), place < fields.count else { return nil }
        let text = Self.trimmed(fields[place])
        return text.isEmpty ? nil : text
      }
      let content = ContactContent(
        email: value("email") ?? "", firstName: value("first_name"), lastName: value("last_name"), company: value("company"),
        phone: value("phone"), country: value("country")?.uppercased(), city: value("city"))
      do throws(FieldError) {
        try content.check()
      } catch {
        faults.append(Fault(row: index + 1, field: error.field, code: error.fieldProblem.code))
        continue
      }
      let row = Row(content: content, claim: claim(content.email))
      if let place = places[row.claim] {
        found[place] = row
      } else {
        places[row.claim] = found.count
        found.append(row)
      }
    }
    return found
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
