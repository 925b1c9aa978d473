import Aggregates
import EventSourcing
import EventStoreTesting
import Foundation
import HTTPTypes
import JSON
import JWTKit
import Synchronization
import Testing

@testable import APIGateway

@Suite struct SecurityTests {
  static let path = "/api/v1/shelves/shelves/1/things"
  static let body = #"{"count":1}"#

  @Test func `a token of ours lets in, and tells who asks`() async throws {
    let harness = try await Harness()
    let answer = try await harness.send(.post, Self.path, Self.body, token: harness.token(77))
    #expect(answer.status == 201)
    let event = try await harness.log.readLog(after: .start, filter: .all, limit: 1).events[0]
    #expect(event.context.actor == "user-77")
  }

  @Test func `who holds the installation's key signs for a customer, and for nobody who may do more`() async throws {
    let harness = try await Harness()
    let token = try await TokenIssuer(harness.key, lifetime: .seconds(3_600)).customer(UserID(78))
    #expect(try await harness.send(.post, Self.path, Self.body, token: token).status == 201)
    let event = try await harness.log.readLog(after: .start, filter: .all, limit: 1).events[0]
    #expect(event.context.actor == "user-78")
    #expect(try await harness.send(.put, "/api/v1/shelves/shelves/1", token: token).code == "forbidden")
    let foreign = try await TokenIssuer(SigningKey(), lifetime: .seconds(3_600)).customer(UserID(78))
    #expect(try await harness.send(.post, Self.path, Self.body, token: foreign).code == "unauthorized")
  }

  @Test func `nothing but a bearer token of ours lets in`() async throws {
    let harness = try await Harness()
    #expect(try await harness.send(.post, Self.path, Self.body).code == "unauthorized")
    #expect(try await harness.send(.post, Self.path, Self.body, headers: ["Authorization": "Basic YTpi"]).code == "unauthorized")
    for token in ["", "x", "a.b.c", "a.b", String(repeating: "x", count: 5_000)] {
      #expect(try await harness.send(.post, Self.path, Self.body, token: token).code == "unauthorized")
    }
    #expect(try await harness.log.head() == .start)
  }

  /// A token with claims and header of one's choice.
  private func forged(
    _ harness: Harness, key: SigningKey? = nil, header: JWTHeader = ["typ": "at+jwt"], issuer: String = "comptoir",
    audience: String = "comptoir", expiresIn seconds: Double = 3_600, subject: String = "42"
  ) async throws -> String {
    let keys = JWTKeyCollection()
    let kid = JWKIdentifier(string: harness.key.id)
    await keys.add(ecdsa: (key ?? harness.key).privateKey, kid: kid)
    let claims = AccessClaims(
      iss: IssuerClaim(value: issuer), aud: AudienceClaim(value: [audience]), sub: SubjectClaim(value: subject),
      iat: IssuedAtClaim(value: Date()), exp: ExpirationClaim(value: Date().addingTimeInterval(seconds)), jti: IDClaim(value: "1"),
      role: "super_admin", email: "a@b.c")
    return try await keys.sign(claims, kid: kid, header: header)
  }

  @Test func `expired, misdirected and foreign tokens are refused`() async throws {
    let harness = try await Harness()
    func code(_ token: String) async throws -> String? {
      try await harness.send(.post, Self.path, Self.body, token: token).code
    }
    #expect(try await harness.send(.post, Self.path, Self.body, token: forged(harness)).status == 201)
    #expect(try await code(forged(harness, expiresIn: -5)) == "token-expired")
    #expect(try await code(forged(harness, audience: "another")) == "unauthorized")
    #expect(try await code(forged(harness, issuer: "another")) == "unauthorized")
    #expect(try await code(forged(harness, key: SigningKey())) == "unauthorized")
    #expect(try await code(forged(harness, header: ["typ": "JWT"])) == "unauthorized")
    #expect(try await code(forged(harness, subject: "-1")) == "unauthorized")
  }

