import EventSourcing

extension ConformanceCheck {
  static let reads = [
    ConformanceCheck("a stream is read in order, after a version, up to a limit") { run in
      try await run.accept(run.append("a", events: 3))
      try await run.accept(run.append("b"))
      try await run.accept(run.append("a", events: 2))
      let all = try await run.log.readStream(run.stream("a"), after: .none, limit: 100)
      try run.expect(all.map(\.version.rawValue), [1, 2, 3, 4, 5])
      try run.expect(all.map(\.position), all.map(\.position).sorted())
      try run.expect(try await run.log.readStream(run.stream("a"), after: StreamVersion(1), limit: 2), Array(all[1...2]))
      try run.expect(try await run.log.readStream(run.stream("a"), after: StreamVersion(5), limit: 2), [])
      try run.expect(try await run.log.readStream(run.stream("none"), after: .none, limit: 2), [])
    },
    ConformanceCheck("the log is read in order without gaps, page by page") { run in
      let start = try await run.log.head()
      for index in 0..<10 { try await run.accept(run.append("\(index % 3)", events: 1 + index % 2)) }
      let head = try await run.log.head()
      try run.expect(head.rawValue, start.rawValue + 15)
      var position = start
      var seen: [Int64] = []
      while position < head {
        let page = try await run.log.readLog(after: position, filter: .all, limit: 4)
        try run.expect(page.events.count, min(4, Int(head.rawValue - position.rawValue)))
        try run.expect(page.position, page.events.last?.position)
        seen += page.events.map(\.position.rawValue)
        position = page.position
      }
      try run.expect(seen, (1...15).map { start.rawValue + $0 })
      try run.expect(try await run.log.readLog(after: head, filter: .all, limit: 4), LogPage(events: [], position: head))
    },
    ConformanceCheck("a filter by category and type gives what matches, and says how far it has looked") { run in
      let start = try await run.log.head()
      func append(_ category: String, _ types: String...) async throws {
        let stream = StreamName(category: run.category + category, id: "1")
        try await run.accept(Append(streams: [StreamAppend(stream: stream, expected: .any, events: types.map { run.event($0) })]))
      }
      try await append("x", "A", "B")
      try await append("y", "A")
      try await append("z", "C")
      try await append("x", "C", "A")
      try await append("z", "C")
      let head = try await run.log.head()
      func read(_ filter: EventFilter) async throws -> [Int64] {
        var position = start
        var found: [Int64] = []
        while position < head {
          let page = try await run.log.readLog(after: position, filter: filter, limit: 2)
          try run.expect(page.position > position, "reading goes on")
          try run.expect(page.position >= (page.events.last?.position ?? .start), "a page ends behind its events")
          try run.expect(page.events.allSatisfy(filter.accepts), "only what matches")
          found += page.events.map { $0.position.rawValue - start.rawValue }
          position = page.position
        }
        return found
      }
      let x = run.category + "x"
      let y = run.category + "y"
      try run.expect(try await read(EventFilter(categories: [x])), [1, 2, 5, 6])
      try run.expect(try await read(EventFilter(categories: [x, y])), [1, 2, 3, 5, 6])
      try run.expect(try await read(EventFilter(types: ["C"])), [4, 5, 7])
      try run.expect(try await read(EventFilter(categories: [x, y], types: ["A", "C"])), [1, 3, 5, 6])
      try run.expect(try await read(EventFilter(categories: [])), [])
      try run.expect(try await read(EventFilter(categories: [run.category])), [])
      let nothing = try await run.log.readLog(after: start, filter: EventFilter(types: ["None"]), limit: 100)
      try run.expect(nothing, LogPage(events: [], position: head))
    },
    ConformanceCheck("a category is what stands before the first hyphen") { run in
      let stream = StreamName(rawValue: "\(run.category)-a-b-c")
      try await run.accept(Append(streams: [StreamAppend(stream: stream, expected: .noStream, events: [run.event()])]))
      let page = try await run.log.readLog(after: .start, filter: EventFilter(categories: [run.category]), limit: 10)
      try run.expect(page.events.map(\.stream), [stream])
    },
  ]

