import EventSourcing
import EventStoreTesting
import Postgres
import Testing

@testable import Projectors

struct RunnerTests {
  @Test func `rows follow the log`() async throws {
    try await withToy { toy in
      let runner = toy.runner("a")
      try await withRunner(runner) {
        try await toy.append(.addOwner(1, "anna"), .addThing(5, owner: 1, "lamp", price: 1_250))
        try await eventually("the thing is there") { try await toy.number("select count(*) from live.things") == 1 }
        try await toy.append(.priceThing(5, -7))
        try await eventually("its price changed") { try await toy.number("select (price * 100)::bigint from live.things") == -7 }
        try await eventually("its place is told") { runner.status.position == Position(2) }
      }
    }
  }

  @Test func `of two runners the earlier one fails, and nothing is counted twice`() async throws {
    try await withToy { toy in
      try await toy.append(.addOwner(1, "anna"))
      try await toy.append(.addOwner(2, "bert"))
      try await toy.withProjectorClient { client in
        let first = try await toy.tenure(client)
        let page = try await toy.log.readLog(after: .start, filter: .all, limit: 1)
        try await first.apply(page)
        let second = try await toy.tenure(client, leaseEpoch: 2)
        let next = try await toy.log.readLog(after: page.position, filter: .all, limit: 10)
        await #expect(throws: ProjectorError.self) { try await first.apply(next) }
        #expect(first.checkpoint.position == Position(1))
        try await second.apply(next)
        // One with an older lease cannot even open it.
        await #expect(throws: ProjectorError.self) { _ = try await toy.tenure(client) }
        let rows = try await toy.rows()
        #expect(rows.count == 2)
      }
    }
  }

  @Test func `a projector whose connections are killed goes on without loss or double`() async throws {
    try await withToy { toy in
      var history = ToyHistory(seed: 11)
      let events = (0..<1_500).map { _ in history.event() }
      var limits = ProjectorLimits()
      limits.batchEvents = 20
      let runner = toy.runner("a", limits: limits)
      try await withRunner(runner) {
        for (number, event) in events.enumerated() {
          try await toy.append(event, to: "toy-\(number % 7)")
          if number % 250 == 100 {
            try await toy.execute(
              "select pg_terminate_backend(pid) from pg_stat_activity where usename like '%toy_projector' and datname = current_database()")
          }
        }
        try await eventually("the projector is level") { runner.status.position == Position(1_500) }
      }
      let report = try await toy.replay.verify()
      #expect(report.isClean, "\(report.differences)")
      #expect(report.parkedEvents == 0)
    }
  }

  @Test func `what cannot be applied is parked with what follows on its lanes, and resumes in order`() async throws {
    try await withToy { toy in
      var limits = ProjectorLimits()
      limits.parkedRetryInterval = .milliseconds(20)
      limits.parkedBackoff = .seconds(600)...(.seconds(600))
      let runner = toy.runner("a", limits: limits)
      try await withRunner(runner) {
        try await toy.append(.addOwner(1, "anna"), to: "toy-1")
        // Longer than the column takes.
        try await toy.append(.addThing(5, owner: 1, "a name of many more than twenty letters", price: 1), to: "toy-5")
        // In one batch with what mends it, it would never show.
        try await eventually("it is parked") { runner.status.position == Position(2) }
        try await toy.append(.addThing(6, owner: 1, "fine", price: 2), to: "toy-6")
        try await toy.append(.priceThing(5, 300), to: "toy-elsewhere")
        try await toy.append(.renameThing(5, "short"), to: "toy-5")
        try await toy.append(.priceThing(6, 4), to: "toy-6")
        try await eventually("the projector is level") { runner.status.position == Position(6) }
        #expect(runner.status.hasParkedEvents)
        let parked = try await ParkedEvents.list(toy.client)
        try #require(parked.map(\.position.rawValue) == [2, 4, 5])
        #expect(parked.map { $0.error != nil } == [true, false, false])
        #expect(parked[0].lanes.contains("things 5"))
        let price = try await toy.number("select (price * 100)::bigint from live.things where id = 6")
        #expect(price == 4)
        // The operator widens the column and resumes.
        try await toy.execute("alter table live.things alter name type varchar(100)")
        try await runner.resume(lane: "things 5")
        try await eventually("nothing is parked") { try await ParkedEvents.list(toy.client).isEmpty }
        let mended = try await toy.number("select count(*) from live.things where id = 5 and name = 'short' and price = 3")
        #expect(mended == 1)
      }
    }
  }

  @Test func `an update that meets no row is parked, not passed over`() async throws {
    try await withToy { toy in
      try await toy.append(.addOwner(1, "anna"))
      try await toy.append(.priceThing(99, 1), to: "toy-2")
      try await toy.append(.renameOwner(1, "bert"))
      try await toy.projectAll(batch: 10...10)
      let parked = try await ParkedEvents.list(toy.client)
      #expect(parked.map(\.position.rawValue) == [2])
      #expect(try await toy.rows() == ["live.owners (1,bert)"])
    }
  }

  @Test func `the checkpoint passes over irrelevant events lazily, and at once when a reader waits`() async throws {
    try await withToy { toy in
      var limits = ProjectorLimits()
      limits.lazyCheckpointInterval = .seconds(600)
      let runner = toy.runner("a", limits: limits)
      try await withRunner(runner) {
        try await toy.append(.addOwner(1, "anna"))
        try await eventually("the owner is there") { runner.status.position == Position(1) }
        for _ in 0..<5 { try await toy.append(ToyNoted()) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(runner.status.position == Position(1))
        runner.touch()
        try await eventually("the checkpoint moved") { try await toy.number("select internal.position()") == 6 }
        try await toy.append(ToyNoted())
        try await eventually("a notification does the same") {
          try await toy.execute("select pg_notify('\(ProjectorRunner.touchChannel)', '')")
          return try await toy.number("select internal.position()") == 7
        }
      }
    }
  }

  @Test func `a second process takes over when the lease is free`() async throws {
    try await withToy { toy in
      var limits = ProjectorLimits()
      limits.leaseLifetime = .milliseconds(90)
      let (first, second) = (toy.runner("a", limits: limits), toy.runner("b", limits: limits))
      try await withRunner(first) {
        try await toy.append(.addOwner(1, "anna"))
        try await eventually("the first works") { first.status.position == Position(1) }
        try await withRunner(second) {
          try await Task.sleep(for: .milliseconds(200))
          #expect(!second.status.isActive)
          while !second.status.isActive {
            toy.leases.expire()
            try await Task.sleep(for: .milliseconds(40))
          }
          try await toy.append(.addOwner(2, "bert"))
          try await eventually("a row came") { try await toy.number("select count(*) from live.owners") == 2 }
        }
      }
    }
  }
}
