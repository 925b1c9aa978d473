public import EventSourcing

/// The tokens that an account's owner was sent by mail (stream `mailedtoken-<user id>`): one to choose another password, and one that shows
/// that the address is his. Of each kind the newest alone is good, and for one use.
///
/// A stream of its own, so that asking for mail is no change of the account.
public enum MailedToken: Aggregate {
  public typealias Event = MailedTokenEvent
  public static let category = "mailedtoken"
  public static let initialState = State()

  /// A token that was sent.
  public struct Sent: Hashable, Sendable {
    /// SHA-256, in hexadecimal digits.
    public var hash: String
    public var sentAt: Timestamp
    public var expiresAt: Timestamp
    /// What the account had then: of a reset its `sessionEpoch`, which another password moves on, of a verification its `addressCount`.
    public var count: Int
  }

  public struct State: Hashable, Sendable {
    public var reset: Sent?
    public var verification: Sent?
  }

  public static func evolve(_ state: inout State, _ event: MailedTokenEvent) {
    switch event {
    case .passwordResetRequested(let event):
      state.reset = Sent(hash: event.tokenHash, sentAt: event.requestedAt, expiresAt: event.expiresAt, count: event.sessionEpoch)
    case .emailVerificationRequested(let event):
      state.verification = Sent(hash: event.tokenHash, sentAt: event.requestedAt, expiresAt: event.expiresAt, count: event.addressCount)
    }
  }
}

/// Why a command on a mailed token is refused.
public enum MailedTokenRejection: Rejection, Hashable {
  /// The token is unknown, too old, used, or not the newest.
  case tokenInvalid
  /// The address has been verified.
  case alreadyVerified
}

extension MailedToken {
  /// Sends a token for another password; nothing happens when one was sent just before.
  static func decide(
    _ command: RequestPasswordReset, _ user: User.State, _ state: State, now: Timestamp
  ) throws(UserRejection) -> [Event] {
    try User.requireActive(command.userID, user)
    guard command.offer.addressCount == user.addressCount else { throw .addressOutdated(command.userID) }
    guard !wasJustSent(state.reset, user.sessionEpoch, command.offer, now) else { return [] }
    return [
      .passwordResetRequested(
        PasswordResetRequested(
          userID: command.userID, tokenHash: command.offer.tokenHash, sessionEpoch: user.sessionEpoch, requestedAt: now,
          expiresAt: now + command.offer.lifetime, personal: command.offer.letter))
    ]
  }

  /// Sends a token that shows that an address is its owner's; nothing happens when one was sent just before.
  static func decide(_ command: RequestEmailVerification, _ user: User.State, _ state: State, now: Timestamp) throws -> [Event] {
    try User.requireActive(command.userID, user)
    guard command.offer.addressCount == user.addressCount else { throw UserRejection.addressOutdated(command.userID) }
    guard !user.isEmailVerified else { throw MailedTokenRejection.alreadyVerified }
    guard !wasJustSent(state.verification, user.addressCount, command.offer, now) else { return [] }
    return [
      .emailVerificationRequested(
        EmailVerificationRequested(
          userID: command.userID, tokenHash: command.offer.tokenHash, addressCount: user.addressCount, requestedAt: now,
          expiresAt: now + command.offer.lifetime, personal: command.offer.letter))
    ]
  }

  private static func wasJustSent(_ sent: Sent?, _ count: Int, _ offer: MailedTokenOffer, _ now: Timestamp) -> Bool {
    sent.map { $0.count == count && now < $0.sentAt + offer.minimumInterval } ?? false
  }

  /// - Throws: unless a token is the newest of its kind, not too old, and what it was sent for has not happened.
  static func check(_ tokenHash: String, _ sent: Sent?, count: Int, now: Timestamp) throws(MailedTokenRejection) {
    guard let sent, sent.hash == tokenHash, sent.count == count, now < sent.expiresAt else { throw .tokenInvalid }
  }
}
