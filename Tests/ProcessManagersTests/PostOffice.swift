import EventSourcing
import EventStoreTesting
import Foundation
import JSON
import Logging
import Mail
import Migrations
import Postgres
import PostgresTesting
import ProcessManagers
import ServiceLifecycle
import Synchronization
import Testing

@testable import Aggregates
@testable import Jobs

/// A mail server that does what a test says.
final class Post: MailTransport {
  let taken = Mutex<[MailMessage]>([])
  let failures = Mutex<[MailError]>([])
  /// What happens while a mail is under way.
  let meanwhile = Mutex<(@Sendable () async -> Void)?>(nil)
  var mails: [MailMessage] { taken.withLock { $0 } }

  func fail(_ errors: MailError...) { failures.withLock { $0 += errors } }

  func send(_ message: MailMessage) async throws(MailError) {
    if let act = meanwhile.withLock({ $0 }) { await act() }
    if let error = failures.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw error }
    taken.withLock { $0.append(message) }
  }
}

/// Takes a mail and never answers: the process is killed meanwhile.
final class Abyss: MailTransport {
  let count = Mutex(0)

  func send(_ message: MailMessage) async throws(MailError) {
    count.withLock { $0 += 1 }
    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
  }
}

/// Links that a test can read.
struct PlainLinks: NewsletterLinks {
  func token(_ id: NewsletterID) -> String { "t\(id)" }
  func confirmation(_ id: NewsletterID) -> String { "https://api.example/confirm/t\(id)" }
  func leaving(_ id: NewsletterID, campaign: CampaignID?) -> String {
    "https://api.example/leave/t\(id)" + (campaign.map { "?campaign_id=\($0)" } ?? "")
  }
  func opening(_ key: DeliveryKey) -> String { "https://api.example/open/\(key)" }
  func click(_ key: DeliveryKey, on url: String) -> String? { "https://api.example/click/\(key)?url=\(url)" }
}

/// Readers that a test names.
final class NamedReaders: CampaignReaders {
  let all: Mutex<[NewsletterID]>

  init(_ all: [NewsletterID]) { self.all = Mutex(all) }

  func readers(for targeting: CampaignTargeting?, at position: Position) async throws -> [NewsletterID] { all.withLock { $0 } }
}

/// A shop in memory whose jobs are in a database, with a clock that the test moves.
struct PostOffice: Sendable {
  let shop = Shop()
  let queue: JobQueue
  private let time: Time
  static let campaign = CampaignID(1_000)

  private final class Time: Sendable {
    let seconds = Mutex<Int64>(1_000_000)
  }

  private static let schema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

