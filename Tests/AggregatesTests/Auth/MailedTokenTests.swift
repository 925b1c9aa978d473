import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct MailedTokenTests {
  private let user = UserID(1_000)
  private let half = Duration.seconds(30 * 60)

  private var registered: RegisterUser {
    RegisterUser(
      userID: user, email: "ada@example.com", firstname: "Ada", lastname: "Lovelace", passwordHash: "hash", emailClaim: "email:1f")
  }

  private func offer(_ hash: String, addresses: Int = 1) -> MailedTokenOffer {
    MailedTokenOffer(
      tokenHash: hash, letter: MailedTokenLetter(email: "ada@example.com", firstname: "Ada", token: "secret \(hash)"),
      addressCount: addresses, lifetime: half, minimumInterval: .seconds(60))
  }

  private func request(_ hash: String, addresses: Int = 1) -> RequestPasswordReset {
    RequestPasswordReset(userID: user, offer: offer(hash, addresses: addresses))
  }

  private func reset(_ hash: String) -> ResetPassword { ResetPassword(userID: user, tokenHash: hash, passwordHash: "other") }

  private func requestVerification(_ hash: String, addresses: Int = 1) -> RequestEmailVerification {
    RequestEmailVerification(userID: user, offer: offer(hash, addresses: addresses))
  }

  private func verify(_ hash: String) -> VerifyEmail { VerifyEmail(userID: user, tokenHash: hash) }

  private var changeEmail: ChangeEmail {
    ChangeEmail(userID: user, email: "new@example.com", emailClaim: "email:2", previousClaim: "email:1f", addressCount: 1)
  }

  @Test func `a token that was mailed replaces the password once, and shows that the address is its owner's`() async throws {
    let scenario = try await Scenario().given(registered).given(request("a"))
    let result = try await scenario.when(reset("a"))
    #expect(result.recorded.map(\.type) == ["PasswordChanged", "EmailVerified"])
    #expect(result.recorded.map(\.isPublic) == [false, true])
    try await result.and.when(reset("a")).thenRejected(MailedTokenRejection.tokenInvalid)
  }

  @Test func `neither token nor address stands in the log in clear`() async throws {
    let scenario = try await Scenario().given(registered).given(request("a")).given(requestVerification("b"))
    let stored = scenario.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    for secret in ["secret", "ada@", "Ada"] { #expect(!stored.contains(secret)) }
    #expect(scenario.log.events.suffix(2).allSatisfy { !$0.isPublic && $0.subject == user.subject })
  }

  @Test func `a newer token takes the place of an older one, but not within a minute`() async throws {
    let scenario = try await Scenario().given(registered).given(request("a"))
    try await scenario.when(request("b")).thenNothing()
    let later = try await scenario.later(by: .seconds(60)).given(request("b"))
    try await later.when(reset("a")).thenRejected(MailedTokenRejection.tokenInvalid)
    #expect(try await later.when(reset("b")).recorded.count == 2)
    // After another password the next may be sent at once.
    #expect(try await later.when(request("c")).recorded.count == 1)
  }

  @Test func `a token is too old after its time, and no good when the password or address changed`() async throws {
    let scenario = try await Scenario().given(registered).given(request("a"))
    try await scenario.when(reset("guess")).thenRejected(MailedTokenRejection.tokenInvalid)
    try await Scenario().when(reset("a")).thenRejected(MailedTokenRejection.tokenInvalid)
    try await scenario.later(by: half).when(reset("a")).thenRejected(MailedTokenRejection.tokenInvalid)
    for command in [ChangePassword(userID: user, passwordHash: "third"), changeEmail] as [any Command & Sendable] {
      let other = try await Scenario().given(registered).given(request("a")).given(command)
      try await other.when(reset("a")).thenRejected(MailedTokenRejection.tokenInvalid)
    }
  }

  @Test func `an unknown or closed account, and one with another address, is sent nothing`() async throws {
    try await Scenario().when(request("a")).thenRejected(UserRejection.notFound(user))
    let closed = try await Scenario().given(registered).given(DeleteUser(userID: user, reason: .owner, deletedBy: user))
    try await closed.when(request("a")).thenRejected(UserRejection.deleted(user))
    try await closed.when(requestVerification("a")).thenRejected(UserRejection.deleted(user))
    let moved = try await Scenario().given(registered).given(changeEmail)
    try await moved.when(request("a")).thenRejected(UserRejection.addressOutdated(user))
    try await moved.when(requestVerification("a")).thenRejected(UserRejection.addressOutdated(user))
  }

  @Test func `an account that was closed meanwhile is not opened by its token`() async throws {
    let scenario = try await Scenario().given(registered).given(requestVerification("v")).given(request("a"))
      .given(DeleteUser(userID: user, reason: .owner, deletedBy: user))
    try await scenario.when(reset("a")).thenRejected(MailedTokenRejection.tokenInvalid)
    try await scenario.when(verify("v")).thenRejected(MailedTokenRejection.tokenInvalid)
  }

  @Test func `an address is verified once, by the newest token that went to it`() async throws {
    let scenario = try await Scenario().given(registered).given(requestVerification("a"))
    try await scenario.when(verify("b")).thenRejected(MailedTokenRejection.tokenInvalid)
    try await scenario.when(verify("a")).then(.emailVerified(EmailVerified(userID: user)), on: User.self, user).andNothingElse()
    try await scenario.when(verify("a")).thenRejected(MailedTokenRejection.tokenInvalid)
    try await scenario.when(requestVerification("c")).thenRejected(MailedTokenRejection.alreadyVerified)
    // Another address begins again.
    let moved = try await scenario.given(changeEmail)
    try await moved.when(verify("a")).thenRejected(MailedTokenRejection.tokenInvalid)
    let again = try await moved.given(requestVerification("d", addresses: 2))
    #expect(try await again.when(verify("d")).recorded.map(\.type) == ["EmailVerified"])
  }

  @Test func `another address is sent its token by the append that changes it`() async throws {
    let change = ChangeProfile(userID: user, changeEmail: changeEmail, verification: requestVerification("b", addresses: 2))
    let result = try await Scenario().given(registered).when(change)
    #expect(result.recorded.map(\.type) == ["EmailChanged", "EmailVerificationRequested"])
  }
}
