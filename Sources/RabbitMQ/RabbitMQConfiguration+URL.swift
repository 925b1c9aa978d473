import FoundationEssentials

extension RabbitMQConfiguration {
  /// Reads `amqp://user:password@host:port/vhost` or `amqps://…` (<https://www.rabbitmq.com/docs/uri-spec>), and after it the options
  /// `heartbeat` (seconds), `cacertfile` and `verify=verify_none` (<https://www.rabbitmq.com/docs/uri-query-parameters>).
  ///
  /// Left-out ports are 5672 and 5671. A missing or empty virtual host is the default one, `/`. User, password and virtual host may be
  /// percent-encoded.
  /// - Throws: `.invalidConfiguration`, which never quotes the address.
  public init(url: String) throws(RabbitMQError) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(), ["amqp", "amqps"].contains(scheme),
      let host = parts.host, !host.isEmpty, let user = parts.user, let password = parts.password
    else { throw Self.invalid("a broker's address is amqp://user:password@host:port/vhost or amqps://…") }
    // The encoded path, since a virtual host may hold a slash, written %2F.
    guard parts.fragment == nil, !parts.percentEncodedPath.dropFirst().contains("/") else {
      throw Self.invalid("a broker's address has one virtual host and no fragment")
    }
    let path = parts.path.dropFirst()
    self.init(
      host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host, port: parts.port ?? (scheme == "amqps" ? 5671 : 5672),
      virtualHost: path.isEmpty ? "/" : String(path), user: user, password: password)
    isEncrypted = scheme == "amqps"
    for item in parts.queryItems ?? [] {
      switch (item.name, item.value ?? "") {
      case ("heartbeat", let value):
        guard let seconds = Int(value), 1...3600 ~= seconds else { throw Self.invalid("heartbeat is a number of seconds, 1 to 3600") }
        heartbeat = .seconds(seconds)
      case ("cacertfile", let value) where isEncrypted && !value.isEmpty: certificateFile = value
      case ("verify", "verify_peer") where isEncrypted: verifiesCertificate = true
      case ("verify", "verify_none") where isEncrypted: verifiesCertificate = false
      default: throw Self.invalid("the option \(item.name) is not known for this kind of address, or not with this value")
      }
    }
    for text in [host, user, password, virtualHost] where text.utf8.contains(0) {
      throw Self.invalid("a broker's address holds a character that cannot be sent")
    }
  }

  private static func invalid(_ message: String) -> RabbitMQError { RabbitMQError(.invalidConfiguration, message) }
}
