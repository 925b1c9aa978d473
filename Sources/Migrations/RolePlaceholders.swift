/// Names of roles that a shared migration leaves open: `:"owner"` is the owner of the database it is applied to.
///
/// The spelling is psql's for a variable that is inserted as an identifier, so that an editor of SQL knows it; `::"type"` is a cast
/// there as here. A role's name always comes in quoted, so that no name can end the identifier and become a statement.
enum RolePlaceholders {
  /// The names between the quotes, in order and with repetitions.
  static func names(in sql: String) -> [Substring] {
    pieces(of: sql).compactMap { if case .placeholder(let name) = $0 { name } else { nil } }
  }

  /// The script with each placeholder replaced by what `role` says of its name, as a quoted identifier.
  static func filled(_ sql: String, with role: (DatabaseRole) -> String) -> String {
    var filled = ""
    for piece in pieces(of: sql) {
      switch piece {
      case .text(let text): filled += text
      case .placeholder(let name):
        guard let kind = DatabaseRole(rawValue: String(name)) else { preconditionFailure("a migration was read with a wrong placeholder") }
        filled += quoted(role(kind))
      }
    }
    return filled
  }

  private enum Piece {
    case text(Substring)
    case placeholder(Substring)
  }

  private static func pieces(of sql: String) -> [Piece] {
    var pieces: [Piece] = []
    var (rest, begin) = (sql[...], sql.startIndex)
    while let colon = rest.firstIndex(of: ":") {
      let next = sql.index(after: colon)
      let isCast = colon > sql.startIndex && sql[sql.index(before: colon)] == ":"
      rest = sql[next...]
      guard !isCast, rest.first == "\"" else { continue }
      let name = rest.dropFirst().prefix { $0 != "\"" && !$0.isNewline }
      guard name.endIndex < sql.endIndex, sql[name.endIndex] == "\"" else { continue }
      pieces += [.text(sql[begin..<colon]), .placeholder(name)]
      begin = sql.index(after: name.endIndex)
      rest = sql[begin...]
    }
    return pieces + [.text(sql[begin...])]
  }
}
