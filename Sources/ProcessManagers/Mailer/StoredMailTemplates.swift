import Aggregates
public import EventSourcing

/// The shop's own templates, as staff last saved them.
public struct StoredMailTemplates: MailTemplates {
  private let log: any EventLog

  public init(log: any EventLog) { self.log = log }

  public func template(_ slug: String) async throws -> MailTemplate? {
    guard let stream = try await log.claimOwner("template-slug:\(slug)") else { return nil }
    var state = EmailTemplate.initialState
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(stream, after: version, limit: 500)
      for event in events { EmailTemplate.evolve(&state, try EmailTemplate.Event.decoder.decode(event)) }
      guard events.count == 500, let last = events.last else { break }
      version = last.version
    }
    guard let row = state.row, row.isActive else { return nil }
    return MailTemplate(subject: row.subject, html: row.html, plain: row.plain)
  }
}
