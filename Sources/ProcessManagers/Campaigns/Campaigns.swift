import Aggregates
public import EventSourcing
import FoundationEssentials
import JSON
public import Jobs

/// Sees to it that campaigns leave.
///
/// ```
/// the planned time has come ─▶ PrepareMails for each reader, FireCampaignTimer
/// CampaignSendingStarted ─▶ a job for each hundred readers, carried out by CampaignSender
/// CampaignCancelled, CampaignDeleted ─▶ WithdrawMails
/// ```
///
/// Whom a campaign goes to is fixed when it starts: its stream names the readers, and the jobs are made of that. So jobs that are put in
/// again after a crash are the same ones.
public final class Campaigns: MessagePort {
  public let name = "campaigns"
  public let service: String? = "newsletters"
  /// How many mails one command prepares or takes back.
  private static let step = 500

  private let log: any EventLog
  private let executor: CommandExecutor
  private let queue: JobQueue
  private let readers: any CampaignReaders
  private let batchSize: Int
  private let ids: IDBlocks

  /// - Parameters:
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - queue: `campaign`.
  ///   - batchSize: recipients of one job.
  public init(
    log: any EventLog, executor: CommandExecutor, queue: JobQueue, readers: any CampaignReaders, batchSize: Int = 100, ids: IDBlocks? = nil
  ) {
    self.log = log
    self.executor = executor
    self.queue = queue
    self.readers = readers
    self.batchSize = batchSize
    self.ids = ids ?? IDBlocks(log: log)
  }

  // MARK: Messages

  public var messageTypes: [String] { [CampaignSendingStarted.type, CampaignCancelled.type, CampaignDeleted.type].map(\.name) }

  /// The campaign.
  public func saga(of message: RecordedEvent) throws -> String { message.stream.rawValue }

  public func handle(_ message: RecordedEvent) async throws {
    switch message.type {
    case CampaignSendingStarted.type.name:
      let campaign = try PayloadDecoder(CampaignSendingStarted.self).decode(message).campaignID
      let plan = try await CampaignPlan.read(campaign, from: log)
      try await queue.enqueue(plan.steps.flatMap { batches(of: campaign, $0) })
    case CampaignCancelled.type.name:
      try await withdraw(try PayloadDecoder(CampaignCancelled.self).decode(message).campaignID, after: message)
    case CampaignDeleted.type.name:
      try await withdraw(try PayloadDecoder(CampaignDeleted.self).decode(message).campaignID, after: message)
    default: break
    }
  }

  private func batches(of campaign: CampaignID, _ step: CampaignPlan.Step) -> [Job] {
    stride(from: 0, to: step.readers.count, by: batchSize).map { start in
      let readers = Array(step.readers[start..<min(start + batchSize, step.readers.count)])
      return CampaignBatch(campaignID: campaign, readers: readers).job("\(step.id.uuidString.lowercased())-\(start)")
    }
  }

  private func withdraw(_ campaign: CampaignID, after message: RecordedEvent) async throws {
    for step in try await CampaignPlan.read(campaign, from: log).steps {
      _ = try await executor.execute(
        WithdrawMails(campaignID: campaign, newsletterIDs: step.readers),
        context: CommandContext(
          correlationID: message.context.correlationID, causationID: message.id, actor: name, traceparent: message.context.traceparent))
    }
  }

  // MARK: Timers

  public func saga(of timer: DueTimer) throws -> String? {
    guard case .string(CampaignTimer.action)? = try JSONValue(parsing: timer.payload)["do"] else { return nil }
    return Campaign.stream(try CampaignTimer(jsonBytes: timer.payload).campaignID).rawValue
  }

  public func fire(_ timer: DueTimer) async throws {
    let campaign = try CampaignTimer(jsonBytes: timer.payload).campaignID
    let context = CommandContext(actor: "\(name)-timer")
    do {
      try await prepare(campaign, context)
    } catch is CampaignRejection {
      // It was started or cancelled meanwhile; the timer goes all the same.
    }
    _ = try await executor.execute(FireCampaignTimer(campaignID: campaign, timer: timer), context: context)
  }

  private func prepare(_ campaign: CampaignID, _ context: CommandContext) async throws {
    let plan = try await CampaignPlan.read(campaign, from: log)
    guard let content = plan.content else { return }
    let readers = try await readers.readers(for: content.targeting, at: log.head())
    for start in stride(from: 0, to: readers.count, by: Self.step) {
      let chunk = Array(readers[start..<min(start + Self.step, readers.count)])
      let first = CampaignDeliveryID(try await ids.next("newsletter_campaign", count: chunk.count))
      let command = PrepareMails(campaignID: campaign, newsletterIDs: chunk, firstDelivery: first)
      _ = try await executor.execute(command, context: context)
    }
  }

  // MARK: Parking

  /// A campaign whose jobs cannot be made.
  struct CannotWait: Error {}

  /// Nothing of a campaign is left out: it is tried until it can be done, which holds up no other.
  public func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {
    throw CannotWait()
  }

  public func unpark(_ saga: String, at position: Position) async throws {}

  public func parkedSagas() async throws -> [String: Position] { [:] }
}

/// What a campaign is, and to whom it goes, as its stream says up to the moment when it starts: afterwards neither changes, and only figures
/// follow.
struct CampaignPlan: Sendable {
  /// Readers that were added by one command.
  struct Step: Sendable {
    /// The event that names them.
    var id: UUID
    var readers: [NewsletterID]
  }

  var content: CampaignContent?
  var steps: [Step] = []

  /// - Parameter last: the version up to which events count; nil for all of them.
  static func read(_ campaign: CampaignID, from log: any EventLog, upTo last: StreamVersion? = nil) async throws -> CampaignPlan {
    var plan = CampaignPlan()
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(Campaign.stream(campaign), after: version, limit: 200)
      for event in events {
        if let last, event.version > last { return plan }
        switch try CampaignEvent.decoder.decode(event) {
        case .campaignDrafted(let drafted): plan.content = drafted.content
        case .campaignImported(let imported): plan.content = imported.content
        case .campaignChanged(let changed): plan.content = changed.content
        case .campaignMailsPrepared(let prepared): plan.steps.append(Step(id: event.id, readers: prepared.newsletterIDs))
        case .campaignSendingStarted: return plan
        default: break
        }
      }
      guard events.count == 200, let end = events.last else { return plan }
      version = end.version
    }
  }
}

/// A job: some of a campaign's readers.
struct CampaignBatch: Sendable {
  var campaignID: CampaignID
  var readers: [NewsletterID]

  func job(_ key: String) -> Job {
    Job(key: key, data: ["campaign_id": .int(campaignID.rawValue), "newsletter_ids": .array(readers.map { .int($0.rawValue) })])
  }
}

extension CampaignBatch {
  init(_ job: Job) throws {
    guard let campaign = job.data["campaign_id"]?.int64Value, let readers = job.data["newsletter_ids"]?.arrayValue else {
      throw JobFailure("no batch of a campaign")
    }
    self.init(campaignID: CampaignID(campaign), readers: readers.compactMap { $0.int64Value.map { NewsletterID($0) } })
  }
}
