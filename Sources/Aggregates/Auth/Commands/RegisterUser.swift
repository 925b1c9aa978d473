public import EventSourcing

/// Opens an account: `UserRegistered`, `PasswordSet` and the customer's role.
public struct RegisterUser: Command {
  /// Drawn before.
  public var userID: UserID
  public var email: String
  public var firstname: String
  public var lastname: String
  /// Made by the gateway after `PasswordPolicy` accepted the password; at most 255 characters.
  public var passwordHash: String
  /// The claim on the address: `email:` and its keyed hash.
  public var emailClaim: String

  public init(userID: UserID, email: String, firstname: String, lastname: String, passwordHash: String, emailClaim: String) {
    self.userID = userID
    self.email = email
    self.firstname = firstname
    self.lastname = lastname
    self.passwordHash = passwordHash
    self.emailClaim = emailClaim
  }

  public func decide(in session: inout DecisionSession) throws -> Created<UserID> {
    let state = try session.load(User.self, userID, isNew: true)
    try session.record(User.decide(self, state), on: User.self, userID)
    session.claim(emailClaim, for: User.stream(userID))
    return Created(userID)
  }
}

/// Opens the account of the first administrator, with the role `super_admin` for the whole platform. Safe to repeat: an account
/// that exists keeps its password, and gets the role when it has lost it.
public struct BootstrapAdministrator: Command {
  public var userID: UserID
  public var email: String
  public var firstname: String
  public var lastname: String
  public var passwordHash: String
  /// The claim on the address: `email:` and its keyed hash.
  public var emailClaim: String

  public init(userID: UserID, email: String, firstname: String, lastname: String, passwordHash: String, emailClaim: String) {
    self.userID = userID
    self.email = email
    self.firstname = firstname
    self.lastname = lastname
    self.passwordHash = passwordHash
    self.emailClaim = emailClaim
  }

  public func decide(in session: inout DecisionSession) throws -> Created<UserID> {
    let state = try session.load(User.self, userID)
    try session.record(User.decide(self, state), on: User.self, userID)
    if !state.isRegistered { session.claim(emailClaim, for: User.stream(userID)) }
    return Created(userID)
  }
}

/// Opens an account from another system, without a password that could match. Importing it again changes nothing.
public struct ImportUser: Command {
  /// 2^52 and the key in the source.
  public var userID: UserID
  public var email: String
  /// May be empty.
  public var firstname: String
  /// May be empty.
  public var lastname: String
  /// The claim on the address: `email:` and its keyed hash.
  public var emailClaim: String
  /// When the account was opened there; nil for now.
  public var registeredAt: Timestamp?

  public init(
    userID: UserID, email: String, firstname: String, lastname: String, emailClaim: String, registeredAt: Timestamp? = nil
  ) {
    self.userID = userID
    self.email = email
    self.firstname = firstname
    self.lastname = lastname
    self.emailClaim = emailClaim
    self.registeredAt = registeredAt
  }

  public func decide(in session: inout DecisionSession) throws -> Created<UserID> {
    let state = try session.load(User.self, userID, isNew: true)
    try session.record(User.decide(self, state), on: User.self, userID, occurredAt: registeredAt)
    if !state.isRegistered { session.claim(emailClaim, for: User.stream(userID)) }
    return Created(userID)
  }
}
