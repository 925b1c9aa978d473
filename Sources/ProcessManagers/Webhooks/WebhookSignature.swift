import Crypto
public import EventSourcing
import FoundationEssentials

/// Signs and checks what is told by HTTP, by [Standard Webhooks](https://www.standardwebhooks.com) 1.0: HMAC-SHA256 over
/// `id.timestamp.body`.
public struct WebhookSignature: Sendable {
  private let secret: SymmetricKey
  /// How far the sender's clock may be from ours, in seconds.
  private static let tolerance: Int64 = 300

  /// - Parameter secret: `whsec_` and the Base64 of 24 to 64 bytes; nil when it is not that.
  public init?(secret: String) {
    guard secret.hasPrefix("whsec_"), let bytes = Data(base64Encoded: String(secret.dropFirst(6))), (24...64).contains(bytes.count) else {
      return nil
    }
    self.secret = SymmetricKey(data: bytes)
  }

  /// Whether a message is signed with our secret, and fresh.
  /// - Parameters:
  ///   - signatures: the header's value: one or more, with blanks between them.
  ///   - sent: seconds since 1970, as the header says.
  public func isGenuine(_ signatures: String, id: String, sent: String, body: [UInt8], now: Timestamp) -> Bool {
    guard (1...255).contains(id.utf8.count), let seconds = Int64(sent), abs(now.rawValue / 1_000_000 - seconds) <= Self.tolerance else {
      return false
    }
    let signed = Array("\(id).\(sent).".utf8) + body
    return signatures.split(separator: " ").contains { signature in
      guard signature.hasPrefix("v1,"), let code = Data(base64Encoded: String(signature.dropFirst(3))) else { return false }
      return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: secret)
    }
  }

  /// The signature of a message, as its sender writes it.
  /// - Parameter timestamp: seconds since 1970.
  public func sign(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(timestamp).".utf8) + body, using: secret)
    return "v1," + Data(code).base64EncodedString()
  }
}
