import EventSourcing
import HTTPTypes
import NIOCore
import ProcessManagers

extension WebhookSignature {
  /// The id of a message that is signed and fresh; nil for any other.
  func id(of head: HTTPFields, body: [UInt8], now: Timestamp) -> String? {
    guard let id = head[.webhookID], let sent = head[.webhookTimestamp], let signatures = head[.webhookSignature],
      isGenuine(signatures, id: id, sent: sent, body: body, now: now)
    else { return nil }
    return id
  }
}

extension Call {
  /// A message whose sender signs it, as it came. On routes that count by themselves: whoever signs may tell as much as there is to tell,
  /// and all others are counted as anybody without a token.
  /// - Throws: a problem when it is not signed as it must be, is not fresh, or no signature is configured.
  func signedMessage(by signature: WebhookSignature?) async throws -> (id: String, body: [UInt8]) {
    let body = self.body.map { Array($0.readableBytesView) } ?? []
    if let id = signature?.id(of: head.headerFields, body: body, now: .now()) { return (id, body) }
    if let limit = services.configuration.anonymousLimit { _ = try await services.limiter.require(limit, by: address ?? "") }
    throw Problem(.unauthorized)
  }
}

extension HTTPField.Name {
  static let webhookID = HTTPField.Name("webhook-id")!
  static let webhookTimestamp = HTTPField.Name("webhook-timestamp")!
  static let webhookSignature = HTTPField.Name("webhook-signature")!
}