  @Test func `a token without or with another algorithm is refused`() async throws {
    let harness = try await Harness()
    let token = try await forged(harness)
    let parts = token.split(separator: ".").map(String.init)
    for algorithm in ["none", "HS256", "ES384"] {
      let header = Base64URL.encode(Array(#"{"alg":"\#(algorithm)","typ":"at+jwt","kid":"\#(harness.key.id)"}"#.utf8))
      for signature in ["", parts[2]] {
        let answer = try await harness.send(.post, Self.path, Self.body, token: "\(header).\(parts[1]).\(signature)")
        #expect(try answer.code == "unauthorized")
      }
    }
    // The claims of another token under this one's signature.
    let other = try await forged(harness, subject: "43").split(separator: ".")[1]
    let mixed = try await harness.send(.post, Self.path, Self.body, token: "\(parts[0]).\(other).\(parts[2])")
    #expect(try mixed.code == "unauthorized")
  }

  @Test func `a remembered token expires all the same`() async throws {
    let time = Moment()
    let tokens = await AccessTokens(key: SigningKey(), issuer: "i", audience: "a", lifetime: .seconds(900), clock: { time.now })
    let caller = Caller(userID: UserID(5), role: .customer, email: "a@b.c")
    let token = try await tokens.issue(caller)
    #expect(try await tokens.verify(token).caller == caller)
    #expect(try await tokens.verify(token).caller == caller)
    time.pass(.seconds(901))
    await #expect(throws: AccessTokens.Refusal.expired) { try await tokens.verify(token) }
  }

  @Test func `a role that is not enough is forbidden`() async throws {
    let harness = try await Harness()
    let path = "/api/v1/shelves/shelves/1"
    #expect(try await harness.send(.put, path, token: harness.token(1, .manager)).code == "forbidden")
    #expect(try await harness.send(.put, path, token: harness.token(1, .admin), headers: ["If-Match": "*"]).status == 200)
  }

  @Test func `a password fits its own hash only, and never an unknown account`() async throws {
    let hasher = try PasswordHasher(PasswordHasher.Parameters(memoryKiB: 64, passes: 1))
    let hash = try await hasher.hash("correct horse")
    #expect(hash.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
    #expect(try await hasher.hash("correct horse") != hash)
    #expect(try await hasher.verify("correct horse", against: hash))
    #expect(try await !hasher.verify("correct hors", against: hash))
    #expect(try await !hasher.verify("no account has this password", against: nil))
    #expect(try await !hasher.verify("anything", against: ""))
  }

  @Test func `a key file is made once and read ever after`() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString).pem").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let first = try SigningKey(file: path)
    #expect(try SigningKey(file: path).id == first.id)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o600)
  }

  @Test func `an address has one fingerprint in all its spellings, and no other has it`() {
    let emails = EmailFingerprint(secret: Array(repeating: 1, count: 32))
    #expect(emails.fingerprint(of: "Zo\u{E9}@Example.org") == emails.fingerprint(of: "zoe\u{301}@example.ORG"))
    #expect(emails.fingerprint(of: "zo\u{E9}@example.org") != emails.fingerprint(of: "zoe@example.org"))
    #expect(emails.fingerprint(of: "a@b.c").count == 64)
  }

  @Test func `base64 for addresses reads back what it wrote and nothing else`() {
    for count in 0..<50 {
      let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max) }
      #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
    }
    for text in ["A", "AB", "A=", "A+", "AAAAA"] { #expect(Base64URL.decode(text) == nil) }
    #expect(Base64URL.decode("AA") == [0])
  }
}

/// A clock that a test moves.
private final class Moment: Sendable {
  private let value = Mutex(Timestamp.now())
  var now: Timestamp { value.withLock { $0 } }
  func pass(_ duration: Duration) { value.withLock { $0 = $0 + duration } }
}
