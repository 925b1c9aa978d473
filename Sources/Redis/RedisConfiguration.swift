import FoundationEssentials

/// Where a Redis is, who asks, and how long it may take.
public struct RedisConfiguration: Sendable {
  /// A name or an address.
  public var host: String
  public var port: Int
  /// Nil for the default user.
  public var user: String?
  /// Nil where none is needed.
  public var password: String?
  /// Number of the database.
  public var database: Int
  /// How long an answer may take. The connection is given up then: answers come in the order of the commands, so one that does not come
  /// holds up all others.
  public var timeout: Duration = .milliseconds(500)
  /// How long connecting and signing in may take.
  public var connectTimeout: Duration = .seconds(2)
  /// The longest pause between two attempts to connect; the first is a fiftieth of it.
  public var longestPause: Duration = .seconds(2)

  /// Names a server; everything else has its default.
  public init(host: String, port: Int = 6379, user: String? = nil, password: String? = nil, database: Int = 0) {
    self.host = host
    self.port = port
    self.user = user
    self.password = password
    self.database = database
  }

  /// Reads `redis://user:password@host:port/database`
  /// ([the registered scheme](https://www.iana.org/assignments/uri-schemes/prov/redis)). Left-out parts: port 6379, database 0. User and
  /// password may be percent-encoded.
  /// - Throws: `InvalidURL`, which never quotes the URL.
  public init(url: String) throws(InvalidURL) {
    if url.hasPrefix("rediss://") { throw InvalidURL(reason: "rediss:// is not spoken: hiredis 0.14 has no TLS") }
    guard url.hasPrefix("redis://") else { throw InvalidURL(reason: "it begins with redis://") }
    guard let parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else { throw InvalidURL(reason: "it names no host") }
    guard parts.query == nil, parts.fragment == nil else { throw InvalidURL(reason: "nothing follows the database's number") }
    let path = parts.path.drop { $0 == "/" }
    guard let database = path.isEmpty ? 0 : Int(path), database >= 0 else {
      throw InvalidURL(reason: "the database is a number of 0 or more")
    }
    let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    self.init(
      host: bare, port: parts.port ?? 6379, user: parts.user.flatMap { $0.isEmpty ? nil : $0 },
      password: parts.password.flatMap { $0.isEmpty ? nil : $0 }, database: database)
  }

  /// An address that cannot be read.
  public struct InvalidURL: Error, CustomStringConvertible {
    let reason: String
    public var description: String { reason }
  }
}
