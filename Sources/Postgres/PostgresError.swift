import CLibPQ

/// What went wrong on the way to PostgreSQL or in it.
///
/// `description` names the kind, the code and the statement's name, never SQL, values or the server's words, so it can travel
/// into a log or an answer; `debugDescription` has all of them.
public struct PostgresError: Error, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// The sorts of failure, for a `switch`.
  public enum Kind: Sendable, Hashable {
    /// The server refused the statement. It had no effect, and neither had its transaction.
    case server(SQLState)
    /// The connection ended while the request was under way. Whether it took effect is unknown; it is never sent again silently.
    case connectionLost
    /// No connection could be made: wrong address, password or database, or a server that is down.
    case connectFailed
    /// The request waited longer than the configuration allows, and was not sent.
    case timeout
    /// The task was cancelled: the request was not sent, or the server stopped it.
    case cancelled
    /// The client or the connection was closed before the request was sent.
    case closed
    /// The bounded queue is full; the request was not sent.
    case tooManyWaiting
    /// A value of a result is not of the asked type, or null where none was expected.
    case decoding
    /// A parameter cannot be sent, such as a text that holds U+0000; nothing was sent.
    case invalidParameter
    /// A connection URL or setting that makes no sense.
    case invalidConfiguration
  }

  /// Kept behind one reference: a thrown error is then as small as a pointer.
  final class Storage: Sendable {
    let kind: Kind
    let message: String
    let sqlState: SQLState?
    let detail: String?
    let hint: String?
    let constraint: String?
    let schema: String?
    let table: String?
    let column: String?
    let statementName: String?
    let sql: String?

    init(
      kind: Kind, message: String, sqlState: SQLState? = nil, detail: String? = nil, hint: String? = nil, constraint: String? = nil,
      schema: String? = nil, table: String? = nil, column: String? = nil, statementName: String? = nil, sql: String? = nil
    ) {
      self.kind = kind
      self.message = message
      self.sqlState = sqlState
      self.detail = detail
      self.hint = hint
      self.constraint = constraint
      self.schema = schema
      self.table = table
      self.column = column
      self.statementName = statementName
      self.sql = sql
    }
  }

  let storage: Storage

  init(storage: Storage) { self.storage = storage }

  /// An error of a given kind, for tests and for layers above that fail in the same words.
  public init(_ kind: Kind, _ message: String, statementName: String? = nil) {
    var state: SQLState?
    if case .server(let code) = kind { state = code }
    self.storage = Storage(kind: kind, message: message, sqlState: state, statementName: statementName)
  }

  init(_ kind: Kind, _ message: String, sqlState: SQLState?, statement: PostgresStatement? = nil) {
    self.storage = Storage(
      kind: kind, message: message, sqlState: sqlState, statementName: statement?.name, sql: statement?.sql)
  }

  /// The sort of failure.
  public var kind: Kind { storage.kind }
  /// The server's or the library's words, in the language of either. May hold values.
  public var message: String { storage.message }
  /// The server's code; present for `.server`, and for the other kinds when the server gave one (a refused connection, a shutdown).
  public var sqlState: SQLState? { storage.sqlState }
  /// The server's secondary message; may hold values.
  public var detail: String? { storage.detail }
  /// The server's advice.
  public var hint: String? { storage.hint }
  /// The violated constraint's name.
  public var constraint: String? { storage.constraint }
  /// The schema of the table or object concerned.
  public var schema: String? { storage.schema }
  /// The table concerned.
  public var table: String? { storage.table }
  /// The column concerned.
  public var column: String? { storage.column }
  /// The name of the statement that failed, where there is one.
  public var statementName: String? { storage.statementName }

  /// Whether the same request may succeed when tried again later: lost or refused connections, waits that were too long, conflicts
  /// between transactions, a server short of resources. For `.connectionLost` the request may already have taken effect.
  public var isTransient: Bool {
    switch kind {
    case .connectionLost, .timeout, .tooManyWaiting:
      return true
    case .connectFailed:
      return !Self.isPermanentRefusal(sqlState)
    case .server(let state):
      switch state.classCode {
      case "08", "40", "53": return state != .statementCompletionUnknown
      case "55": return state == .lockNotAvailable || state == .objectInUse
      case "57": return state != .queryCanceled
      default: return false
      }
    case .cancelled, .closed, .decoding, .invalidParameter, .invalidConfiguration:
      return false
    }
  }

  /// A refusal that the next attempt will meet again: password, role, database, privilege.
  static func isPermanentRefusal(_ state: SQLState?) -> Bool {
    guard let state else { return false }
    return ["28", "3D", "42", "22", "0A"].contains(state.classCode)
  }

  /// Kind, code, constraint and statement name; no SQL, no values.
  public var description: String {
    var text = "PostgresError("
    switch kind {
    case .server(let state): text += "server \(state)"
    case .invalidConfiguration, .decoding: text += "\(kind): \(message)"
    default:
      text += "\(kind)"
      if let state = sqlState { text += " \(state)" }
    }
    if let name = statementName, !name.isEmpty { text += ", statement \(name)" }
    if let constraint { text += ", constraint \(constraint)" }
    return text + ")"
  }

  /// Everything known, SQL and the server's words included.
  public var debugDescription: String {
    var text = "PostgresError(kind: \(kind), message: \(message)"
    if let sqlState { text += ", sqlState: \(sqlState)" }
    if let detail { text += ", detail: \(detail)" }
    if let hint { text += ", hint: \(hint)" }
    if let schema { text += ", schema: \(schema)" }
    if let table { text += ", table: \(table)" }
    if let column { text += ", column: \(column)" }
    if let constraint { text += ", constraint: \(constraint)" }
    if let name = statementName { text += ", statement: \(name)" }
    if let sql = storage.sql { text += ", sql: \(sql)" }
    return text + ")"
  }
}

