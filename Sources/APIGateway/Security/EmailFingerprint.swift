import Crypto
import Foundation

/// Recognises an e-mail address without keeping it: the key of its claim.
///
/// HMAC-SHA256, so that without the secret nobody can try addresses against the claims. Two spellings of one address (case, Unicode
/// composition) have one fingerprint; nothing else is folded, so that two people's addresses never merge.
public struct EmailFingerprint: Sendable {
  private let secret: SymmetricKey

  /// - Parameter secret: 32 bytes or more; the same for the life of the installation.
  public init(secret: [UInt8]) {
    self.secret = SymmetricKey(data: secret)
  }

  /// Makes the tokens of links in mails, with the same secret.
  public var links: LinkTokens { LinkTokens(secret: secret) }

  /// 64 hexadecimal digits.
  public func fingerprint(of email: String) -> String {
    let folded = email.precomposedStringWithCanonicalMapping.lowercased()
    let code = HMAC<SHA256>.authenticationCode(for: Array(folded.utf8), using: secret)
    let digits = Array("0123456789abcdef".unicodeScalars)
    return code.reduce(into: "") { text, byte in
      text.unicodeScalars.append(digits[Int(byte >> 4)])
      text.unicodeScalars.append(digits[Int(byte & 15)])
    }
  }

  /// The claim that an address is taken: `email:<fingerprint>` among accounts, and likewise among what has names of its own.
  public func claim(of email: String, among kind: String = "email") -> String { "\(kind):\(fingerprint(of: email))" }
}
