public import EventSourcing

/// A fresh token with the mail that is to bring it.
public struct MailedTokenOffer: Hashable, Sendable {
  /// SHA-256 of the token, in hexadecimal digits.
  public var tokenHash: String
  public var letter: MailedTokenLetter
  /// How many addresses the account had had when the letter's was read.
  public var addressCount: Int
  /// How long the token is good.
  public var lifetime: Duration
  /// How long after one mail the next may follow.
  public var minimumInterval: Duration

  public init(tokenHash: String, letter: MailedTokenLetter, addressCount: Int, lifetime: Duration, minimumInterval: Duration) {
    self.tokenHash = tokenHash
    self.letter = letter
    self.addressCount = addressCount
    self.lifetime = lifetime
    self.minimumInterval = minimumInterval
  }
}

/// Sends an account's owner a token with which he chooses another password.
public struct RequestPasswordReset: Command {
  public var userID: UserID
  public var offer: MailedTokenOffer

  public init(userID: UserID, offer: MailedTokenOffer) {
    self.userID = userID
    self.offer = offer
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let user = try session.load(User.self, userID)
    let state = try session.load(MailedToken.self, userID)
    try session.record(MailedToken.decide(self, user, state, now: session.now), on: MailedToken.self, userID)
    return NoAnswer()
  }
}

/// Sends an account's owner a token with which he shows that the address is his.
public struct RequestEmailVerification: Command {
  public var userID: UserID
  public var offer: MailedTokenOffer

  public init(userID: UserID, offer: MailedTokenOffer) {
    self.userID = userID
    self.offer = offer
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let user = try session.load(User.self, userID)
    let state = try session.load(MailedToken.self, userID)
    try session.record(MailedToken.decide(self, user, state, now: session.now), on: MailedToken.self, userID)
    return NoAnswer()
  }
}

/// Gives an account another password for a token that came by mail. That it came shows that the address is the owner's.
public struct ResetPassword: Command {
  public var userID: UserID
  /// SHA-256 of the token that was shown.
  public var tokenHash: String
  /// Made by the gateway after `PasswordPolicy` accepted the password; at most 255 characters.
  public var passwordHash: String

  public init(userID: UserID, tokenHash: String, passwordHash: String) {
    self.userID = userID
    self.tokenHash = tokenHash
    self.passwordHash = passwordHash
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let sent = try session.load(MailedToken.self, userID)
    let user = try session.load(User.self, userID)
    try MailedToken.check(tokenHash, sent.reset, count: user.sessionEpoch, now: session.now)
    try session.record(
      User.decide(ChangePassword(userID: userID, passwordHash: passwordHash), user) + User.verified(userID, user), on: User.self, userID)
    return NoAnswer()
  }
}

/// Verifies an account's address by a token that came by mail.
public struct VerifyEmail: Command {
  public var userID: UserID
  /// SHA-256 of the token that was shown.
  public var tokenHash: String

  public init(userID: UserID, tokenHash: String) {
    self.userID = userID
    self.tokenHash = tokenHash
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let sent = try session.load(MailedToken.self, userID)
    let user = try session.load(User.self, userID)
    try MailedToken.check(tokenHash, sent.verification, count: user.addressCount, now: session.now)
    guard !user.isDeleted, !user.isEmailVerified else { throw MailedTokenRejection.tokenInvalid }
    try session.record(User.verified(userID, user), on: User.self, userID)
    return NoAnswer()
  }
}
