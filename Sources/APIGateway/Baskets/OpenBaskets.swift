import Aggregates
import EventSourcing
import Synchronization

/// Which basket is a user's open one, on a website or on the platform itself.
///
/// The log's claim decides; what it said is remembered, and asked for again when a basket turns out not to be open any more.
final class OpenBaskets: Sendable {
  private let known = Mutex(TwoGenerationCache<Key, BasketID>(capacity: 100_000))

  private struct Key: Hashable {
    var user: UserID
    var website: WebsiteID?
  }

  /// The open basket of a user; nil when he has none.
  /// - Parameter isFresh: asks the log even when the answer is remembered.
  func find(_ user: UserID, on website: WebsiteID?, _ log: any EventLog, isFresh: Bool) async throws -> BasketID? {
    if !isFresh, let id = known.withLock({ $0[Key(user: user, website: website)] }) { return id }
    let owner = try await log.claimOwner(Basket.openClaim(user, on: website))
    let id = owner.flatMap { Int64($0.id) }.map { BasketID($0) }
    known.withLock { $0[Key(user: user, website: website)] = id }
    return id
  }

  func remember(_ id: BasketID, of user: UserID, on website: WebsiteID?) {
    known.withLock { $0[Key(user: user, website: website)] = id }
  }
}

extension Call {
  /// Runs a command on the caller's open basket.
  ///
  /// - Parameters:
  ///   - opens: whether a basket is made when there is none.
  ///   - command: makes the command for a basket.
  func onOpenBasket<C: Command>(opens: Bool, _ command: @Sendable (BasketID) -> C) async throws -> CommandOutcome<C.Answer> {
    let user = user.userID
    var isFresh = false
    while true {
      let found = try await services.openBaskets.find(user, on: websiteID, services.log, isFresh: isFresh)
      // A repeated request must be recognised also when the basket is gone; then any basket's id does to ask.
      let id: BasketID
      if let found {
        id = found
      } else if opens || idempotencyRule != .none {
        id = BasketID(try await nextID("basket"))
      } else {
        throw Problem(.notFound)
      }
      do {
        let outcome = try await execute(command(id))
        if found == nil, opens, !outcome.isDuplicate { services.openBaskets.remember(id, of: user, on: websiteID) }
        return outcome
      } catch let error where !isFresh && Self.meansAnotherBasket(error) {
        isFresh = true
      }
    }
  }

  private static func meansAnotherBasket(_ error: any Error) -> Bool {
    switch error {
    case BasketRejection.notFound, BasketRejection.frozen: true
    case CommandError.refused(.claimTaken): true
    default: false
    }
  }
}
