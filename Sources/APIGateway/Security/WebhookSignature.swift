import Crypto
import EventSourcing
import FoundationEssentials
import HTTPTypes

/// Checks what a mail provider sends, by [Standard Webhooks](https://www.standardwebhooks.com) 1.0: HMAC-SHA256 over `id.timestamp.body`.
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

  /// The id of a message that is signed and fresh; nil for any other.
  func id(of head: HTTPFields, body: [UInt8], now: Timestamp) -> String? {
    guard let id = head[.webhookID], (1...255).contains(id.utf8.count), let sent = head[.webhookTimestamp], let seconds = Int64(sent),
      abs(now.rawValue / 1_000_000 - seconds) <= Self.tolerance, let signatures = head[.webhookSignature]
    else { return nil }
    let signed = Array("\(id).\(sent).".utf8) + body
    let isOurs = signatures.split(separator: " ").contains { signature in
      guard signature.hasPrefix("v1,"), let code = Data(base64Encoded: String(signature.dropFirst(3))) else { return false }
      return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: signed, using: secret)
    }
    return isOurs ? id : nil
  }

  /// The signature of a message, as a sender writes it; for tests.
  func sign(id: String, timestamp: Int64, body: [UInt8]) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Array("\(id).\(timestamp).".utf8) + body, using: secret)
    return "v1," + Data(code).base64EncodedString()
  }
}

extension HTTPField.Name {
  static let webhookID = HTTPField.Name("webhook-id")!
  static let webhookTimestamp = HTTPField.Name("webhook-timestamp")!
  static let webhookSignature = HTTPField.Name("webhook-signature")!
}
