/// A mail to one recipient.
public struct MailMessage: Sendable, Hashable {
  public var from: MailAddress
  public var to: MailAddress
  public var replyTo: MailAddress?
  public var subject: String
  /// What is shown where no HTML is.
  public var text: String
  /// Nil for a mail of plain text.
  public var html: String?
  public var id: MailID
  /// Seconds since 1970.
  public var date: Int64
  /// Where one click leaves the list, for mail that the recipient may decline (RFC 8058).
  public var unsubscribeURL: String?
  /// A mailbox that takes the recipient off, without `mailto:`; may end in `?subject=…` (RFC 2369). Only beside ``unsubscribeURL``.
  public var unsubscribeMailto: String?

  public init(
    from: MailAddress, to: MailAddress, replyTo: MailAddress? = nil, subject: String, text: String, html: String? = nil, id: MailID,
    date: Int64, unsubscribeURL: String? = nil
  ) {
    self.from = from
    self.to = to
    self.replyTo = replyTo
    self.subject = subject
    self.text = text
    self.html = html
    self.id = id
    self.date = date
    self.unsubscribeURL = unsubscribeURL
  }
}

/// A message's name, for ever and everywhere: `<left@right>`. Made from what the mail is about, so that the same mail sent twice has the
/// same one and mailboxes show it once.
public struct MailID: Sendable, Hashable, CustomStringConvertible {
  /// With its angle brackets.
  public let description: String

  /// - Parameters:
  ///   - name: what the mail is about: letters, digits, `.`, `-`, `_` and `+`, at most 200.
  ///   - domain: one's own.
  /// - Throws: `.invalid`.
  public init(_ name: String, at domain: some StringProtocol) throws(MailError) {
    let allowed = Array(".-_+".utf8)
    guard (1...200).contains(name.utf8.count), name.utf8.allSatisfy({ $0.isLetterOrDigit || allowed.contains($0) }),
      !name.hasPrefix("."), !name.hasSuffix("."), !name.contains(".."),
      (try? MailAddress("a@\(domain)")) != nil
    else { throw .invalid("message id") }
    description = "<\(name)@\(domain)>"
  }
}
