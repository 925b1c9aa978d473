import Aggregates
import Crypto

/// A secret that names what it opens: a number, a dot, and 256 random bits. Only its hash is ever stored.
struct OpaqueToken: Sendable {
  let number: Int64
  let text: String

  /// One that nobody else can guess.
  static func fresh(_ number: Int64) -> OpaqueToken {
    var random = SystemRandomNumberGenerator()
    let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    return OpaqueToken(number: number, text: "\(number).\(Base64URL.encode(secret))")
  }

  private init(number: Int64, text: String) {
    self.number = number
    self.text = text
  }

  /// Nil for what cannot be one.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let number = Int64(parts[0]), number > 0, Base64URL.decode(parts[1])?.count == 32 else { return nil }
    self.init(number: number, text: text)
  }

  /// SHA-256 in hexadecimal digits. The secret has too many bits to be tried, so nothing slower is needed.
  var hash: String {
    SHA256.hash(data: Array(text.utf8)).reduce(into: "") { text, byte in
      text += byte < 16 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
    }
  }
}

/// What an access token is renewed with: once, for then there is a newer one.
struct RefreshToken: Sendable {
  let token: OpaqueToken

  var sessionID: SessionID { SessionID(token.number) }

  static func fresh(_ session: SessionID) -> RefreshToken { RefreshToken(token: .fresh(session.rawValue)) }
}