  static let followers = [
    ConformanceCheck("a waiter returns at once when there is something, and when something comes") { run in
      try await run.accept(run.append("a"))
      let head = try await run.log.head()
      let clock = ContinuousClock()
      var waited = await clock.measure {
        await run.log.waitForEvents(after: Position(head.rawValue - 1), matching: .all, timeout: .seconds(30))
      }
      try run.expect(waited < .seconds(10), "no wait for what is there")
      waited = await clock.measure { await run.log.waitForEvents(after: head, matching: .all, timeout: .milliseconds(20)) }
      try run.expect(waited < .seconds(10), "the time is over")
      async let waiting = clock.measure { await run.log.waitForEvents(after: head, matching: .all, timeout: .seconds(30)) }
      try await Task.sleep(for: .milliseconds(20))
      try await run.accept(run.append("a"))
      waited = await waiting
      try run.expect(waited < .seconds(10), "woken by the append")
      try run.expect(try await run.log.readLog(after: head, filter: .all, limit: 10).events.count, 1)
    },
    ConformanceCheck("a waiter that is cancelled returns") { run in
      let head = try await run.log.head()
      let clock = ContinuousClock()
      let waiting = Task { await clock.measure { await run.log.waitForEvents(after: head, matching: .all, timeout: .seconds(30)) } }
      try await Task.sleep(for: .milliseconds(20))
      waiting.cancel()
      try run.expect(await waiting.value < .seconds(10), "cancelled")
    },
    ConformanceCheck("a follower who reads while others write meets every event once, in order") { run in
      let start = try await run.log.head()
      async let followed = run.follow(from: start, count: 100)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<5 {
          group.addTask { for _ in 0..<10 { try await run.accept(run.append("\(writer)", events: 2)) } }
        }
        try await group.waitForAll()
      }
      let events = try await followed
      try run.expect(events.map { $0.position.rawValue - start.rawValue }, Array(1...100))
      for writer in 0..<5 {
        try run.expect(events.filter { $0.stream == run.stream("\(writer)") }.map(\.version.rawValue), Array(1...20))
      }
    },
    ConformanceCheck("followers who want different things share the end of the log") { run in
      let start = try await run.log.head()
      async let everything = run.follow(from: start, count: 160)
      async let rare = run.follow(from: start, EventFilter(types: ["Rare"]), count: 40)
      async let other = run.follow(from: start, EventFilter(categories: [run.category], types: ["Usual"]), count: 120)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for writer in 0..<4 {
          group.addTask {
            for _ in 0..<10 {
              let events = ["Usual", "Usual", "Rare", "Usual"].map { run.event($0) }
              try await run.accept(Append(streams: [StreamAppend(stream: run.stream("\(writer)"), expected: .any, events: events)]))
            }
          }
        }
        try await group.waitForAll()
      }
      let all = try await everything
      try run.expect(all.map { $0.position.rawValue - start.rawValue }, Array(1...160))
      try run.expect(try await rare, all.filter { $0.type == "Rare" })
      try run.expect(try await other, all.filter { $0.type == "Usual" })
      // One who comes later, from further back.
      try run.expect(try await run.follow(from: start, EventFilter(types: ["Rare"]), count: 40).count, 40)
    },
  ]
}

extension ConformanceRun {
  /// Reads on from a position until so many events were met.
  func follow(from start: Position, _ filter: EventFilter = .all, count: Int) async throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    var position = start
    let deadline = ContinuousClock.now + .seconds(60)
    while events.count < count {
      guard ContinuousClock.now < deadline else { throw ConformanceFailure(description: "only \(events.count) of \(count) events came") }
      let page = try await log.readTail(after: position, filter: filter, limit: 7)
      events += page.events
      position = page.position
      if page.events.isEmpty { await log.waitForEvents(after: position, matching: filter, timeout: .milliseconds(100)) }
    }
    return events
  }
}
