/// Where a broker is, who connects, and the bounds of a client.
public struct RabbitMQConfiguration: Sendable, Hashable {
  /// Host name or address.
  public var host: String
  /// TCP port.
  public var port: Int
  /// The virtual host; `/` is the broker's default one.
  public var virtualHost: String
  /// User name.
  public var user: String
  /// The user's password.
  public var password: String
  /// Whether the connection is encrypted, TLS 1.2 or later.
  public var isEncrypted = false
  /// Whether the certificate must be signed by a trusted authority and be the host's. Without, encryption protects from listeners alone.
  public var verifiesCertificate = true
  /// File with the trusted certificate authorities as PEM.
  public var certificateFile = "/etc/ssl/certs/ca-certificates.crt"
  /// Shown in the broker's list of connections.
  public var connectionName = "comptoir"
  /// Each side sends a sign of life at least this often, and takes the other for lost after twice as long. Whole seconds, at least 1.
  public var heartbeat: Duration = .seconds(10)
  /// Longest time one attempt to connect may take, each for the network and for the handshake.
  public var connectTimeout: Duration = .seconds(5)
  /// Longest time the broker may take to answer a question such as a declaration; after that the connection is given up.
  public var answerTimeout: Duration = .seconds(20)
  /// Pauses between attempts to connect: the first, doubled up to the last, each with a random part.
  public var reconnectBackoff: ClosedRange<Duration> = .milliseconds(100) ... .seconds(5)
  /// Longest time a call waits for a connection.
  public var waitTimeout: Duration = .seconds(10)
  /// Messages that may be published and not yet confirmed, per publisher.
  public var maximumInFlight = 512

  public init(host: String, port: Int = 5672, virtualHost: String = "/", user: String, password: String) {
    self.host = host
    self.port = port
    self.virtualHost = virtualHost
    self.user = user
    self.password = password
  }
}

extension RabbitMQConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The broker without the credentials.
  public var description: String {
    let shown = host.contains(":") ? "[\(host)]" : host
    return "\(isEncrypted ? "amqps" : "amqp")://\(shown):\(port)/\(virtualHost == "/" ? "%2F" : virtualHost)"
  }

  /// As `description`: a password must not appear by way of a debugger's or logger's dump either.
  public var debugDescription: String { description }

  /// A mirror without the password.
  public var customMirror: Mirror { Mirror(self, children: ["target": description]) }
}

extension Duration {
  /// Whole milliseconds, rounded down.
  var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
  /// Whole nanoseconds, rounded down.
  var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