  static func use(_ body: (PostOffice) async throws -> Void) async throws {
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: schema, passwordSeed: "a seed for tests",
      prefix: "p\(UInt32.random(in: 0 ... .max))_")
    var failure: (any Error)?
    do {
      try await migrator.up(["newsletters_service_db"])
      let client = PostgresClient(migrator.configuration("newsletters_service_db", as: .projector), logger: Shop.quietLogger)
      do {
        try await body(PostOffice(client))
      } catch {
        failure = error
      }
      await client.close()
    } catch {
      failure = error
    }
    try await migrator.dropEverything()
    if let failure { throw failure }
  }

  private init(_ client: PostgresClient) {
    let time = Time()
    var queue = JobQueue("campaign", client: client)
    queue.clock = { time.seconds.withLock { $0 } }
    self.queue = queue
    self.time = time
  }

  /// Lets time pass for jobs and in the log.
  func advance(by seconds: Int64) {
    time.seconds.withLock { $0 += seconds }
    shop.log.advance(by: .seconds(seconds))
  }

  func campaigns(_ readers: [NewsletterID] = [], batchSize: Int = 100) -> Campaigns {
    Campaigns(log: shop.log, executor: executor(), queue: queue, readers: NamedReaders(readers), batchSize: batchSize)
  }

  /// As another process has it: nothing is in its memory.
  func sender(_ transport: any MailTransport) throws -> CampaignSender {
    var terms = MailTerms(from: try MailAddress(name: "La Boutique", "shop@comptoir.example"))
    terms.unsubscribeMailbox = try MailAddress("leave@comptoir.example")
    return CampaignSender(
      log: shop.log, executor: executor(), transport: transport, links: PlainLinks(), terms: terms, logger: Shop.quietLogger
    ) { [shop] in shop.log.now }
  }

  private func executor() -> CommandExecutor { CommandExecutor(log: shop.log) { [shop] in shop.log.now } }

  /// Runs the process manager and workers while a test goes on.
  func running(_ campaigns: Campaigns, _ senders: [CampaignSender], _ body: (ProcessManagerRunner) async throws -> Void) async throws {
    let workers = senders.map { $0.worker(queue, concurrency: 2) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in workers { group.addTask { try await worker.run() } }
      defer { group.cancelAll() }
      try await shop.running(shop.runner(campaigns), body)
    }
  }

  /// A campaign to readers with these addresses, of ids from 1.
  /// - Returns: the readers.
  @discardableResult
  func draft(_ emails: [String], content: String = "<p>Hello {{subscriber_name}}</p>") async throws -> [NewsletterID] {
    for (index, email) in emails.enumerated() {
      _ = try await shop.executor.execute(
        EnrolSubscriber(
          newsletterID: NewsletterID(Int64(index + 1)), content: SubscriberContent(email: email, name: "Ada Reader"),
          emailClaim: "newsletter-email:\(email)", tokenHash: "hash-\(index)", source: nil))
    }
    _ = try await shop.executor.execute(
      DraftCampaign(
        campaignID: Self.campaign, content: CampaignContent(name: "Spring", subject: "Hello {{name}}", content: content), createdBy: nil))
    return emails.indices.map { NewsletterID(Int64($0 + 1)) }
  }

  func start(_ readers: [NewsletterID], step: Int = 100) async throws {
    for start in stride(from: 0, to: readers.count, by: step) {
      let chunk = Array(readers[start..<min(start + step, readers.count)])
      _ = try await shop.executor.execute(
        PrepareMails(campaignID: Self.campaign, newsletterIDs: chunk, firstDelivery: CampaignDeliveryID(Int64(5_000 + start))))
    }
    _ = try await shop.executor.execute(StartCampaign(campaignID: Self.campaign))
  }

  func state() async throws -> Campaign.State { try await shop.state(Campaign.self, Self.campaign) }

  func mail(_ reader: Int64) async throws -> CampaignDelivery.State {
    try await shop.state(CampaignDelivery.self, DeliveryKey(Self.campaign, NewsletterID(reader)))
  }
}

/// The mail server of the test run.
enum RealPost {
  private static func setting(_ name: String) throws -> String {
    try #require(ProcessInfo.processInfo.environment["COMPTOIR_TEST_\(name)"], "COMPTOIR_TEST_\(name)")
  }

  /// Lends a mailer and closes it.
  static func use(_ body: (SMTPMailer) async throws -> Void) async throws {
    var configuration = try SMTPConfiguration(url: setting("SMTP_URL"))
    configuration.certificateFile = try setting("SMTP_CA_FILE")
    let mailer = SMTPMailer(configuration, logger: Shop.quietLogger)
    do {
      try await body(mailer)
    } catch {
      await mailer.close()
      throw error
    }
    await mailer.close()
  }

  /// What the server took whose recipient's name ends so, as Python's mail parser reads it.
  static func mails(endingWith text: String) throws -> [JSONValue] {
    let folder = URL(fileURLWithPath: try setting("MAIL_FOLDER"))
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent.hasSuffix("\(text)@customer.example.json") }
      .map { try JSONValue(parsing: Array(Data(contentsOf: $0))) }
  }
}
