import Aggregates
import EventSourcing
import Logging
import Mail
import Synchronization

extension Mailer {
  /// Sends a mail unless it was sent, is uncertain or was given up.
  func send(_ letter: Letter, as key: MailKey, after message: RecordedEvent) async throws {
    let context = context(after: message)
    guard let mail = try await compose(letter, key) else {
      try await settle(.omitted(reason: "nobody to send it to, or no template"), key, context)
      return
    }
    let answer = try await executor.execute(MarkTransactionalMail(key, sender: sender), context: context).answer
    guard let answer, answer.status == .marked, answer.sender == sender else {
      if answer?.status == .uncertain { logger.error("mail is uncertain", metadata: ["mail.key": "\(key)"]) }
      return
    }
    // Marked by this run. Was it begun already, then only its outcome has not been written down.
    if let known = begun.withLock({ $0[key] }) {
      try await settle(known ?? .uncertain(reason: "it was begun and not ended"), key, context)
      return
    }
    begun.withLock { $0[key] = .some(nil) }
    // A task of its own: a process that stops writes down what became of the mail.
    try await Task {
      let outcome = await handOver(mail)
      begun.withLock { $0[key] = outcome }
      try await settle(outcome, key, context)
    }.value
  }

  private func handOver(_ mail: MailMessage) async -> MailOutcome {
    do {
      try await transport.send(mail)
      return .sent
    } catch {
      switch error {
      case .refused(let reply) where reply.isAboutRecipient: return .bounced(reply.isForNow ? .soft : .hard, reason: "\(error)")
      case .invalid, .refused: return .refused(reason: "\(error)")
      case .deferred, .unavailable: return .putOff(reason: "\(error)")
      case .uncertain: return .uncertain(reason: "\(error)")
      }
    }
  }

  func settle(_ outcome: MailOutcome, _ key: MailKey, _ context: CommandContext) async throws {
    let answer = try await executor.execute(SettleTransactionalMail(key, outcome), context: context).answer
    begun.withLock { $0[key] = nil }
    switch outcome {
    case .sent: break
    case .omitted, .putOff, .refused, .bounced:
      logger.notice(
        "mail not sent", metadata: ["mail.key": "\(key)", "status": "\(answer?.status.rawValue ?? "")", "outcome": "\(outcome)"])
    case .uncertain(let reason):
      logger.error("mail is uncertain", metadata: ["mail.key": "\(key)", "reason": "\(reason)"])
    }
  }

  /// - Returns: nil when there is no template in use, or no account that could get it.
  private func compose(_ letter: Letter, _ key: MailKey) async throws -> MailMessage? {
    guard let recipient = try await recipient(of: letter) else { return nil }
    let template = if let words = letter.words { words } else { try await templates.template(letter.template) }
    guard let template,
      let address = try? MailAddress(
        name: MailTerms.shown(recipient.name), recipient.email)
    else { return nil }
    let now = clock()
    let own = recipient.variables.merging(terms.values(at: now)) { $1 }
    let filled = template.filled(letter.variables.merging(own) { own, _ in own })
    return MailMessage(
      from: terms.from, to: address, subject: filled.subject, text: filled.plain ?? filled.subject, html: filled.html,
      id: try MailID(key.description, at: terms.from.domain), date: now.rawValue / 1_000_000, unsubscribeURL: letter.leaving)
  }

  /// An account has to be there, whatever its event says.
  private func recipient(of letter: Letter) async throws -> MailRecipient? {
    guard let user = letter.userID else { return letter.recipient }
    guard let account = try await MailRecipient.read(user, from: log) else { return nil }
    return letter.recipient ?? account
  }
}

/// Whom a mail goes to: what an account or a subscriber last said of itself.
struct MailRecipient: Sendable, Hashable {
  var email = ""
  var firstname = ""
  var lastname = ""

  var name: String { [firstname, lastname].filter { !$0.isEmpty }.joined(separator: " ") }

  /// What the variables about the recipient stand for.
  var variables: [String: String] {
    [
      "first_name": firstname, "name": lastname, "email": email, "subscriber_name": name.isEmpty ? "Valued Customer" : name,
      "subscriber_email": email,
    ]
  }

  /// - Returns: nil for an account that is not there, was deleted, or whose owner was forgotten.
  static func read(_ user: UserID, from log: any EventLog) async throws -> MailRecipient? {
    guard let account = try await AccountFacts.read(user, from: log), !account.isDeleted, !account.email.isEmpty else { return nil }
    return MailRecipient(email: account.email, firstname: account.firstname, lastname: account.lastname)
  }
}
