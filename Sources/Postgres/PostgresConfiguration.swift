/// How much of TLS a connection asks for; the modes are libpq's
/// (<https://www.postgresql.org/docs/15/libpq-ssl.html#LIBPQ-SSL-PROTECTION>).
public enum PostgresTLSMode: String, Sendable, Hashable {
  /// Never encrypted.
  case disable
  /// Encrypted if the server can; no protection against an active attacker.
  case prefer
  /// Encrypted; the certificate is not verified.
  case require
  /// Encrypted, and the certificate must be signed by a trusted authority.
  case verifyCA = "verify-ca"
  /// As `verifyCA`, and the certificate must be the host's.
  case verifyFull = "verify-full"
}

/// Where a database is, who connects, and the bounds of a client.
public struct PostgresConfiguration: Sendable, Hashable {
  /// Host name, address, or the folder of a Unix socket (starting with `/`).
  public var host: String
  /// TCP port, or the number in the socket's name.
  public var port: Int
  /// Database name.
  public var database: String
  /// Role name.
  public var user: String
  /// The role's password; nil where the server asks for none.
  public var password: String?
  /// Encryption and verification.
  public var tlsMode: PostgresTLSMode = .prefer
  /// File with the trusted certificate authorities, for the verifying modes; nil takes libpq's default file.
  public var tlsRootCertificatePath: String?
  /// Shown in `pg_stat_activity`.
  public var applicationName = "comptoir"
  /// Longest time one attempt to connect may take.
  public var connectTimeout: Duration = .seconds(5)
  /// The session's `statement_timeout`; nil leaves the server's default.
  public var statementTimeout: Duration?
  /// The session's `search_path`, as SQL would write it; nil leaves the role's.
  public var searchPath: String?
  /// Whether the session's plans read whole tables only where no index serves (`enable_seqscan` off). For tables that are nearly empty
  /// when a statement is planned, and large while the plan is still in use.
  public var prefersIndexes = false

  /// Number of connections that all tasks share by pipelining. Two were measured to carry what two cores can do.
  public var connections = 2
  /// Most connections that are lent exclusively at one time, by `withConnection` and `withTransaction`; opened when needed.
  public var exclusiveConnections = 8
  /// An exclusive connection that nobody borrowed for this long is closed.
  public var exclusiveIdleTimeout: Duration = .seconds(60)
  /// Most requests that may wait for one connection, and most tasks that may wait for an exclusive one; more are refused with
  /// `.tooManyWaiting`.
  public var maximumWaiting = 10_000
  /// Most requests sent ahead on one connection.
  public var maximumInFlight = 512
  /// Longest wait for a connection, while it is being made again or while all exclusive ones are lent.
  public var waitTimeout: Duration = .seconds(10)
  /// First and longest pause between attempts to connect; it doubles in between, and each pause is drawn at random from its upper half.
  public var reconnectBackoff: ClosedRange<Duration> = .milliseconds(100)...(.seconds(5))
  /// How long `close()` lets running requests and lent connections finish.
  public var closeTimeout: Duration = .seconds(10)

  /// Names the target; the rest has defaults.
  public init(host: String, port: Int = 5432, database: String, user: String, password: String? = nil) {
    self.host = host
    self.port = port
    self.database = database
    self.user = user
    self.password = password
  }
}

extension PostgresConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The target without its password.
  public var description: String {
    "postgres://\(user)@\(host):\(port)/\(database)?sslmode=\(tlsMode.rawValue)"
  }

  /// As `description`: a password must not appear by way of a debugger's or logger's dump either.
  public var debugDescription: String { description }

  /// A mirror without the password.
  public var customMirror: Mirror { Mirror(self, children: ["target": description]) }
}
