import Crypto

/// Tokens in the links of mails. They are made from what they name and a secret, so that nothing has to be stored to make a link again, and
/// nobody can make one for somebody else.
public struct LinkTokens: Sendable {
  private let secret: SymmetricKey

  init(secret: SymmetricKey) {
    self.secret = secret
  }

  /// The token by which a subscriber confirms and leaves: 43 characters.
  public func subscriber(_ id: Int64) -> String { code("subscriber \(id)") }

  /// What is stored of that token.
  public func subscriberHash(_ id: Int64) -> String { Self.hash(subscriber(id)) }

  /// The token by which a mail's opening is noted.
  public func mail(campaign: Int64, newsletter: Int64) -> String {
    "\(campaign).\(newsletter).\(code("mail \(campaign) \(newsletter)"))"
  }

  /// The token by which a click on one link of a mail is noted; good for that address alone.
  public func link(campaign: Int64, newsletter: Int64, url: String) -> String {
    "\(campaign).\(newsletter).\(code("link \(campaign) \(newsletter) \(url)"))"
  }

  /// The campaign and subscriber of a mail's token; nil when it is not ours.
  /// - Parameter url: nil for an opening.
  func mail(of token: String, url: String?) -> (campaign: Int64, newsletter: Int64)? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let campaign = Int64(parts[0]), let newsletter = Int64(parts[1]) else { return nil }
    let own =
      url.map { link(campaign: campaign, newsletter: newsletter, url: $0) } ?? mail(campaign: campaign, newsletter: newsletter)
    return Self.isEqual(own, token) ? (campaign, newsletter) : nil
  }

  /// What is stored of a token: SHA-256 in hexadecimal digits.
  static func hash(_ token: String) -> String {
    SHA256.hash(data: Array(token.utf8)).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
  }

  private func code(_ text: String) -> String {
    Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Array("link \(text)".utf8), using: secret)))
  }

  /// Takes the same time wherever the texts differ.
  private static func isEqual(_ left: String, _ right: String) -> Bool {
    guard left.utf8.count == right.utf8.count else { return false }
    return zip(left.utf8, right.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
