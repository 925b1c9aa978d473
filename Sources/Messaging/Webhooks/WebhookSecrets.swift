public import Crypto
public import FoundationEssentials
import ProcessManagers

/// The secrets that deliveries are signed with: each derived from the installation's own, so that none stands in a database.
public struct WebhookSecrets: Sendable {
  private let key: SymmetricKey

  /// - Parameter key: derived from the installation's secret for this purpose alone.
  public init(key: SymmetricKey) { self.key = key }

  /// The secret of a subscription as its receiver is told it: `whsec_` and the Base64 of 32 bytes.
  /// - Parameters:
  ///   - keyID: drawn when the subscription was made; it tells it from one that had the same id in another database.
  ///   - version: from 1; each rotation is the next.
  public func secret(of subscription: Int64, keyID: UUID, version: Int) -> String {
    let purpose = "webhook \(subscription) \(keyID.uuidString.lowercased()) \(version)"
    let bytes = HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: Array(purpose.utf8), outputByteCount: 32)
    return "whsec_" + bytes.withUnsafeBytes { Data($0) }.base64EncodedString()
  }

  /// The header with a message's signatures: by the newest secret first, and by each that is still good.
  /// - Parameter timestamp: seconds since 1970.
  func signatures(of delivery: ClaimedDelivery, timestamp: Int64, body: [UInt8], now: Int64) -> String {
    let oldest = delivery.oldSecretsUntil.map { $0 > now } == true ? delivery.oldestSecretVersion : delivery.secretVersion
    return (oldest...delivery.secretVersion).reversed().map { version in
      let secret = secret(of: delivery.subscriptionID, keyID: delivery.secretKeyID, version: version)
      guard let signature = WebhookSignature(secret: secret) else { preconditionFailure("a derived secret has another form") }
      return signature.sign(id: delivery.webhookID, timestamp: timestamp, body: body)
    }.joined(separator: " ")
  }
}
