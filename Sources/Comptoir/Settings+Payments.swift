import PaymentSandbox
import ProcessManagers

extension Settings {
  /// The payment provider: the one at `PAYMENT_URL`, or without it a sandbox in this process.
  func payments() throws -> any PaymentPort {
    guard let url = optional("PAYMENT_URL") else { return SandboxPayments() }
    return HTTPPayments(url: try Self.checked(url, "PAYMENT_URL"), secret: optional("PAYMENT_SECRET"))
  }

  /// What messages to a webhook are signed with; nil where nothing is set.
  func webhook(_ name: String) throws -> WebhookSignature? {
    guard let secret = optional(name) else { return nil }
    guard let signature = WebhookSignature(secret: secret) else {
      throw PlainError("\(name) is not whsec_ and the Base64 of 24 to 64 bytes")
    }
    return signature
  }

  /// The sandbox of its own process.
  func paymentSandbox() throws -> PaymentSandboxConfiguration {
    var configuration = PaymentSandboxConfiguration()
    configuration.host = optional("PAYMENT_SANDBOX_HOST") ?? configuration.host
    configuration.port = try integer("PAYMENT_SANDBOX_PORT", default: configuration.port)
    configuration.journal = optional("PAYMENT_SANDBOX_JOURNAL") ?? ".run/payments/journal"
    configuration.secret = optional("PAYMENT_SECRET")
    if let signature = try webhook("COMPTOIR_PAYMENT_WEBHOOK_SECRET") {
      let url = try optional("PAYMENT_CALLBACK_URL") ?? "\(publicURL())/api/v1/orders/payments/callback"
      configuration.callbacks = .init(url: try Self.checked(url, "PAYMENT_CALLBACK_URL"), signature: signature)
    }
    return configuration
  }

  private static func checked(_ url: String, _ name: String) throws -> String {
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else { throw PlainError("\(name) must begin with https:// or http://") }
    return url.hasSuffix("/") ? String(url.dropLast()) : url
  }
}
