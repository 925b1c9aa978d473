#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An address of the Internet Protocol, version 4 or 6.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
  /// 4 or 16, in the order of the network.
  public let bytes: [UInt8]

  /// - Parameter text: `192.0.2.1` or `2001:db8::1`, as `inet_pton` takes it; nil for anything else.
  public init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  /// - Parameter bytes: 4 or 16.
  init(bytes: [UInt8]) {
    precondition(bytes.count == 4 || bytes.count == 16, "no address has \(bytes.count) bytes")
    self.bytes = bytes
  }

  public var description: String {
    if bytes.count == 4 { return bytes.map { String($0) }.joined(separator: ".") }
    return stride(from: 0, to: 16, by: 2).map { String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
  }

  /// The machine itself.
  public var isLoopback: Bool { bytes.count == 4 ? bytes[0] == 127 : self == Self.loopback6 }

  private static let loopback6 = NetworkAddress("::1")!

  /// Whether it is one that anybody on the Internet may be asked at: none of the
  /// [special-purpose ranges of IPv4](https://www.iana.org/assignments/iana-ipv4-special-registry), and of IPv6 only global unicast
  /// without [its special-purpose ranges](https://www.iana.org/assignments/iana-ipv6-special-registry). So no address that stands for
  /// one of IPv4 (mapped, NAT64, 6to4, Teredo) is public, whatever it stands for.
  public var isPublic: Bool {
    bytes.count == 4
      ? !Self.special4.contains { $0.contains(self) } : Self.unicast6.contains(self) && !Self.special6.contains { $0.contains(self) }
  }

  private static let special4 = [
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
    "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
  ].map(Block.init)
  private static let unicast6 = Block("2000::/3")
  private static let special6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"].map(Block.init)

  /// Addresses that begin alike.
  private struct Block: Sendable {
    let start: [UInt8]
    let bits: Int

    init(_ text: String) {
      let parts = text.split(separator: "/")
      start = NetworkAddress(String(parts[0]))!.bytes
      bits = Int(parts[1])!
    }

    func contains(_ address: NetworkAddress) -> Bool {
      guard address.bytes.count == start.count else { return false }
      let whole = bits / 8
      guard address.bytes.prefix(whole) == start.prefix(whole) else { return false }
      let rest = bits % 8
      return rest == 0 || (address.bytes[whole] ^ start[whole]) >> (8 - rest) == 0
    }
  }
}
