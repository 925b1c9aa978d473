import Aggregates
public import EventSourcing
import FoundationEssentials
import JSON
public import Logging
public import Mail
import Synchronization

/// Sends people the mails that follow from events, each once. A ``Correspondence`` says which.
///
/// ```
/// an event ─▶ MarkTransactionalMail ─▶ the mail server ─▶ SettleTransactionalMail
/// a timer ─▶ the same again, for a mail that was put off
/// ```
///
/// A mail is marked in the log before it is handed over. When the process ends in between, whoever comes next finds the mark of somebody
/// who is gone, says that the mail is uncertain, and does not send it again. Marks are kept by event and template, whichever mailer wrote
/// them: one that takes a kind of mail over from another sends none twice.
public final class Mailer: SagaPort {
  public let correspondence: Correspondence
  public let log: any EventLog
  public let executor: CommandExecutor
  let transport: any MailTransport
  let templates: any MailTemplates
  let terms: MailTerms
  let links: any NewsletterLinks
  let logger: Logger
  let clock: @Sendable () -> Timestamp
  /// Tells this run's marks from those of others.
  let sender = UUID().uuidString
  /// Mails that this run has begun to send, and what became of them where that is known but not yet in the log.
  let begun = Mutex<[MailKey: MailOutcome?]>([:])

  /// - Parameters:
  ///   - correspondence: what it writes.
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - clock: the date of mails, and how old an event is.
  public init(
    _ correspondence: Correspondence, log: any EventLog, executor: CommandExecutor, transport: any MailTransport,
    templates: any MailTemplates, terms: MailTerms, links: any NewsletterLinks, logger: Logger,
    clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.correspondence = correspondence
    self.log = log
    self.executor = executor
    self.transport = transport
    self.templates = templates
    self.terms = terms
    self.links = links
    self.logger = logger
    self.clock = clock
  }

  public var name: String { correspondence.name }
  public var service: String? { correspondence.service }

  // MARK: Messages

  public var messageTypes: [String] { correspondence.rules.map(\.type) }

  /// What concerns one order, delivery or ticket is mailed in order.
  public func saga(of message: RecordedEvent) throws -> String { message.stream.rawValue }

  public func handle(_ message: RecordedEvent) async throws {
    // What has long been over is no news: after an import, say, or when mail is switched on in an old shop.
    guard message.occurredAt + terms.maximumAge >= clock() else { return }
    for letter in try await letters(for: message) { try await send(letter, as: key(letter, message), after: message) }
  }

  /// What people are told of an event.
  private func letters(for message: RecordedEvent) async throws -> [Letter] {
    try await correspondence.rules.first { $0.type == message.type }?.letters(self, message) ?? []
  }

  private func key(_ letter: Letter, _ message: RecordedEvent) -> MailKey {
    MailKey(cause: message.stream, version: message.version.rawValue, template: letter.template)
  }

  // MARK: Timers

  public func saga(of timer: DueTimer) throws -> String? { try due(timer)?.mail.cause.rawValue }

  public func fire(_ timer: DueTimer) async throws {
    guard let key = try due(timer)?.mail else { return }
    let cause = try await log.readStream(key.cause, after: StreamVersion(key.version - 1), limit: 1).first
    guard let cause, let letter = try await letters(for: cause).first(where: { $0.template == key.template }) else {
      try await settle(.omitted(reason: "its event is not there"), key, CommandContext(actor: name))
      return
    }
    try await send(letter, as: key, after: cause)
  }

  /// A timer of one of its own mails; nil for one of somebody else, another mailer too.
  private func due(_ timer: DueTimer) throws -> MailTimer? {
    guard case .string(MailTimer.action)? = try JSONValue(parsing: timer.payload)["do"] else { return nil }
    let due = try MailTimer(jsonBytes: timer.payload)
    return correspondence.rules.contains { $0.isName(due.mail.template) } ? due : nil
  }

  // MARK: Parking

  /// A mail that cannot be written again and again is left out, and the log says so; the runner then finds it settled and goes on.
  public func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {
    let names = try correspondence.rules.first { $0.type == message.type }?.names(self, message) ?? []
    for name in names {
      let key = MailKey(cause: message.stream, version: message.version.rawValue, template: name)
      try await settle(.omitted(reason: error), key, context(after: message))
    }
  }

  public func unpark(_ saga: String, at position: Position) async throws {}

  public func parkedSagas() async throws -> [String: Position] { [:] }
}

/// Who writes, and until when something is worth a mail.
public struct MailTerms: Sendable, Hashable {
  public var from: MailAddress
  /// The shop's name and address in texts.
  public var companyName = "Comptoir"
  public var companyAddress = ""
  /// Where the pages are on which a customer uses a token that he was mailed: `/reset-password` and `/verify-email`, with `?token=`.
  public var siteURL = "https://comptoir.example"
  /// Where a mail that asks for it takes a subscriber off the list, for mail programs that write rather than ask (RFC 2369); nil for nowhere.
  public var unsubscribeMailbox: MailAddress?
  /// Older events are mailed to nobody.
  public var maximumAge = Duration.seconds(3 * 24 * 3_600)

  public init(from: MailAddress) {
    self.from = from
    if !from.name.isEmpty { companyName = from.name }
  }
}
