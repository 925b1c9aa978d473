/// Why a mail was not sent, or may not have been.
///
/// `description` names no recipient and no credential, so it can travel into a log; a server's own words may repeat an address and
/// are in `reply` alone.
public enum MailError: Error, Sendable, Hashable {
  /// The message cannot be written down; names the part. Nothing was sent.
  case invalid(String)
  /// The server will not take this message, now or later (5yz).
  case refused(SMTPReply)
  /// The server does not take it now (4yz).
  case deferred(SMTPReply)
  /// No server that would talk to us: none was reached, its certificate is not trusted, or it does not know our credentials. It has not
  /// taken the message.
  case unavailable(String)
  /// The connection ended after the whole message had been handed over and before the answer came: the server may have taken it or not.
  /// Sending it again may send it twice.
  case uncertain(String)

  /// What the server said.
  public var reply: SMTPReply? {
    switch self {
    case .refused(let reply), .deferred(let reply): reply
    case .invalid, .unavailable, .uncertain: nil
    }
  }

  /// Whether the same message may be sent a while later: it has certainly not been taken, and nothing is wrong with itself.
  public var mayBeRepeated: Bool {
    switch self {
    case .deferred, .unavailable: true
    case .invalid, .refused, .uncertain: false
    }
  }
}

extension MailError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .invalid(let part): "the message's \(part) cannot be sent"
    case .refused(let reply): "refused with \(reply)"
    case .deferred(let reply): "put off with \(reply)"
    case .unavailable(let reason): "no server: \(reason)"
    case .uncertain(let reason): "handed over, but not answered: \(reason)"
    }
  }
}

/// A server's answer.
public struct SMTPReply: Sendable, Hashable {
  /// Three digits.
  public var code: Int
  /// The server's words; may repeat an address.
  public var text: String

  public init(code: Int, text: String = "") {
    self.code = code
    self.text = text
  }

  /// The enhanced status (RFC 3463), such as `5.1.1`, where the server gives one.
  public var enhancedStatus: String? {
    let word = text.prefix { $0 != " " }
    let parts = word.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, ["2", "4", "5"].contains(parts[0]), parts.dropFirst().allSatisfy({ 1...3 ~= $0.count && Int($0) != nil }) else {
      return nil
    }
    return String(word)
  }
}

extension SMTPReply {
  /// Whether a refusal is about the recipient's address or mailbox, and not about the message or its sender (RFC 3463, sections 3.2 and 3.3).
  public var isAboutRecipient: Bool {
    guard let status = enhancedStatus else { return [550, 551, 553].contains(code) }
    return (status.hasPrefix("5.1.") || status.hasPrefix("5.2.")) && !["5.1.7", "5.1.8", "5.2.3"].contains(status)
  }

  /// Whether it will pass, although the server has given up: the mailbox is full.
  public var isForNow: Bool { enhancedStatus == "5.2.2" }
}

extension SMTPReply: CustomStringConvertible {
  /// The codes alone.
  public var description: String { "\(code)" + (enhancedStatus.map { " \($0)" } ?? "") }
}
