import NIOPosix

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Finds the addresses of a host.
public protocol HostResolver: Sendable {
  /// - Returns: at least one, the one to try first in front.
  /// - Throws: when the name is not known, or nobody answers.
  func addresses(of host: String) async throws -> [NetworkAddress]
}

/// The machine's own: `getaddrinfo`, which blocks, so on threads of its own.
public final class SystemHostResolver: HostResolver {
  private let threads = NIOThreadPool(numberOfThreads: 8)

  public init() { threads.start() }

  deinit { threads.shutdownGracefully { _ in } }

  /// The host is not known, for the reason that the system gives.
  public struct NotFound: Error, CustomStringConvertible {
    public let description: String
  }

  public func addresses(of host: String) async throws -> [NetworkAddress] { try await threads.runIfActive { try Self.look(up: host) } }

  private static func look(up host: String) throws -> [NetworkAddress] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &first)
    guard status == 0 else { throw NotFound(description: String(cString: gai_strerror(status))) }
    defer { freeaddrinfo(first) }
    var found: [NetworkAddress] = []
    var next = first
    while let info = next {
      if let address = address(info.pointee), !found.contains(address) { found.append(address) }
      next = info.pointee.ai_next
    }
    guard !found.isEmpty else { throw NotFound(description: "it has no address") }
    return found
  }

  private static func address(_ info: addrinfo) -> NetworkAddress? {
    guard let pointer = info.ai_addr else { return nil }
    switch info.ai_family {
    case AF_INET:
      return pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
        withUnsafeBytes(of: address.pointee.sin_addr) { NetworkAddress(bytes: Array($0)) }
      }
    case AF_INET6:
      return pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
        withUnsafeBytes(of: address.pointee.sin6_addr) { NetworkAddress(bytes: Array($0)) }
      }
    default: return nil
    }
  }
}
