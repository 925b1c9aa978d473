/// Where followers of the log keep how far they have got, and which of several processes may be one of them.
///
/// Leases are judged by the store's clock. Their epoch grows with each change of the holder, so that what a former holder
/// still tries to write is told from what the present one writes.
public protocol SubscriptionStore: Sendable {
  /// Takes or renews a lease. Safe to repeat.
  /// - Parameters:
  ///   - holder: the name of one process; no two use the same.
  ///   - lifetime: counted from now.
  /// - Returns: the epoch of this holding; nil when another holds the lease.
  func acquireLease(_ lease: String, holder: String, lifetime: Duration) async throws -> Int64?

  /// Gives a lease back before it expires; nothing happens when another holds it.
  func releaseLease(_ lease: String, holder: String) async throws

  /// Begins to follow under an epoch, which shuts out all earlier ones.
  /// - Returns: everything up to here has been handled, `.start` for a new subscription; nil when a later epoch has begun.
  func openSubscription(_ subscription: String, epoch: Int64) async throws -> Position?

  /// Moves a subscription on, if it still stands at `from` and under this epoch.
  /// - Returns: false when it does not; the caller has lost the subscription and must stop.
  func advanceSubscription(_ subscription: String, from: Position, to: Position, epoch: Int64) async throws -> Bool

  /// Everything up to here has been handled; nil when there is no such subscription.
  func subscriptionPosition(_ subscription: String) async throws -> Position?
}
