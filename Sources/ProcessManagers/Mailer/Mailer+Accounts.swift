import Aggregates
import EventSourcing

/// Mails to an account's owner.
extension Mailer {
  func passwordReset(_ event: PasswordResetRequested, _ template: String) async throws -> Letter? {
    token(template, event.userID, event.personal, "reset_url", "/reset-password", until: event.expiresAt)
  }

  func emailVerification(_ event: EmailVerificationRequested, _ template: String) async throws -> Letter? {
    token(template, event.userID, event.personal, "verification_url", "/verify-email", until: event.expiresAt)
  }

  /// A token is of no use to anybody but its receiver's account, nor after its time.
  private func token(
    _ template: String, _ user: UserID, _ letter: MailedTokenLetter?, _ variable: String, _ page: String, until end: Timestamp
  ) -> Letter? {
    guard let letter, clock() < end else { return nil }
    // Digits, letters, `-`, `_` and a dot: as it is, it may stand in an address.
    return Letter(
      template: template, userID: user, recipient: MailRecipient(email: letter.email, firstname: letter.firstname),
      variables: ["token": letter.token, variable: "\(terms.siteURL)\(page)?token=\(letter.token)"])
  }
}
