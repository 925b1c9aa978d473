public import EventSourcing

/// A time that somebody is signed in on one device (stream `session-<id>`): a family of refresh tokens, of which the newest alone is good.
///
/// A token is known by its hash. The state holds nothing personal.
public enum Session: Aggregate {
  public typealias Event = SessionEvent
  public static let category = "session"
  public static let initialState = State()
  /// How many exchanged tokens are remembered: those of more than 14 days, where one is exchanged every quarter of an hour.
  public static let rememberedTokens = 2_000

  public struct State: Hashable, Sendable {
    /// Nil for a session that never began.
    public var userID: UserID?
    /// The account's `sessionEpoch` when it began.
    public var epoch = 0
    /// The hash of the token that is good.
    public var tokenHash = ""
    /// The beginnings of the hashes of the last that were exchanged for a newer one, oldest first. Whoever shows one of them has stolen it,
    /// or was stolen from. One that is older is as good as none: it opens nothing.
    public var usedHashes: [String] = []
    /// When the good token is no longer good; it moves with each exchange.
    public var expiresAt = Timestamp(microseconds: 0)
    public var isRevoked = false
  }

  public static func evolve(_ state: inout State, _ event: SessionEvent) {
    switch event {
    case .sessionStarted(let event):
      state.userID = event.userID
      state.epoch = event.epoch
      state.tokenHash = event.tokenHash
      state.expiresAt = event.expiresAt
    case .sessionRefreshed(let event):
      if state.usedHashes.count == rememberedTokens { state.usedHashes.removeFirst() }
      state.usedHashes.append(beginning(of: state.tokenHash))
      state.tokenHash = event.tokenHash
      state.expiresAt = event.expiresAt
    case .sessionRevoked: state.isRevoked = true
    }
  }

  /// Sixty bits of a hash, which nobody hits by chance, and which take no memory of their own.
  private static func beginning(of hash: String) -> String { String(hash.prefix(15)) }

  static func isUsed(_ hash: String, _ state: State) -> Bool { state.usedHashes.contains(beginning(of: hash)) }
}

/// Where a session is used from. Personal.
public struct SessionOrigin: Hashable, Sendable {
  /// What the client calls itself, at most 512 characters.
  public var userAgent: String?
  /// The client's network address, at most 45 characters.
  public var address: String?

  public init(userAgent: String? = nil, address: String? = nil) {
    self.userAgent = userAgent.map { String(String.UnicodeScalarView($0.unicodeScalars.filter { $0 != "\0" }.prefix(512))) }
    self.address = address.map { String(String.UnicodeScalarView($0.unicodeScalars.filter { $0 != "\0" }.prefix(45))) }
  }
}

/// Why a command on a session is refused.
public enum SessionRejection: Rejection, Hashable {
  /// The user has no such session.
  case notFound(SessionID)
  /// The token is no session's, or its session is over.
  case tokenInvalid
  /// The account's sessions were all ended since its credentials were checked.
  case outdated(UserID)
}

extension Session {
  /// Begins a session of an account that is open.
  public static func decide(_ command: StartSession, _ user: User.State, _ state: State, now: Timestamp) throws -> [Event] {
    try User.requireActive(command.userID, user)
    guard user.sessionEpoch == command.epoch, state.userID == nil else { throw SessionRejection.outdated(command.userID) }
    return [
      .sessionStarted(
        SessionStarted(
          sessionID: command.sessionID, userID: command.userID, epoch: command.epoch, tokenHash: command.tokenHash,
          expiresAt: now + command.lifetime, personal: command.origin))
    ]
  }

  /// Exchanges the good token for a newer one. One that was exchanged before ends the session: two know it, and nobody can tell who is who.
  public static func decide(
    _ command: RefreshSession, _ user: User.State, _ state: State, now: Timestamp
  ) throws(SessionRejection) -> [Event] {
    guard let userID = state.userID, !state.isRevoked, user.isRegistered, !user.isDeleted, user.sessionEpoch == state.epoch,
      now < state.expiresAt
    else { throw .tokenInvalid }
    if isUsed(command.tokenHash, state) {
      return [.sessionRevoked(SessionRevoked(sessionID: command.sessionID, userID: userID, reason: .reuse, revokedBy: nil))]
    }
    guard state.tokenHash == command.tokenHash else { throw .tokenInvalid }
    return [
      .sessionRefreshed(
        SessionRefreshed(
          sessionID: command.sessionID, userID: userID, tokenHash: command.newTokenHash, expiresAt: now + command.lifetime,
          personal: command.origin))
    ]
  }

  /// Ends a session of a user; nothing happens when it is over already.
  public static func decide(_ command: RevokeSession, _ user: User.State, _ state: State) throws(SessionRejection) -> [Event] {
    guard state.userID == command.userID else { throw .notFound(command.sessionID) }
    guard !state.isRevoked, state.epoch == user.sessionEpoch else { return [] }
    return [
      .sessionRevoked(
        SessionRevoked(
          sessionID: command.sessionID, userID: command.userID, reason: command.reason, revokedBy: command.revokedBy))
    ]
  }
}
