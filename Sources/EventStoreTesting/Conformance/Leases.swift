import EventSourcing

extension ConformanceCheck {
  static let leases = [
    ConformanceCheck("a lease has one holder until it is given back or its time is over; its epoch grows with each change") { run in
      let lease = run.name("lease")
      let store = run.place.subscriptions
      let long = Duration.seconds(600)
      let first = try await store.acquireLease(lease, holder: "a", lifetime: long)
      try run.expect(first != nil, "a free lease is given")
      try run.expect(try await store.acquireLease(lease, holder: "b", lifetime: long), nil)
      try run.expect(try await store.acquireLease(lease, holder: "a", lifetime: long), first)
      try await store.releaseLease(lease, holder: "b")
      try run.expect(try await store.acquireLease(lease, holder: "b", lifetime: long), nil)
      try await store.releaseLease(lease, holder: "a")
      let second = try await store.acquireLease(lease, holder: "b", lifetime: .milliseconds(20))
      try run.expect(second, first! + 1)
      try await run.place.letTimePass(.milliseconds(60))
      try run.expect(try await store.acquireLease(lease, holder: "a", lifetime: long), first! + 2)
      try run.expect(try await store.acquireLease(lease, holder: "b", lifetime: long), nil)
    },
    ConformanceCheck("a lease that was given back is a new one, also for the same holder") { run in
      let lease = run.name("lease")
      let store = run.place.subscriptions
      let first = try await store.acquireLease(lease, holder: "a", lifetime: .seconds(600))
      try await store.releaseLease(lease, holder: "a")
      try run.expect(try await store.acquireLease(lease, holder: "a", lifetime: .seconds(600)), first! + 1)
    },
    ConformanceCheck("a subscription moves on only from where it stands, and only under its newest epoch") { run in
      let name = run.name("subscription")
      let store = run.place.subscriptions
      try run.expect(try await store.subscriptionPosition(name), nil)
      try run.expect(try await store.openSubscription(name, epoch: 3), .start)
      try run.expect(try await store.subscriptionPosition(name), .start)
      try run.expect(try await store.advanceSubscription(name, from: .start, to: Position(5), epoch: 3), true)
      try run.expect(try await store.advanceSubscription(name, from: .start, to: Position(6), epoch: 3), false)
      try run.expect(try await store.advanceSubscription(name, from: Position(5), to: Position(4), epoch: 3), false)
      try run.expect(try await store.openSubscription(name, epoch: 3), Position(5))
      try run.expect(try await store.openSubscription(name, epoch: 4), Position(5))
      try run.expect(try await store.advanceSubscription(name, from: Position(5), to: Position(6), epoch: 3), false)
      try run.expect(try await store.openSubscription(name, epoch: 3), nil)
      try run.expect(try await store.advanceSubscription(name, from: Position(5), to: Position(9), epoch: 4), true)
      try run.expect(try await store.subscriptionPosition(name), Position(9))
      try run.expect(try await store.advanceSubscription(run.name("none"), from: .start, to: Position(1), epoch: 1), false)
    },
  ]
}
