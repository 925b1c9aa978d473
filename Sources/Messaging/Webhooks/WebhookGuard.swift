/// Keeps deliveries from going where only we can go: to hosts of our own network, or to this machine.
///
/// A name can be given another address at any time. So it is looked up when a subscription is made and again for each delivery, all its
/// addresses must be public, and the connection is made to one of those that were checked.
public struct WebhookGuard: Sendable {
  /// Why nothing is sent to an address.
  public enum Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name is not known, or nobody answers.
    case notFound(String)
    /// One of the host's addresses belongs to a private or special range.
    case notPublic
    /// Only this machine may be told without encryption, where that is allowed at all.
    case notEncrypted

    public var description: String {
      switch self {
      case .notFound(let reason): "the host is not found: \(reason)"
      case .notPublic: "the host has an address that is not public"
      case .notEncrypted: "the address does not begin with https://"
      }
    }
  }

  private let resolver: any HostResolver
  private let allowsPrivate: Bool

  /// - Parameter allowsPrivate: whether addresses that are not public may be told, and this machine without encryption; for development
  ///   and tests.
  public init(resolver: any HostResolver = SystemHostResolver(), allowsPrivate: Bool = false) {
    self.resolver = resolver
    self.allowsPrivate = allowsPrivate
  }

  /// The addresses that may be connected to, at least one.
  public func addresses(of url: WebhookURL) async throws(Refusal) -> [NetworkAddress] {
    let found: [NetworkAddress]
    if let literal = url.literal {
      found = [literal]
    } else {
      guard url.isEncrypted || allowsPrivate else { throw .notEncrypted }
      do { found = try await resolver.addresses(of: url.host) } catch { throw .notFound("\(error)") }
    }
    guard url.isEncrypted || allowsPrivate && found.allSatisfy(\.isLoopback) else { throw .notEncrypted }
    guard allowsPrivate || found.allSatisfy(\.isPublic) else { throw .notPublic }
    return found
  }
}
