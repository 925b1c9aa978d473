import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// What goes out by mail, and what one does with it.
@Suite struct MailedTokenRoutesTests {
  private static let password = "nine gentle otters juggling"
  private let harness: Harness

  init() async throws {
    harness = try await Harness(groups: APIGateway.groups)
  }

  private func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, token: String? = nil) async throws -> Answer {
    try await harness.send(method, "/api/v1/auth\(path)", body, token: token)
  }

  /// An account's id and access token.
  private func register(_ email: String = "ada@example.org") async throws -> (id: Int64, token: String) {
    let answer = try await send(
      .post, "/register", #"{"firstname":"Ada","lastname":"L","email":"\#(email)","password":"\#(Self.password)"}"#)
    let data = try #require(try answer.json["data"])
    return (try #require(data["user"]?["id"]?.int64Value), try #require(data["token"]?.stringValue))
  }

  private func login(_ email: String, _ password: String) async throws -> Int {
    try await send(.post, "/login", #"{"email":"\#(email)","password":"\#(password)"}"#).status
  }

  /// The letters that a mailer would find.
  private func letters<Event: PersonalEventPayload>(_ event: Event.Type) async throws -> [MailedTokenLetter]
  where Event.Personal == MailedTokenLetter {
    let page = try await harness.log.readLog(after: .start, filter: EventFilter(types: [Event.type.name]), limit: 100)
    let keys = try await harness.log.subjectKeys(Set(page.events.compactMap(\.subject)), create: false)
    return try page.events.compactMap { try PayloadDecoder(Event.self).decode($0, keys: keys).personal }
  }

  @Test func `a forgotten password is replaced by the token that was mailed, once`() async throws {
    let (_, token) = try await register()
    let other = "seven brave herons whistling"
    #expect(try await send(.post, "/password/forgot", #"{"email":"ADA@example.org"}"#).status == 202)
    let letter = try #require(try await letters(PasswordResetRequested.self).first)
    #expect(letter.email == "ada@example.org")
    #expect(letter.firstname == "Ada")
    func reset(_ token: String, _ password: String) async throws -> Answer {
      try await send(.post, "/password/reset", #"{"token":"\#(token)","password":"\#(password)","password_confirmation":"\#(password)"}"#)
    }
    #expect(try await reset(letter.token, "password1234").code == "common-password")
    #expect(try await reset(letter.token, other).status == 204)
    let again = try await reset(letter.token, "five calm badgers yodelling")
    #expect(try again.code == "invalid-token")
    #expect(try again.json["errors"]?[0]?["pointer"]?.stringValue == "/token")
    #expect(try await login("ada@example.org", Self.password) == 401)
    #expect(try await login("ada@example.org", other) == 200)
    #expect(try await send(.patch, "/me", "{}", token: token).status == 401)
  }

  @Test func `who has no account, or a closed one, gets the same answer and no mail`() async throws {
    let (_, token) = try await register()
    #expect(try await send(.delete, "/me", token: token).status == 204)
    let known = try await register("bob@example.org")
    for email in ["nobody@example.org", "ada@example.org", "bob@example.org"] {
      let answer = try await send(.post, "/password/forgot", #"{"email":"\#(email)"}"#)
      #expect(answer.status == 202)
      #expect(answer.body.isEmpty)
      #expect(answer["Comptoir-Position"] == nil)
    }
    #expect(try await letters(PasswordResetRequested.self).map(\.email) == ["bob@example.org"])
    #expect(known.id > 0)
  }

  @Test(arguments: ["x", "1", "1.x", "0.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "1.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
  func `what is no token changes nothing`(token: String) async throws {
    let (id, _) = try await register()
    for (path, more) in [("/password/reset", #","password":"\#(Self.password)""#), ("/email/verify", "")] {
      for text in [token, token.replacing("1.", with: "\(id).")] {
        #expect(try await send(.post, path, #"{"token":"\#(text)"\#(more)}"#).code == "invalid-token", "\(path) \(text)")
      }
    }
    #expect(try await harness.log.readStream(User.stream(id), after: .none, limit: 10).count == 3)
  }

  @Test(arguments: [
    ("/password/forgot", "{}", "missing-field"), ("/password/forgot", #"{"email":"nobody"}"#, "invalid-format"),
    ("/password/forgot", #"{"email":"a@b.fr","user_id":1}"#, "unknown-field"), ("/password/reset", #"{"token":1}"#, "invalid-fields"),
    ("/password/reset", #"{"token":"x","password":"short"}"#, "too-short"), ("/email/verify", "{}", "missing-field"),
  ])
  func `each wrong field has its problem`(path: String, body: String, code: String) async throws {
    #expect(try await send(.post, path, body).code == code)
  }

  @Test func `an address is verified by the token that was mailed to it`() async throws {
    let (id, token) = try await register()
    let first = try #require(try await letters(EmailVerificationRequested.self).first)
    #expect(first.email == "ada@example.org")
    // A minute has not passed.
    #expect(try await send(.post, "/email/verification", token: token).status == 202)
    #expect(try await letters(EmailVerificationRequested.self).count == 1)
    #expect(try await send(.post, "/email/verify", #"{"token":"\#(first.token)"}"#).status == 204)
    #expect(try await send(.post, "/email/verify", #"{"token":"\#(first.token)"}"#).code == "invalid-token")
    #expect(try await harness.log.readStream(User.stream(id), after: .none, limit: 10).last?.type == "EmailVerified")
    let conflict = try await send(.post, "/email/verification", token: token)
    #expect(try conflict.code == "state-conflict")
    #expect(try conflict.json["current"]?.stringValue == "verified")
    let change = #"{"email":"new@example.org","current_password":"\#(Self.password)"}"#
    #expect(try await send(.patch, "/me", change, token: token).status == 200)
    let second = try #require(try await letters(EmailVerificationRequested.self).last)
    #expect(second.email == "new@example.org")
    #expect(try await send(.post, "/email/verify", #"{"token":"\#(second.token)"}"#).status == 204)
  }
}
