import Aggregates
import EventSourcing
import HTTPTypes
import JSON

/// What is told of mails: by their readers' programs, and by the mail provider.
enum MailTrackingRoutes {
  static let routes: [Route] = [
    Route(
      .get, "/track/open/{token}", "trackMailOpening", "Notes that a mail was opened; a picture of one pixel", in: TokenInput.self,
      out: nil,
      access: .everyone, idempotency: .none, problems: [], aliases: ["/track/open/{token}"]
    ) { input, call in
      guard let key = call.mail(of: input.token, url: nil) else { throw Problem(.notFound) }
      try await call.note(.opened(userAgent: call.head.headerFields[.userAgent], ipAddress: nil), on: key)
      var reply = Reply(.bytes(pixel))
      reply.contentType = "image/gif"
      reply.headers.append((.cacheControl, "no-store"))
      return reply
    }.answering("image/gif"),
    Route(
      .get, "/track/click/{token}", "trackMailClick", "Notes that a link was followed, and leads there", in: ClickInput.self, out: nil,
      status: 302, access: .everyone, idempotency: .none, problems: [], aliases: ["/track/click/{token}"]
    ) { input, call in
      // The token is good for this address alone: nobody can make us lead elsewhere.
      guard let url = input.url, let key = call.mail(of: input.token, url: url) else { throw Problem(.notFound) }
      let report = MailReport.clicked(url: url, linkText: nil, userAgent: call.head.headerFields[.userAgent], ipAddress: nil)
      try await call.note(report, on: key)
      var reply = Reply(.none)
      reply.location = url
      reply.headers.append((.cacheControl, "no-store"))
      return reply
    }.answering("text/html"),
    webhook("delivered") { _ in .delivered },
    webhook("opened") { .opened(userAgent: $0.userAgent, ipAddress: $0.ipAddress) },
    webhook("clicked") {
      .clicked(url: $0.url ?? "", linkText: $0.linkText, userAgent: $0.userAgent, ipAddress: $0.ipAddress)
    },
    webhook("bounced") { .bounced($0.kind, reason: $0.reason) },
    webhook("complained") { _ in nil },
  ]

  /// A transparent GIF of one pixel.
  private static let pixel: [UInt8] = [
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x21, 0xF9, 4, 1, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0,
    1, 0, 1, 0, 0, 2, 1, 0x44, 0, 0x3B,
  ]

  /// - Parameter report: nil for a complaint.
  private static func webhook(_ word: String, _ report: @escaping @Sendable (MailReportInput) -> MailReport?) -> Route {
    Route(
      .post, "/webhooks/email-\(word)", "mail\(word.prefix(1).uppercased())\(word.dropFirst())", "The mail provider reports a mail \(word)",
      in: MailReportInput.self, out: nil, status: 204, access: .everyone, idempotency: .none, problems: [.unauthorized]
    ) { input, call in
      // Signed, so that nobody else can tell us so.
      let message = try await call.signedMessage(by: call.services.configuration.mailWebhook).id
      if word == "clicked", input.url == nil { throw Problem.field("/url", .missingField) }
      // The same message twice is one report.
      let id = CommandID(derivedFrom: message, purpose: "mail-\(word)")
      if let report = report(input) {
        return .command(
          try await call.services.executor.execute(ReportMail(input.key, report), id: id, idempotency: .derived, context: call.context))
      }
      return .command(
        try await call.services.executor.execute(ReportComplaint(input.key), id: id, idempotency: .derived, context: call.context))
    }.countingItself
  }
}

extension Call {
  /// The mail that a token of ours names; nil for any other token.
  fileprivate func mail(of token: String, url: String?) -> DeliveryKey? {
    services.emails.links.mail(of: token, url: url).map { DeliveryKey(CampaignID($0.campaign), NewsletterID($0.newsletter)) }
  }

  /// Notes a report; a mail that is not there, or not yet sent, leaves no trace, and its reader does not notice.
  fileprivate func note(_ report: MailReport, on key: DeliveryKey) async throws {
    do {
      _ = try await execute(ReportMail(key, report))
    } catch CampaignRejection.noSuchMail {}
  }
}
