extension PostgresConfiguration {
  /// Reads `postgres://user:password@host:port/database?key=value`, the form of libpq
  /// (<https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING>), for one host.
  ///
  /// Parts may be percent-encoded. Known keys: `sslmode`, `sslrootcert`, `application_name`, `connect_timeout` (seconds), `host` (a
  /// socket's folder, say), `port`, `user`, `password`, `dbname`; and of our own `statement_timeout` (milliseconds), `search_path`
  /// and `connections`. Left-out parts: port 5432, host `localhost`, database named like the user. Throws `.invalidConfiguration`,
  /// which never quotes the URL.
  public init(url: String) throws(PostgresError) {
    var rest = Substring(url)
    guard let scheme = ["postgres://", "postgresql://"].first(where: { rest.hasPrefix($0) }) else {
      throw Self.invalid("a database URL begins with postgres://")
    }
    rest.removeFirst(scheme.count)

    var query: Substring = ""
    if let mark = rest.firstIndex(of: "?") {
      query = rest[rest.index(after: mark)...]
      rest = rest[..<mark]
    }
    var path: Substring = ""
    if let slash = rest.firstIndex(of: "/") {
      path = rest[rest.index(after: slash)...]
      rest = rest[..<slash]
    }
    var user: String?
    var password: String?
    if let at = rest.lastIndex(of: "@") {
      let parts = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = try Self.decoded(parts[0], "user")
      if parts.count == 2 { password = try Self.decoded(parts[1], "password") }
      rest = rest[rest.index(after: at)...]
    }
    let (host, port) = try Self.address(rest)

    self.init(host: host, port: port, database: "", user: user ?? "", password: password)
    self.database = try Self.decoded(path, "database")
    for pair in query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw Self.invalid("a key without a value in the database URL's query") }
      let key = try Self.decoded(parts[0], "query")
      try set(key, try Self.decoded(parts[1], key))
    }
    if self.user.isEmpty { throw Self.invalid("the database URL names no user") }
    if self.host.isEmpty { self.host = "localhost" }
    if database.isEmpty { database = self.user }
  }

  /// The URL that ``init(url:)`` reads back, password included: for handing a target to another process, never for a log.
  public func urlWithPassword() -> String {
    var text = "postgres://" + Self.encoded(user)
    if let password { text += ":" + Self.encoded(password) }
    let isFolder = host.hasPrefix("/")
    let shownHost = host.contains(":") ? "[\(host)]" : Self.encoded(host)
    text += "@" + (isFolder ? "" : shownHost) + ":\(port)/" + Self.encoded(database)
    var pairs = ["sslmode=\(tlsMode.rawValue)"]
    if isFolder { pairs.append("host=" + Self.encoded(host)) }
    if let tlsRootCertificatePath { pairs.append("sslrootcert=" + Self.encoded(tlsRootCertificatePath)) }
    if let searchPath { pairs.append("search_path=" + Self.encoded(searchPath)) }
    if let statementTimeout { pairs.append("statement_timeout=\(statementTimeout.milliseconds)") }
    return text + "?" + pairs.joined(separator: "&")
  }

  private mutating func set(_ key: String, _ value: String) throws(PostgresError) {
    switch key {
    case "sslmode":
      // libpq's `allow` differs from `prefer` in the order of attempts only, and protects no more.
      guard let mode = value == "allow" ? .prefer : PostgresTLSMode(rawValue: value) else {
        throw Self.invalid("sslmode is one of disable, prefer, require, verify-ca, verify-full")
      }
      tlsMode = mode
    case "sslrootcert": tlsRootCertificatePath = value
    case "application_name": applicationName = value
    case "connect_timeout":
      connectTimeout = .seconds(try Self.number(value, key, 1...3600))
    case "statement_timeout":
      statementTimeout = .milliseconds(try Self.number(value, key, 0...Int(Int32.max)))
    case "connections": connections = try Self.number(value, key, 1...64)
    case "search_path": searchPath = value
    case "host": host = value
    case "port": port = try Self.number(value, key, 1...65535)
    case "user": user = value
    case "password": password = value
    case "dbname": database = value
    default: throw Self.invalid("unknown key \(key) in the database URL's query")
    }
  }

  private static func address(_ text: Substring) throws(PostgresError) -> (host: String, port: Int) {
    var host = text
    var port: Substring?
    if text.hasPrefix("[") {
      guard let end = text.firstIndex(of: "]") else { throw invalid("an IPv6 address without its closing bracket") }
      host = text[text.index(after: text.startIndex)..<end]
      let rest = text[text.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { throw invalid("text between an IPv6 address and its port") }
      if !rest.isEmpty { port = rest.dropFirst() }
    } else if let colon = text.firstIndex(of: ":") {
      host = text[..<colon]
      port = text[text.index(after: colon)...]
    }
    if host.contains(",") { throw invalid("a database URL names one host") }
    let name = try decoded(host, "host")
    guard let port, !port.isEmpty else { return (name, 5432) }
    return (name, try number(String(port), "port", 1...65535))
  }

  private static func number(_ text: String, _ what: String, _ range: ClosedRange<Int>) throws(PostgresError) -> Int {
    guard let value = Int(text), range.contains(value) else {
      throw invalid("\(what) is a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private static func decoded(_ text: Substring, _ what: String) throws(PostgresError) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let high = hexValue(rest.removeFirst()), let low = hexValue(rest.removeFirst()) else {
        throw invalid("a broken percent-escape in the database URL's \(what)")
      }
      bytes.append(high << 4 | low)
    }
    guard let decoded = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw invalid("the database URL's \(what) is no UTF-8 text")
    }
    return decoded
  }

  private static func hexValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 55
    default: nil
    }
  }

  /// Escapes everything but RFC 3986's unreserved characters.
  private static func encoded(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func invalid(_ message: String) -> PostgresError { PostgresError(.invalidConfiguration, message) }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
  /// Whole nanoseconds, rounded down.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
