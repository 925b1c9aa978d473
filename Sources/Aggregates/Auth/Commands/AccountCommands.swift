public import EventSourcing

/// Gives a user other names.
public struct RenameUser: Command {
  public var userID: UserID
  public var firstname: String
  public var lastname: String

  public init(userID: UserID, firstname: String, lastname: String) {
    self.userID = userID
    self.firstname = firstname
    self.lastname = lastname
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    return NoAnswer()
  }
}

/// Gives an account another e-mail address, and frees the one it had.
public struct ChangeEmail: Command {
  public var userID: UserID
  public var email: String
  /// The claim on the new address: `email:` and its keyed hash.
  public var emailClaim: String
  /// The claim on the address that the sender saw.
  public var previousClaim: String
  /// How many addresses the account had had when the sender looked.
  public var addressCount: Int

  public init(userID: UserID, email: String, emailClaim: String, previousClaim: String, addressCount: Int) {
    self.userID = userID
    self.email = email
    self.emailClaim = emailClaim
    self.previousClaim = previousClaim
    self.addressCount = addressCount
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    if emailClaim != previousClaim {
      session.claim(emailClaim, for: User.stream(userID))
      session.release(previousClaim, from: User.stream(userID))
    }
    return NoAnswer()
  }
}

/// Gives an account another password.
public struct ChangePassword: Command {
  public var userID: UserID
  /// Made by the gateway after `PasswordPolicy` accepted the password; at most 255 characters.
  public var passwordHash: String

  public init(userID: UserID, passwordHash: String) {
    self.userID = userID
    self.passwordHash = passwordHash
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    return NoAnswer()
  }
}

/// Closes an account; its address stays taken. Doing it again changes nothing.
public struct DeleteUser: Command {
  public var userID: UserID
  public var reason: UserDeletionReason
  /// Nil for the system.
  public var deletedBy: UserID?

  public init(userID: UserID, reason: UserDeletionReason, deletedBy: UserID?) {
    self.userID = userID
    self.reason = reason
    self.deletedBy = deletedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    return NoAnswer()
  }
}

/// Opens a closed account again.
public struct RestoreUser: Command {
  public var userID: UserID
  /// Nil for the system.
  public var restoredBy: UserID?

  public init(userID: UserID, restoredBy: UserID?) {
    self.userID = userID
    self.restoredBy = restoredBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    return NoAnswer()
  }
}

/// Gives an account other names, another e-mail address, or both at once.
public struct ChangeProfile: Command {
  public var userID: UserID
  public var rename: RenameUser?
  public var changeEmail: ChangeEmail?
  /// Sends a token to the new address.
  public var verification: RequestEmailVerification?

  public init(
    userID: UserID, rename: RenameUser? = nil, changeEmail: ChangeEmail? = nil, verification: RequestEmailVerification? = nil
  ) {
    self.userID = userID
    self.rename = rename
    self.changeEmail = changeEmail
    self.verification = verification
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(User.self, userID)
    guard state.isRegistered else { throw UserRejection.notFound(userID) }
    if let rename { _ = try rename.decide(in: &session) }
    if let changeEmail { _ = try changeEmail.decide(in: &session) }
    if let verification { _ = try verification.decide(in: &session) }
    return NoAnswer()
  }
}
