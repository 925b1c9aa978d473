import Aggregates

/// A mail that follows from an event, before anybody knows its words.
struct Letter: Sendable, Hashable {
  /// The template's slug; or, with words of its own, what tells it from the other mails of its event.
  var template: String
  /// The account that it goes to; nil for a subscriber, and where nobody signed in.
  var userID: UserID?
  /// To whom, where the event itself or a subscriber says so; else what the account last said of itself.
  var recipient: MailRecipient?
  /// What the template's variables stand for, without those about the recipient.
  var variables: [String: String]
  /// The words, where they are no template's.
  var words: MailTemplate?
  /// Where one click leaves the list, for a mail that may be declined.
  var leaving: String?
}

/// The words of a mail, with variables such as `{{order_number}}`.
public struct MailTemplate: Sendable, Hashable {
  public var subject: String
  public var html: String
  /// Nil where there is only HTML.
  public var plain: String?

  public init(subject: String, html: String, plain: String? = nil) {
    self.subject = subject
    self.html = html
    self.plain = plain
  }

  /// The template with values in place of its variables: as text in HTML, never as HTML. What has no value is left empty.
  func filled(_ values: [String: String]) -> MailTemplate {
    MailTemplate(
      // A subject is one line, whatever a value holds.
      subject: String(Self.fill(subject, values).map { $0.isNewline || $0 == "\t" ? " " : $0 }),
      html: Self.fill(html, values.mapValues(Self.escaped)), plain: plain.map { Self.fill($0, values) })
  }

  private static func fill(_ text: String, _ values: [String: String]) -> String {
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "{{"), let end = rest[start.upperBound...].firstRange(of: "}}") {
      result += rest[..<start.lowerBound]
      result += values[rest[start.upperBound..<end.lowerBound].filter { $0 != " " }] ?? ""
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }
}

/// Where templates are found.
public protocol MailTemplates: Sendable {
  /// The template in use under a slug; nil when there is none.
  func template(_ slug: String) async throws -> MailTemplate?
}
