import FoundationEssentials

/// Where mail is handed over, and the bounds of a client.
public struct SMTPConfiguration: Sendable {
  /// How the connection is kept from listeners.
  public enum Security: Sendable, Hashable {
    /// Not at all: for a server on the same machine.
    case none
    /// TLS begins before anything but the greeting was said; a server that does not offer it is left.
    case startTLS
    /// TLS from the first byte.
    case tls
  }

  /// Why an address cannot be used.
  public struct InvalidURL: Error, CustomStringConvertible {
    public let description: String
  }

  /// A name, or an IP address without brackets.
  public var host: String
  public var port: Int
  public var security: Security
  /// Empty for none.
  public var user: String
  public var password: String
  /// Certificate authorities as PEM, in place of the system's.
  public var certificateFile: String?
  /// Mails under way at once, each on a connection and a thread of its own.
  public var connections = 4
  /// Longest time to connect.
  public var connectTimeout: Duration = .seconds(10)
  /// Longest time for one mail, from connecting to the server's answer.
  public var timeout: Duration = .seconds(30)

  /// - Parameter url: `smtp://user:password@host:port`: STARTTLS is required unless `?starttls=never` follows; or
  ///   `smtps://…`: TLS from the first byte. Left-out ports are 587 and 465; user and password may be percent-encoded, or left out.
  /// - Throws: `InvalidURL`, which never quotes the address.
  public init(url: String) throws(InvalidURL) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(), ["smtp", "smtps"].contains(scheme),
      let host = parts.host, !host.isEmpty
    else { throw InvalidURL(description: "a mail server's address is smtp://user:password@host:port or smtps://…") }
    guard ["", "/"].contains(parts.path), parts.fragment == nil else {
      throw InvalidURL(description: "a mail server's address has no path or fragment")
    }
    switch (scheme, parts.query ?? "") {
    case ("smtps", ""): security = .tls
    case ("smtp", ""): security = .startTLS
    case ("smtp", "starttls=never"): security = .none
    default: throw InvalidURL(description: "a mail server's address may end in ?starttls=never after smtp://, and in nothing else")
    }
    self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
    port = parts.port ?? (scheme == "smtps" ? 465 : 587)
    user = parts.user ?? ""
    password = parts.password ?? ""
  }

  /// As libcurl reads it, without the credentials.
  var url: String {
    let shown = host.contains(":") ? "[\(host)]" : host
    return "\(security == .tls ? "smtps" : "smtp")://\(shown):\(port)"
  }
}

extension SMTPConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The server without the credentials.
  public var description: String { url }

  /// As `description`: a password must not appear by way of a debugger's or logger's dump either.
  public var debugDescription: String { description }

  /// A mirror without the password.
  public var customMirror: Mirror { Mirror(self, children: ["target": description]) }
}
