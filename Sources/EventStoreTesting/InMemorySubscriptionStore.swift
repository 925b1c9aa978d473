public import EventSourcing
import Synchronization

/// Leases and subscriptions in memory, for tests. Leases last until they are given back: time does not pass here.
public final class InMemorySubscriptionStore: SubscriptionStore {
  private struct State {
    var leases: [String: (holder: String?, epoch: Int64)] = [:]
    var subscriptions: [String: (position: Position, epoch: Int64)] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  public func acquireLease(_ lease: String, holder: String, lifetime: Duration) async throws -> Int64? {
    state.withLock { state in
      let known = state.leases[lease]
      if let known, known.holder == holder { return known.epoch }
      guard known?.holder == nil else { return nil }
      let epoch = (known?.epoch ?? 0) + 1
      state.leases[lease] = (holder, epoch)
      return epoch
    }
  }

  public func releaseLease(_ lease: String, holder: String) async throws {
    state.withLock { if $0.leases[lease]?.holder == holder { $0.leases[lease]?.holder = nil } }
  }

  /// What happens when a lease's time is over and another is faster.
  public func giveLease(_ lease: String, to holder: String) {
    state.withLock { $0.leases[lease] = (holder, ($0.leases[lease]?.epoch ?? 0) + 1) }
  }

  public func openSubscription(_ subscription: String, epoch: Int64) async throws -> Position? {
    state.withLock { state in
      let known = state.subscriptions[subscription] ?? (.start, epoch)
      guard known.epoch <= epoch else { return nil }
      state.subscriptions[subscription] = (known.position, epoch)
      return known.position
    }
  }

  public func advanceSubscription(_ subscription: String, from: Position, to: Position, epoch: Int64) async throws -> Bool {
    state.withLock { state in
      guard let known = state.subscriptions[subscription], known.position == from, known.epoch == epoch, to >= from else { return false }
      state.subscriptions[subscription]?.position = to
      return true
    }
  }

  public func subscriptionPosition(_ subscription: String) async throws -> Position? {
    state.withLock { $0.subscriptions[subscription]?.position }
  }
}
