/// Whoever carries mail away.
public protocol MailTransport: Sendable {
  /// Hands one mail over; returns once the server has taken it.
  func send(_ message: MailMessage) async throws(MailError)
}
