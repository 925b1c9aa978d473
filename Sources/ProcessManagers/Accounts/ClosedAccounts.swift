public import Aggregates
public import EventSourcing
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
public final class ClosedAccounts: StreamSagaPort {
  public typealias Saga = AccountSaga

  public let name = "closed-accounts"
  public let service: String? = "websites"
  public let log: any EventLog
  public let executor: CommandExecutor
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

  public static let reactions: [Reaction<ClosedAccounts>] = [.on(UserDeleted.self, close)]

  private func close(_ event: UserDeleted, after message: RecordedEvent) async throws {
    let user = event.userID
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
}
