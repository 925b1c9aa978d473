public import EventSourcing

/// Leases and subscriptions, by the same clock as the timers.
extension InMemoryEventLog: SubscriptionStore {
  public func acquireLease(_ lease: String, holder: String, lifetime: Duration) async throws -> Int64? {
    withState { state in
      let known = state.leases[lease] ?? InMemoryLogState.Lease(holder: holder, epoch: 1, expiresAt: state.now)
      guard known.holder == holder || known.holder == nil || known.expiresAt <= state.now else { return nil }
      let epoch = known.holder == holder ? known.epoch : known.epoch + 1
      state.leases[lease] = InMemoryLogState.Lease(holder: holder, epoch: epoch, expiresAt: state.now + lifetime)
      return epoch
    }
  }

  public func releaseLease(_ lease: String, holder: String) async throws {
    withState { if $0.leases[lease]?.holder == holder { $0.leases[lease]?.holder = nil } }
  }

  public func openSubscription(_ subscription: String, epoch: Int64) async throws -> Position? {
    withState { state in
      let known = state.subscriptions[subscription] ?? (.start, epoch)
      guard known.epoch <= epoch else { return nil }
      state.subscriptions[subscription] = (known.position, epoch)
      return known.position
    }
  }

  public func advanceSubscription(_ subscription: String, from: Position, to: Position, epoch: Int64) async throws -> Bool {
    withState { state in
      guard let known = state.subscriptions[subscription], known.position == from, known.epoch == epoch, to >= from else { return false }
      state.subscriptions[subscription]?.position = to
      return true
    }
  }

  public func subscriptionPosition(_ subscription: String) async throws -> Position? {
    withState { $0.subscriptions[subscription]?.position }
  }
}
