import Crypto
import FoundationEssentials

/// What a role may do with a database.
public enum DatabaseRole: String, Sendable, Hashable, CaseIterable {
  /// Owns the objects; nobody logs in as it, the administrator acts for it.
  case owner
  /// Writes the projected rows of a read database, and follows the log.
  case projector
  /// Reads a read database.
  case reader
  /// Uses a database that is no read database.
  case app

  /// Those of a database, by whether it is a read database.
  static func all(hasGenerations: Bool) -> [DatabaseRole] {
    hasGenerations ? [.owner, .projector, .reader] : [.owner, .app]
  }
}

/// Names of databases and roles on one server, and the roles' passwords.
///
/// A prefix keeps several installations on one server apart; tests use it.
struct ClusterNames: Sendable {
  let prefix: String
  let passwordSeed: String

  func database(_ name: String) -> String { prefix + name }

  func role(_ role: DatabaseRole, of database: String) -> String { "\(prefix)\(database)_\(role.rawValue)" }

  /// Hex HMAC-SHA256 of the role's name under the seed, so that every process can work it out.
  func password(of role: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array(role.utf8), using: SymmetricKey(data: Array(passwordSeed.utf8)))
    return code.map { hexByte($0) }.joined()
  }

  /// A script with the prefix before each name of a role in it.
  func adapted(_ sql: String, databases: [String]) -> String {
    guard !prefix.isEmpty else { return sql }
    var names = Set<Substring>()
    for database in databases {
      for role in DatabaseRole.allCases { names.insert("\(database)_\(role.rawValue)") }
    }
    // Word by word: a name inside a longer one is another name.
    var adapted = ""
    var rest = sql[...]
    while !rest.isEmpty {
      let word = rest.prefix { $0 == "_" || $0.isLetter || $0.isNumber }
      if word.isEmpty {
        adapted.append(rest.removeFirst())
      } else {
        if names.contains(word) { adapted += prefix }
        adapted += word
        rest = rest.dropFirst(word.count)
      }
    }
    return adapted
  }
}

/// A name in double quotes.
func quoted(_ name: String) -> String {
  "\"" + name.replacing("\"", with: "\"\"") + "\""
}
