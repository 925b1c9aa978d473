import Foundation
import JSON
import Logging
import Testing

@testable import Mail

/// The mail server of the test run.
enum Server {
  static func setting(_ name: String) throws -> String {
    try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_\(name)"], "COMPTOIR_TEST_\(name)")
  }

  static func configuration() throws -> SMTPConfiguration {
    var configuration = try SMTPConfiguration(url: setting("SMTP_URL"))
    configuration.certificateFile = try setting("SMTP_CA_FILE")
    return configuration
  }

  /// Lends a mailer and closes it, whatever happens in between.
  static func use(_ configuration: SMTPConfiguration? = nil, _ body: (SMTPMailer) async throws -> Void) async throws {
    let mailer = SMTPMailer(try configuration ?? self.configuration(), logger: Logger(label: "tests"))
    do {
      try await body(mailer)
    } catch {
      await mailer.close()
      throw error
    }
    await mailer.close()
  }

  /// What the server took for a recipient, as Python's mail parser reads it.
  static func mails(to recipient: String) throws -> [JSONValue] {
    let folder = URL(fileURLWithPath: try setting("MAIL_FOLDER"))
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent.hasSuffix("-\(recipient).json") }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
      .map { try JSONValue(parsing: Array(Data(contentsOf: $0))) }
  }

  /// A recipient of a test's own; the first word says how the server treats it.
  static func recipient(_ kind: String = "taken") -> String { "\(kind)-\(UUID().uuidString.lowercased())@customer.example" }
}

extension MailMessage {
  static func sample(to recipient: String, subject: String = "Hello", text: String = "Hello", html: String? = nil) throws -> MailMessage {
    MailMessage(
      from: try MailAddress(name: "Comptoir", "shop@comptoir.example"), to: try MailAddress(recipient), subject: subject, text: text,
      html: html, id: try MailID("order-1.confirmed", at: "comptoir.example"), date: 1_795_697_825)
  }
}

extension JSONValue {
  var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
