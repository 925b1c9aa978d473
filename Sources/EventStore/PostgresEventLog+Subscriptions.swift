public import EventSourcing
import Postgres

extension PostgresEventLog: SubscriptionStore {
  public func acquireLease(_ lease: String, holder: String, lifetime: Duration) async throws -> Int64? {
    try await client.query(Statements.acquireLease, [.text(lease), .text(holder), .int64(lifetime.microseconds)]).first?.optionalInt64(0)
  }

  public func releaseLease(_ lease: String, holder: String) async throws {
    _ = try await client.query(Statements.releaseLease, [.text(lease), .text(holder)])
  }

  public func openSubscription(_ subscription: String, epoch: Int64) async throws -> Position? {
    try await client.query(Statements.openSubscription, [.text(subscription), .int64(epoch)]).first?.optionalInt64(0).map(Position.init(_:))
  }

  public func advanceSubscription(_ subscription: String, from: Position, to: Position, epoch: Int64) async throws -> Bool {
    try await client.query(
      Statements.advanceSubscription, [.text(subscription), .int64(from.rawValue), .int64(to.rawValue), .int64(epoch)])[0].bool(0)
  }

  public func subscriptionPosition(_ subscription: String) async throws -> Position? {
    try await client.query(Statements.subscriptionPosition, [.text(subscription)]).first?.optionalInt64(0).map(Position.init(_:))
  }
}