extension PostgresError {
  /// The PostgreSQL failure inside any error of this module: itself, or the deciding one of a failed transaction.
  public static func underlying(_ error: any Error) -> PostgresError? {
    if let error = error as? PostgresError { return error }
    return (error as? PostgresTransactionError)?.postgresError
  }

  static func closed(_ what: String) -> PostgresError { PostgresError(.closed, what) }
  static let cancelled = PostgresError(.cancelled, "the task was cancelled")

  /// Reads an error out of a failed result. A FATAL or PANIC ended the session, hence is a lost connection.
  init(result: OpaquePointer?, statement: PostgresStatement?) {
    func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
    let message =
      field(Diagnostic.messagePrimary) ?? PQresultErrorMessage(result).map { String(cString: $0).trimmedLine() } ?? "no message"
    let state = field(Diagnostic.sqlState).map { SQLState(rawValue: $0) }
    let severity = field(Diagnostic.severity)
    let kind: Kind
    if let state, severity != "FATAL", severity != "PANIC" { kind = .server(state) } else { kind = .connectionLost }
    self.storage = Storage(
      kind: kind, message: message, sqlState: state, detail: field(Diagnostic.detail), hint: field(Diagnostic.hint),
      constraint: field(Diagnostic.constraint), schema: field(Diagnostic.schema), table: field(Diagnostic.table),
      column: field(Diagnostic.column), statementName: statement?.name, sql: statement?.sql)
  }
}

/// Field codes of `PQresultErrorField`; the header's are character macros, which Swift does not import as `Int32`.
enum Diagnostic {
  static let severity = Int32(UInt8(ascii: "V"))
  static let sqlState = Int32(UInt8(ascii: "C"))
  static let messagePrimary = Int32(UInt8(ascii: "M"))
  static let detail = Int32(UInt8(ascii: "D"))
  static let hint = Int32(UInt8(ascii: "H"))
  static let schema = Int32(UInt8(ascii: "s"))
  static let table = Int32(UInt8(ascii: "t"))
  static let column = Int32(UInt8(ascii: "c"))
  static let constraint = Int32(UInt8(ascii: "n"))
}

extension String {
  /// Without the white space and line ends that libpq puts after its messages.
  func trimmedLine() -> String {
    var text = self[...]
    while let last = text.last, last.isWhitespace || last.isNewline { text.removeLast() }
    return String(text)
  }
}
