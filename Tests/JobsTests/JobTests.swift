import JSON
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import Testing

@testable import Jobs

@Suite struct JobTests {
  @Test func `a job that is there is not queued again, and may be once it was carried out`() async throws {
    try await Yard.use { yard in
      let jobs = [Job(key: "a", data: ["n": 1]), Job(key: "b"), Job(key: "a")]
      #expect(try await yard.queue.enqueue(jobs) == 2)
      #expect(try await yard.queue.enqueue(jobs) == 0)
      let tally = Tally()
      try await yard.running([yard.worker { tally.add($0.job.key) }]) {
        try await yard.until(JobFigures(waiting: 0, running: 0, failed: 0))
      }
      #expect(tally.all == ["a", "b"])
      #expect(try await yard.queue.enqueue(jobs) == 2)
    }
  }

  @Test func `a job that is queued in a transaction is there when that commits, and not before`() async throws {
    try await Yard.use { yard in
      let call = yard.queue.enqueueCall([Job(key: "a")])
      await #expect(throws: Broken.self) {
        try await yard.client.withTransaction { connection in
          _ = try await connection.query(call.statement, call.parameters)
          throw Broken()
        }
      }
      #expect(try await yard.queue.figures().waiting == 0)
      try await yard.client.withTransaction { _ = try await $0.query(call.statement, call.parameters) }
      #expect(try await yard.queue.figures().waiting == 1)
    }
  }

  @Test func `workers never share a job, and leave none`() async throws {
    try await Yard.use { yard in
      let keys = (0..<200).map { "job-\($0)" }
      try await yard.queue.enqueue(keys.map { Job(key: $0) })
      let tally = Tally()
      let workers = (0..<3).map { _ in yard.worker(concurrency: 3) { tally.add($0.job.key) } }
      try await yard.running(workers) { try await yard.until(JobFigures(waiting: 0, running: 0, failed: 0)) }
      #expect(tally.all.sorted() == keys.sorted())
    }
  }

  @Test func `a job that fails comes again after pauses that grow, and after three tries stays as failed`() async throws {
    try await Yard.use { yard in
      try await yard.queue.enqueue([Job(key: "poison"), Job(key: "good")])
      let tally = Tally()
      let worker = yard.worker { job in
        tally.add("\(job.job.key) \(job.attempt)")
        if job.job.key == "poison" { throw Broken() }
      }
      try await yard.running([worker]) {
        try await yard.until(JobFigures(waiting: 1, running: 0, failed: 0))
        #expect(tally.all == ["poison 1", "good 1"])
        yard.time.advance(5)
        try await yard.until("the second try") { tally.all.last == "poison 2" }
        try await yard.until(JobFigures(waiting: 1, running: 0, failed: 0))
        yard.time.advance(10)
        try await yard.until(JobFigures(waiting: 0, running: 0, failed: 1))
        #expect(tally.all == ["poison 1", "good 1", "poison 2", "poison 3"])
      }
      // It is not queued again unseen, and comes back when an operator says so.
      #expect(try await yard.queue.enqueue([Job(key: "poison")]) == 0)
      #expect(try await yard.queue.retryFailed() == 1)
      #expect(try await yard.queue.figures() == JobFigures(waiting: 1, running: 0, failed: 0))
      let taken = try #require(try await yard.queue.reserve(JobPolicy()))
      #expect(taken.attempt == 1)
    }
  }

  @Test func `what no repetition helps is tried once, and its reason is kept`() async throws {
    try await Yard.use { yard in
      try await yard.queue.enqueue([Job(key: "a")])
      try await yard.running([yard.worker { _ in throw JobFailure("no such image") }]) {
        try await yard.until(JobFigures(waiting: 0, running: 0, failed: 1))
      }
      let rows = try await yard.client.query(.unprepared("select queue, payload::jsonb ->> 'failure', attempts from ops.jobs"))
      #expect(try rows[0].string(0) == "images:failed")
      #expect(try rows[0].string(1) == "no such image")
      #expect(try rows[0].int16(2) == 1)
    }
  }

  @Test func `operators see what was given up, bring it back, or discard it for ever`() async throws {
    try await Yard.use { yard in
      try await yard.queue.enqueue(["a", "b", "c"].map { Job(key: $0, data: ["n": 1]) })
      try await yard.running([yard.worker { throw JobFailure("no image \($0.job.key)") }]) {
        try await yard.until(JobFigures(waiting: 0, running: 0, failed: 3))
      }
      let failed = FailedJobs(client: yard.client)
      let jobs = try await failed.list()
      #expect(jobs.map(\.key) == ["a", "b", "c"])
      #expect(jobs.map(\.queue) == ["images", "images", "images"])
      #expect(jobs.map(\.reason) == ["no image a", "no image b", "no image c"])
      #expect(jobs.map(\.attempts) == [1, 1, 1])

      #expect(try await failed.discard(jobs[1].id, reason: "it was deleted"))
      #expect(try await !failed.discard(jobs[1].id, reason: "again"))
      #expect(try await !failed.retry(jobs[1].id))
      #expect(try await yard.queue.enqueue([Job(key: "b")]) == 0)
      #expect(try await failed.retry(jobs[2].id))
      #expect(try await failed.list() == [jobs[0]])
      #expect(try await yard.queue.figures() == JobFigures(waiting: 1, running: 0, failed: 1))
      #expect(try await failed.retryAll() == 1)

      // As it was put in, with all its tries. What was brought back is due by the database's clock.
      var queue = yard.queue
      queue.clock = nil
      let taken = try #require(try await queue.reserve(JobPolicy()))
      #expect(taken.job == Job(key: "a", data: ["n": 1]))
      #expect(taken.attempt == 1)
      let row = try await yard.client.query(
        .unprepared(
          """
          select queue, payload::jsonb ->> 'discarded', payload::jsonb ->> 'failure' from ops.jobs where queue like '%:discarded'
          """))[0]
      #expect(try [row.string(0), row.string(1), row.string(2)] == ["images:discarded", "it was deleted", "no image b"])
    }
  }

  @Test func `a killed worker's job returns when its lease is over, and the worker can no longer touch it`() async throws {
    try await Yard.use { yard in
      try await yard.queue.enqueue([Job(key: "a")])
      let policy = JobPolicy()
      let lost = try #require(try await yard.queue.reserve(policy))
      yard.time.advance(59)
      #expect(try await yard.queue.reserve(policy) == nil)
      #expect(try await yard.queue.renew(lost))
      yard.time.advance(59)
      #expect(try await yard.queue.reserve(policy) == nil)
      yard.time.advance(1)
      let taken = try #require(try await yard.queue.reserve(policy))
      #expect(taken.attempt == 2)
      #expect(try await !yard.queue.renew(lost))
      #expect(try await !yard.queue.finish(lost))
      #expect(try await !yard.queue.putBack(lost, in: 1))
      #expect(try await !yard.queue.fail(lost, "x"))
      #expect(try await !yard.queue.release(lost))
      #expect(try await yard.queue.finish(taken))
    }
  }

  @Test func `a job that ends its workers is given up after three of them`() async throws {
    try await Yard.use { yard in
      try await yard.queue.enqueue([Job(key: "a")])
      for _ in 0..<3 {
        _ = try #require(try await yard.queue.reserve(JobPolicy()))
        yard.time.advance(60)
      }
      let tally = Tally()
      try await yard.running([yard.worker { tally.add($0.job.key) }]) {
        try await yard.until(JobFigures(waiting: 0, running: 0, failed: 1))
      }
      #expect(tally.all.isEmpty)
    }
  }

  @Test func `a worker that has lost its job is told`() async throws {
    try await Yard.use { yard in
      try await yard.queue.enqueue([Job(key: "a")])
      var policy = JobPolicy()
      policy.lease = .seconds(1)
      let tally = Tally()
      let worker = yard.worker(policy) { job in
        tally.add("begun")
        do {
          try await Task.sleep(for: .seconds(60))
        } catch {
          tally.add("cancelled")
          throw error
        }
      }
      try await yard.running([worker]) {
        try await yard.until("the work begins") { tally.all == ["begun"] }
        // As if another had taken it and put it far away.
        _ = try await yard.client.query(.unprepared("update ops.jobs set attempts = 2, reserved_at = 9000000"))
        try await yard.until("the handler ends") { tally.all.contains("cancelled") }
      }
    }
  }

  @Test func `a worker that is told to stop brings its job to an end and begins no other; a cancelled one gives it back untried`()
    async throws
  {
    try await Yard.use { yard in
      try await yard.queue.enqueue([Job(key: "a"), Job(key: "b")])
      let begun = Tally()
      let worker = yard.worker { job in
        begun.add(job.job.key)
        // Until the worker has been told.
        while !Task.isShuttingDownGracefully { try await Task.sleep(for: .milliseconds(5)) }
      }
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        let group = ServiceGroup(services: [worker], logger: .init(label: "tests"))
        tasks.addTask { try await group.run() }
        try await yard.until("the work begins") { begun.all == ["a"] }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
      }
      #expect(begun.all == ["a"])
      #expect(try await yard.queue.figures() == JobFigures(waiting: 1, running: 0, failed: 0))

      let other = yard.worker { _ in
        begun.add("b")
        try await Task.sleep(for: .seconds(60))
      }
      try await yard.running([other]) { try await yard.until("the work begins") { begun.all == ["a", "b"] } }
      #expect(try await yard.queue.figures() == JobFigures(waiting: 1, running: 0, failed: 0))
      #expect(try await yard.queue.reserve(JobPolicy())?.attempt == 1)
    }
  }

  @Test func `pauses double up to a limit, less a random half`() {
    let policy = JobPolicy()
    #expect([1, 2, 3, 8, 60].map { policy.delay(after: $0, random: 0) } == [5, 10, 20, 600, 600])
    #expect(policy.delay(after: 2, random: 0.5) == 5)
    for _ in 0..<100 { #expect((5...10).contains(policy.delay(after: 2))) }
  }
}
