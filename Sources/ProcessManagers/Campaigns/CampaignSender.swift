import Aggregates
public import EventSourcing
import FoundationEssentials
public import Jobs
public import Logging
public import Mail
import ServiceLifecycle
import Synchronization

/// Carries out the jobs of campaigns: sends one mail to each reader of a batch.
///
/// Each mail is marked in the log before it is handed over, so a job that is carried out again sends what was not sent, and nothing twice.
/// A mail that was marked by somebody who is gone is uncertain. What the mail server puts off is tried again with the whole job, which then
/// finds the other mails done.
public final class CampaignSender: Sendable {
  /// How often a batch is tried, and when: for a day that the mail server is away. A mail that the server itself puts off has failed after
  /// ``CampaignDelivery/maximumDeferrals``.
  public static var policy: JobPolicy {
    var policy = JobPolicy()
    policy.maximumAttempts = 24
    policy.firstDelay = .seconds(300)
    policy.maximumDelay = .seconds(3_600)
    return policy
  }

  /// Mails that are still to be sent; the job comes again.
  struct Unsent: Error, CustomStringConvertible {
    let description: String
  }

  private let log: any EventLog
  private let executor: CommandExecutor
  private let transport: any MailTransport
  private let links: any NewsletterLinks
  private let terms: MailTerms
  private let logger: Logger
  private let clock: @Sendable () -> Timestamp
  /// Tells this run's marks from those of others.
  private let sender = UUID().uuidString
  /// Mails that this run has begun to send, and what became of them where that is known but not yet in the log.
  private let begun = Mutex<[DeliveryKey: MailReport?]>([:])

  /// - Parameter executor: best the one that the routes use, so that both build on the same states in memory.
  public init(
    log: any EventLog, executor: CommandExecutor, transport: any MailTransport, links: any NewsletterLinks, terms: MailTerms,
    logger: Logger, clock: @escaping @Sendable () -> Timestamp = { .now() }
  ) {
    self.log = log
    self.executor = executor
    self.transport = transport
    self.links = links
    self.terms = terms
    self.logger = logger
    self.clock = clock
  }

  /// Takes batches from a queue and sends them.
  /// - Parameter concurrency: batches at once, best as many as there are connections to the mail server.
  public func worker(_ queue: JobQueue, policy: JobPolicy = CampaignSender.policy, concurrency: Int = 4) -> JobWorker {
    JobWorker(queue, policy: policy, concurrency: concurrency, logger: logger) { try await self.carryOut($0.job) }
  }

  /// Sends what has not been sent of a batch.
  /// - Throws: `Unsent` when the job has to come again.
  func carryOut(_ job: Job) async throws {
    let batch = try CampaignBatch(job)
    guard let content = try await CampaignPlan.read(batch.campaignID, from: log).content else { throw JobFailure("no such campaign") }
    let letter = CampaignLetter(campaignID: batch.campaignID, content: content, terms: terms, links: links)
    var putOff: [String] = []
    for reader in batch.readers {
      // Whoever stops leaves the rest to the job's next try.
      guard !Task.isShuttingDownGracefully, !Task.isCancelled else { throw CancellationError() }
      switch try await send(letter, to: reader) {
      case .putOff(let reason, byServer: true)?: putOff.append(reason)
      // There is no server to talk to: not for the others either.
      case .putOff(let reason, byServer: false)?: throw Unsent(description: reason)
      default: break
      }
    }
    if let first = putOff.first { throw Unsent(description: "\(putOff.count) mails were put off, the first: \(first)") }
  }

  /// - Returns: what became of the mail; nil when there was nothing to do.
  private func send(_ letter: CampaignLetter, to reader: NewsletterID) async throws -> MailReport? {
    let key = DeliveryKey(letter.campaignID, reader)
    let context = CommandContext(actor: "campaigns")
    guard try await executor.execute(MarkMail(key, sender: sender), context: context).answer?.isOurs == true else { return nil }
    // Marked by this run. Was it begun already, then only its outcome has not been written down.
    if let known = begun.withLock({ $0[key] }) {
      guard let known else { throw Unsent(description: "a mail is still under way") }
      return try await settle(known, key, context)
    }
    begun.withLock { $0[key] = .some(nil) }
    // A task of its own: a process that stops writes down what became of the mail.
    return try await Task {
      let report = await handOver(letter, reader)
      begun.withLock { $0[key] = report }
      return try await settle(report, key, context)
    }.value
  }

  private func settle(_ report: MailReport, _ key: DeliveryKey, _ context: CommandContext) async throws -> MailReport {
    do {
      _ = try await executor.execute(ReportMail(key, report), context: context)
    } catch CampaignRejection.noSuchMail {}
    begun.withLock { $0[key] = nil }
    if case .uncertain(let reason) = report {
      logger.error("mail is uncertain", metadata: ["mail.key": "\(key)", "reason": "\(reason)"])
    }
    return report
  }

  private func handOver(_ letter: CampaignLetter, _ reader: NewsletterID) async -> MailReport {
    let mail: MailMessage
    do {
      guard let subscriber = try await SubscriberContent.read(reader, from: log) else { return .failed(reason: "forgotten") }
      mail = try letter.mail(to: reader, subscriber, at: clock())
    } catch let error as MailError {
      return .failed(reason: "\(error)")
    } catch {
      return .putOff(reason: "\(error)", byServer: false)
    }
    do {
      try await transport.send(mail)
      return .sent
    } catch {
      switch error {
      case .invalid: return .failed(reason: "\(error)")
      case .refused(let reply) where reply.isAboutRecipient: return .bounced(reply.isForNow ? .soft : .hard, reason: "\(reply)")
      case .refused: return .failed(reason: "\(error)")
      case .deferred: return .putOff(reason: "\(error)", byServer: true)
      case .unavailable: return .putOff(reason: "\(error)", byServer: false)
      case .uncertain: return .uncertain(reason: "\(error)")
      }
    }
  }
}

extension SubscriberContent {
  /// What a subscriber last said of himself.
  /// - Returns: nil for one who is not there, was deleted or was forgotten.
  static func read(_ id: NewsletterID, from log: any EventLog) async throws -> SubscriberContent? {
    var state = Subscriber.initialState
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(Subscriber.stream(id), after: version, limit: 500)
      let keys = try await log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
      for event in events { Subscriber.evolve(&state, try SubscriberEvent.decoder.decode(event, keys: keys)) }
      guard events.count == 500, let last = events.last else { break }
      version = last.version
    }
    return state.existence == .present ? state.content : nil
  }
}
