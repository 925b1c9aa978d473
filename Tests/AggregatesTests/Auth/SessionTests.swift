import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct SessionTests {
  private let user = UserID(1_000)
  private let id = SessionID(2_000)
  private let origin = SessionOrigin(userAgent: "A browser", address: "192.0.2.7")
  private let week = Duration.seconds(7 * 86_400)

  private var signedUp: SignUp {
    SignUp(
      register: RegisterUser(
        userID: user, email: "ada@example.com", firstname: "Ada", lastname: "Lovelace", passwordHash: "hash", emailClaim: "email:1f"),
      start: start(epoch: 0),
      verification: RequestEmailVerification(
        userID: user,
        offer: MailedTokenOffer(
          tokenHash: "mailed", letter: MailedTokenLetter(email: "ada@example.com", firstname: "Ada", token: "t"), addressCount: 1,
          lifetime: week, minimumInterval: .seconds(60))))
  }

  private func start(_ session: SessionID? = nil, epoch: Int) -> StartSession {
    StartSession(sessionID: session ?? id, userID: user, epoch: epoch, tokenHash: "one", lifetime: week, origin: origin)
  }

  private func refresh(_ token: String, _ new: String = "two") -> RefreshSession {
    RefreshSession(sessionID: id, tokenHash: token, newTokenHash: new, lifetime: week, origin: origin)
  }

  private var revokedForReuse: SessionEvent {
    .sessionRevoked(SessionRevoked(sessionID: id, userID: user, reason: .reuse, revokedBy: nil))
  }

  @Test func `whoever signs up is signed in by the same append`() async throws {
    let result = try await Scenario().when(signedUp)
    #expect(result.answer == Created(user))
    #expect(
      result.recorded.map(\.type) == ["UserRegistered", "PasswordSet", "RoleAssigned", "SessionStarted", "EmailVerificationRequested"])
    #expect(result.recorded.suffix(2).allSatisfy { !$0.isPublic })
    let started = SessionStarted(
      sessionID: id, userID: user, epoch: 0, tokenHash: "one", expiresAt: InMemoryEventLog.defaultStart + week, personal: origin)
    try await result.then(.sessionStarted(started), on: Session.self, id)
  }

  @Test func `nothing of where somebody signed in can be read without the key`() async throws {
    let scenario = try await Scenario().given(signedUp).given(refresh("one"))
    let stored = scenario.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    for secret in ["browser", "192.0.2.7"] { #expect(!stored.contains(secret)) }
  }

  @Test func `what a client calls itself is cut to its column`() {
    let origin = SessionOrigin(userAgent: String(repeating: "é", count: 600) + "\0", address: "\01")
    #expect(origin.userAgent?.unicodeScalars.count == 512)
    #expect(origin.address == "1")
  }

  @Test func `the good token is exchanged, and lasts from then on`() async throws {
    let scenario = try await Scenario().given(signedUp).later(by: .seconds(6 * 86_400))
    let result = try await scenario.when(refresh("one"))
    #expect(result.answer == RefreshOutcome(userID: user, isRefreshed: true))
    let refreshed = SessionRefreshed(
      sessionID: id, userID: user, tokenHash: "two", expiresAt: InMemoryEventLog.defaultStart + .seconds(13 * 86_400), personal: origin)
    try await result.then(.sessionRefreshed(refreshed), on: Session.self, id).andNothingElse()
    let again = try await result.and.later(by: .seconds(6 * 86_400)).when(refresh("two", "three"))
    #expect(again.answer?.isRefreshed == true)
  }

  @Test func `a token that was exchanged before ends the session, also for whoever has the newest`() async throws {
    let scenario = try await Scenario().given(signedUp).given(refresh("one")).given(refresh("two", "three"))
    let result = try await scenario.when(refresh("one", "mine"))
    #expect(result.answer == RefreshOutcome(userID: user, isRefreshed: false))
    try await result.then(revokedForReuse, on: Session.self, id).andNothingElse()
    for token in ["one", "two", "three"] {
      try await result.and.when(refresh(token)).thenRejected(SessionRejection.tokenInvalid)
    }
  }

  @Test func `the last two thousand exchanged tokens are remembered, and no more`() {
    var state = Session.State()
    state.tokenHash = "0"
    for number in 1...2_100 {
      Session.evolve(
        &state,
        .sessionRefreshed(
          SessionRefreshed(sessionID: id, userID: user, tokenHash: "\(number)", expiresAt: InMemoryEventLog.defaultStart, personal: nil)))
    }
    #expect(state.usedHashes.count == Session.rememberedTokens)
    #expect(Session.isUsed("2099", state))
    #expect(Session.isUsed("100", state))
    #expect(!Session.isUsed("99", state))
    #expect(!Session.isUsed("2100", state))
  }

  @Test func `a token that is unknown or too old is refused and ends nothing`() async throws {
    let scenario = try await Scenario().given(signedUp)
    try await scenario.when(refresh("guess")).thenRejected(SessionRejection.tokenInvalid)
    try await Scenario().when(refresh("one")).thenRejected(SessionRejection.tokenInvalid)
    let late = scenario.later(by: week)
    try await late.when(refresh("one")).thenRejected(SessionRejection.tokenInvalid)
  }

  @Test func `of two who show one token at the same time one gets a newer one, and the session ends`() async throws {
    let scenario = try await Scenario().given(signedUp)
    let executor = scenario.executor
    async let first = executor.execute(refresh("one", "a"))
    async let second = executor.execute(refresh("one", "b"))
    let answers = try await [first, second].map { $0.answer?.isRefreshed }
    #expect(Set(answers) == [true, false])
    try await scenario.when(refresh("a", "c")).thenRejected(SessionRejection.tokenInvalid)
    try await scenario.when(refresh("b", "c")).thenRejected(SessionRejection.tokenInvalid)
  }

  private static let endings: [any Command & Sendable] = [
    ChangePassword(userID: UserID(1_000), passwordHash: "other"),
    ChangeEmail(userID: UserID(1_000), email: "new@example.com", emailClaim: "email:2", previousClaim: "email:1f", addressCount: 1),
    DeleteUser(userID: UserID(1_000), reason: .owner, deletedBy: UserID(1_000)),
    RevokeSessions(userID: UserID(1_000), reason: .logout, revokedBy: UserID(1_000)),
    RevokeSession(sessionID: SessionID(2_000), userID: UserID(1_000), reason: .logout, revokedBy: UserID(1_000)),
  ]

  @Test(arguments: endings.indices)
  func `another password or address, a deletion and signing out end a session`(_ index: Int) async throws {
    let scenario = try await Scenario().given(signedUp).given(Self.endings[index])
    try await scenario.when(refresh("one")).thenRejected(SessionRejection.tokenInvalid)
    // Once over, there is nothing to end.
    try await scenario.when(RevokeSession(sessionID: id, userID: user, reason: .logout, revokedBy: user)).thenNothing()
  }

  @Test func `a restored account is signed in nowhere`() async throws {
    let scenario = try await Scenario().given(signedUp).given(DeleteUser(userID: user, reason: .administrator, deletedBy: nil))
    try await scenario.when(start(SessionID(2_001), epoch: 1)).thenRejected(UserRejection.deleted(user))
    let restored = try await scenario.given(RestoreUser(userID: user, restoredBy: nil))
    try await restored.when(refresh("one")).thenRejected(SessionRejection.tokenInvalid)
    let started = try await restored.when(start(SessionID(2_001), epoch: 1))
    #expect(started.recorded.map(\.type) == ["SessionStarted"])
  }

  @Test func `credentials that were checked before all sessions ended begin none`() async throws {
    let scenario = try await Scenario().given(signedUp).given(ChangePassword(userID: user, passwordHash: "other"))
    try await scenario.when(start(SessionID(2_001), epoch: 0)).thenRejected(SessionRejection.outdated(user))
    try await scenario.when(start(id, epoch: 1)).thenRejected(SessionRejection.outdated(user))
  }

  @Test func `whoever changes his password stays signed in by a new session`() async throws {
    let change = ReplacePassword(change: ChangePassword(userID: user, passwordHash: "other"), start: start(SessionID(2_001), epoch: 1))
    let result = try await Scenario().given(signedUp).when(change)
    #expect(result.recorded.map(\.type) == ["PasswordChanged", "SessionStarted"])
    try await result.and.when(refresh("one")).thenRejected(SessionRejection.tokenInvalid)
  }

  @Test func `another's session, one that never was and an unknown account are not there`() async throws {
    let scenario = try await Scenario().given(signedUp)
    let foreign = RevokeSession(sessionID: id, userID: UserID(9), reason: .logout, revokedBy: UserID(9))
    try await scenario.when(foreign).thenRejected(SessionRejection.notFound(id))
    let unknown = RevokeSession(sessionID: SessionID(7), userID: user, reason: .logout, revokedBy: user)
    try await scenario.when(unknown).thenRejected(SessionRejection.notFound(SessionID(7)))
    try await scenario.when(RevokeSessions(userID: UserID(9), reason: .logout, revokedBy: nil))
      .thenRejected(UserRejection.notFound(UserID(9)))
  }
}
