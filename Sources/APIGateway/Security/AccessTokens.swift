import Aggregates
import Crypto
import EventSourcing
import FoundationEssentials
import JWTKit
import Synchronization

/// The claims of an access token ([RFC 9068](https://www.rfc-editor.org/rfc/rfc9068)).
struct AccessClaims: JWTPayload {
  var iss: IssuerClaim
  var aud: AudienceClaim
  var sub: SubjectClaim
  var iat: IssuedAtClaim
  var exp: ExpirationClaim
  var jti: IDClaim
  var role: String
  var email: String
  /// The session.
  var sid: String?
  /// How often all sessions of the account had been ended before; absent for never.
  var epoch: Int?

  /// Issuer, audience and time are judged by `AccessTokens`, which has the clock.
  func verify(using algorithm: some JWTAlgorithm) throws {}
}

/// What a verified token says.
struct AccessToken: Sendable, Hashable {
  var caller: Caller
  /// In whole seconds, by the clock of the process that issued it.
  var issuedAt: Timestamp
}

/// Issues and verifies access tokens: ES256, one key, typ `at+jwt`.
///
/// A verification costs about 100 µs, so verified tokens are remembered, by their whole text, until they expire or fall out of a
/// bounded memory: as many as customers are about in a token's lifetime, at some 600 bytes each. Nothing else is accepted from a token than what its signature covers.
final class AccessTokens: Sendable {
  /// Why a token was not accepted.
  enum Refusal: Error {
    case invalid
    case expired
  }

  private struct Known {
    var token: AccessToken
    var expiresAt: Timestamp
  }

  let lifetime: Duration
  private let issuer: String
  private let audience: String
  private let keys: JWTKeyCollection
  private let keyID: JWKIdentifier
  private let clock: @Sendable () -> Timestamp
  private let known: Mutex<TwoGenerationCache<String, Known>>

  init(
    key: SigningKey, issuer: String, audience: String, lifetime: Duration, cacheCapacity: Int = 100_000,
    clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) async {
    self.issuer = issuer
    self.audience = audience
    self.lifetime = lifetime
    self.clock = clock
    keyID = JWKIdentifier(string: key.id)
    keys = JWTKeyCollection()
    known = Mutex(TwoGenerationCache(capacity: cacheCapacity))
    await keys.add(ecdsa: key.privateKey, kid: keyID)
  }

  /// A token for an account. Times in it are whole seconds.
  func issue(_ caller: Caller) async throws -> String {
    let now = Date(timeIntervalSince1970: Double(clock().rawValue / 1_000_000))
    let claims = AccessClaims(
      iss: IssuerClaim(value: issuer), aud: AudienceClaim(value: [audience]), sub: SubjectClaim(value: caller.userID.description),
      iat: IssuedAtClaim(value: now), exp: ExpirationClaim(value: now.addingTimeInterval(Double(lifetime.components.seconds))),
      jti: IDClaim(value: UUID.random().uuidString.lowercased()), role: caller.role.rawValue, email: caller.email,
      sid: caller.sessionID?.description, epoch: caller.sessionEpoch == 0 ? nil : caller.sessionEpoch)
    return try await keys.sign(claims, kid: keyID, header: ["typ": "at+jwt"])
  }

  /// What a token says, and in particular who it stands for.
  func verify(_ token: String) async throws(Refusal) -> AccessToken {
    let now = clock()
    if let found = known.withLock({ $0[token] }) {
      guard found.expiresAt > now else { throw .expired }
      return found.token
    }
    guard hasOurHeader(token), let claims = try? await keys.verify(token, as: AccessClaims.self) else { throw .invalid }
    guard claims.iss.value == issuer, claims.aud.value.contains(audience), let number = Int64(claims.sub.value), number > 0,
      let role = PlatformRole(rawValue: claims.role)
    else { throw .invalid }
    let expiresAt = Timestamp(microseconds: Int64(claims.exp.value.timeIntervalSince1970) * 1_000_000)
    guard expiresAt > now else { throw .expired }
    let verified = AccessToken(
      caller: Caller(
        userID: UserID(number), role: role, email: claims.email, sessionEpoch: claims.epoch ?? 0,
        sessionID: claims.sid.flatMap { Int64($0) }.map { SessionID($0) }),
      issuedAt: Timestamp(microseconds: Int64(claims.iat.value.timeIntervalSince1970) * 1_000_000))
    known.withLock { $0[token] = Known(token: verified, expiresAt: expiresAt) }
    return verified
  }

  /// Our algorithm, our key and our kind of token, and nothing else (RFC 8725, sections 3.1 and 3.11).
  private func hasOurHeader(_ token: String) -> Bool {
    guard token.utf8.count < 4_096, token.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2,
      let text = token.split(separator: ".", omittingEmptySubsequences: false).first, let bytes = Base64URL.decode(text),
      let header = try? JSONHeader(bytes)
    else { return false }
    return header.alg == "ES256" && header.typ == "at+jwt" && header.kid == keyID.string
  }
}
