import Aggregates
public import EventSourcing
import FoundationEssentials
import Synchronization

/// What follows for other services when an account is closed.
///
/// ```
/// UserDeleted ─▶ DeleteAddresses, DeleteBasket of his open ones, DeactivateWebsite of those that are his
/// ```
///
/// What only shows an account needs no command: copies of it are marked deleted, questions and tickets then show nobody's name. Orders hold
/// nothing personal in clear, and stay. Nothing is undone when the account is opened again.
///
/// It keeps no state but whose websites there are, which it reads off the log: each command is decided on the streams themselves, and one
/// that has had its effect writes nothing.
public final class ClosedAccounts: MessagePort {
  public let name = "closed-accounts"
  private let log: any EventLog
  private let executor: CommandExecutor
  private let websites = Mutex(Websites())

  private struct Websites {
    var position = Position.start
    var owners: [WebsiteID: UserID] = [:]
  }

  /// - Parameter executor: best the one that the routes use, so that both build on the same states in memory.
  public init(log: any EventLog, executor: CommandExecutor) {
    self.log = log
    self.executor = executor
  }

  // MARK: Messages

  public var messageTypes: [String] { [UserDeleted.type.name] }

  /// The account: `user-42`.
  public func saga(of message: RecordedEvent) throws -> String { message.stream.rawValue }

  public func handle(_ message: RecordedEvent) async throws {
    guard message.type == UserDeleted.type.name else { return }
    let user = try PayloadDecoder(UserDeleted.self).decode(message).userID
    try await execute(DeleteAddresses(userID: user), after: message)
    let owners = try await websiteOwners()
    for website in [nil] + owners.keys.sorted().map(Optional.some) {
      guard let stream = try await log.claimOwner(Basket.openClaim(user, on: website)), let id = Int64(stream.id) else { continue }
      try await execute(DeleteBasket(basketID: BasketID(id)), about: "\(id)", after: message)
    }
    for website in owners.filter({ $0.value == user }).keys.sorted() {
      do {
        let command = DeactivateWebsite(websiteID: website, by: .owner(user), reason: .ownerDeleted)
        try await execute(command, about: "\(website)", after: message)
      } catch is WebsiteRejection {
        // It has another owner since, or is deleted.
      }
    }
  }

  /// Whose each website is, as far as the log tells.
  private func websiteOwners() async throws -> [WebsiteID: UserID] {
    let filter = EventFilter(types: [WebsiteCreated.type.name, WebsiteOwnerChanged.type.name])
    var known = websites.withLock { $0 }
    let head = try await log.head()
    while known.position < head {
      let page = try await log.readLog(after: known.position, filter: filter, limit: 500)
      for event in page.events {
        if event.type == WebsiteCreated.type.name {
          let created = try PayloadDecoder(WebsiteCreated.self).decode(event, keys: [:])
          known.owners[created.websiteID] = created.userID
        } else {
          let changed = try PayloadDecoder(WebsiteOwnerChanged.self).decode(event, keys: [:])
          known.owners[changed.websiteID] = changed.newUserID
        }
      }
      guard page.position > known.position else { break }
      known.position = page.position
    }
    let reached = known
    websites.withLock { if $0.position < reached.position { $0 = reached } }
    return reached.owners
  }

  private func execute(_ command: some Command, about row: String = "", after message: RecordedEvent) async throws {
    _ = try await executor.execute(
      command, id: CommandID(derivedFrom: message.id.uuidString, purpose: "\(type(of: command)) \(row)"),
      context: CommandContext(
        correlationID: message.context.correlationID, causationID: message.id, actor: name, traceparent: message.context.traceparent))
  }

  // MARK: Timers

  public func saga(of timer: DueTimer) throws -> String? { nil }

  public func fire(_ timer: DueTimer) async throws {}

  // MARK: Parked sagas

  public func park(_ saga: String, at message: RecordedEvent, tries: Int, error: String) async throws {
    _ = try await executor.execute(ParkAccountSaga(saga: saga, position: message.position, tries: tries, error: error))
  }

  public func unpark(_ saga: String, at position: Position) async throws {
    _ = try await executor.execute(ResumeAccountSaga(saga: saga))
  }

  public func parkedSagas() async throws -> [String: Position] {
    let filter = EventFilter(categories: [AccountSaga.category])
    let head = try await log.head()
    var parked: [String: Position] = [:]
    var position = Position.start
    while position < head {
      let page = try await log.readLog(after: position, filter: filter, limit: 1_000)
      for event in page.events {
        let saga = String(event.stream.id)
        parked[saga] =
          event.type == AccountSagaParked.type.name ? Position(try PayloadDecoder(AccountSagaParked.self).decode(event).position) : nil
      }
      guard page.position > position else { break }
      position = page.position
    }
    return parked
  }
}
