import Aggregates
import EventSourcing
import Postgres

/// What the baskets service's copies say of others' facts, for commands.
struct CopiesReader: Sendable {
  let call: Call

  /// Products by id, and the position they are true at. Unknown ones are left out.
  ///
  /// What is not there may have been made a moment ago, so a miss waits once until the copies have seen all that is in the log now.
  func products(_ ids: [ProductID]) async throws -> (facts: [ProductID: ProductFacts], position: Position) {
    let found = try await read(ids)
    guard found.facts.count < ids.count, try await caughtUp(found.position) else { return found }
    return try await read(ids)
  }

  /// The user's own addresses. Those in `wanted` that are missing are waited for as above.
  func addresses(of user: UserID, wanted: [AddressID]) async throws -> Set<AddressID> {
    let (own, position) = try await readAddresses(user)
    guard !own.isSuperset(of: wanted), try await caughtUp(position) else { return own }
    return try await readAddresses(user).0
  }

  private func read(_ ids: [ProductID]) async throws -> (facts: [ProductID: ProductFacts], position: Position) {
    let side = call.services.reads.baskets
    let (result, position) = try await side.query(BasketStatements.productFacts, [.int64Array(ids.map(\.rawValue))], call)
    var facts: [ProductID: ProductFacts] = [:]
    for row in result where !row.isNull(1) {
      let id = ProductID(try row.int64(1))
      facts[id] = ProductFacts(
        productID: id, name: try row.string(2), ref: try row.string(3), priceHT: try Cents(decimal: row.string(4)),
        vatRate: try VATRate(decimal: row.string(5)), stock: try row.int64(6), isDeleted: try row.bool(7),
        websiteID: try row.optionalInt64(8).map { WebsiteID($0) },
        withdrawalExclusion: try row.optionalString(9).flatMap(WithdrawalExclusion.init(rawValue:)))
    }
    return (facts, position)
  }

  private func readAddresses(_ user: UserID) async throws -> (Set<AddressID>, Position) {
    let side = call.services.reads.baskets
    let (result, position) = try await side.query(BasketStatements.ownAddresses, [.int64(user.rawValue)], call)
    var own: Set<AddressID> = []
    for row in result { if let id = try row.optionalInt64(1) { own.insert(AddressID(id)) } }
    return (own, position)
  }

  /// Waits, at most a second, until the copies stand where the log stands now.
  /// - Returns: whether they have moved since `position`.
  private func caughtUp(_ position: Position) async throws -> Bool {
    let head = try await call.services.log.head()
    guard position < head else { return false }
    return try await call.services.reads.baskets.wait(for: head, atMost: .seconds(1)) > position
  }
}
