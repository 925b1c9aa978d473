import FoundationEssentials

/// Where an S3 object storage is, who asks, and the bounds of a client.
public struct ObjectStorageConfiguration: Sendable {
  /// How a bucket is named in an address.
  public enum Addressing: String, Sendable, Hashable {
    /// `https://host/bucket/key`: what most storages of one's own understand.
    case path
    /// `https://bucket.host/key`: what Amazon S3 wants of new buckets.
    case virtual
  }

  /// Why an address cannot be used.
  public struct InvalidURL: Error, CustomStringConvertible {
    public let description: String
  }

  /// Where requests go.
  public var endpoint: Endpoint
  /// Where presigned addresses lead, when clients reach the storage by another name than this program does.
  public var publicEndpoint: Endpoint
  public var addressing = Addressing.path
  /// Part of every signature; storages of one's own accept any that they are not told to refuse.
  public var region = "us-east-1"
  /// Names the credentials; not secret.
  public var accessKey: String
  /// Signs requests; never sent.
  public var secretKey: String

  /// Longest time to connect.
  public var connectTimeout: Duration = .seconds(5)
  /// Longest time until an answer begins, and longest pause within one.
  public var answerTimeout: Duration = .seconds(30)
  /// How often a request is sent that fails in a way that may pass; 1 is no second time.
  public var attempts = 4
  /// Pauses between attempts: the first is drawn between zero and `lowerBound`; the limit doubles up to `upperBound`.
  public var backoff: ClosedRange<Duration> = .milliseconds(100)...(.seconds(2))
  /// Longest description of an error or list of objects that is read, in bytes.
  public var maximumDocumentBytes = 1 << 22

  /// - Parameters:
  ///   - url: `http://host:port` or `https://host`; TLS by the scheme, with the system's certificate authorities.
  ///   - publicURL: the same for clients; nil when it is the same.
  /// - Throws: `InvalidURL`.
  public init(url: String, publicURL: String? = nil, accessKey: String, secretKey: String) throws(InvalidURL) {
    endpoint = try Endpoint(url)
    publicEndpoint = try publicURL.map { text throws(InvalidURL) in try Endpoint(text) } ?? endpoint
    self.accessKey = accessKey
    self.secretKey = secretKey
  }

  /// Scheme and host of a storage.
  public struct Endpoint: Sendable, Hashable {
    /// `http` or `https`.
    public let scheme: String
    /// As in a `Host` header: with the port unless it is the scheme's own.
    public let host: String

    init(_ text: String) throws(InvalidURL) {
      guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
        let host = parts.host, !host.isEmpty
      else {
        // The text itself is left out: somebody may have put credentials into it.
        throw InvalidURL(description: "an object storage's address is http://host:port or https://host")
      }
      guard ["", "/"].contains(parts.path), parts.query == nil, parts.fragment == nil, parts.user == nil, parts.password == nil else {
        throw InvalidURL(description: "an object storage's address has no path, query or credentials in it")
      }
      self.scheme = scheme
      let usual = scheme == "http" ? 80 : 443
      self.host = parts.port.map { $0 == usual ? host : "\(host):\($0)" } ?? host
    }
  }
}

extension ObjectStorageConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The storage without its credentials.
  public var description: String { "\(endpoint.scheme)://\(endpoint.host)" }

  /// As `description`: a key must not appear by way of a debugger's or logger's dump either.
  public var debugDescription: String { description }

  /// A mirror without the keys.
  public var customMirror: Mirror { Mirror(self, children: ["target": description]) }
}
