import EventSourcing

extension ConformanceCheck {
  static let expectations = [
    ConformanceCheck("an expectation holds or names the version that is there") { run in
      try await run.accept(run.append("a", .noStream))
      try run.expect(
        await run.refuse(run.append("a", .noStream)),
        .wrongExpectedVersion(stream: run.stream("a"), expected: .noStream, actual: StreamVersion(1)))
      try await run.accept(run.append("a", .streamExists))
      try run.expect(
        await run.refuse(run.append("b", .streamExists)),
        .wrongExpectedVersion(stream: run.stream("b"), expected: .streamExists, actual: .none))
      try await run.accept(run.append("b", .any))
      try await run.accept(run.append("b", .any))
      try run.expect(try await run.version("a"), 2)
      try run.expect(try await run.version("b"), 2)
    },
    ConformanceCheck("an exact expectation is a version together with its decision's token") { run in
      let first = run.append("a", .exactly(.none, nil), events: 2)
      let result = try await run.accept(first)
      try run.expect(result.versions, [StreamVersion(2)])
      let wrongVersion = ExpectedVersion.exactly(StreamVersion(1), first.token)
      try run.expect(
        await run.refuse(run.append("a", wrongVersion)),
        .wrongExpectedVersion(stream: run.stream("a"), expected: wrongVersion, actual: StreamVersion(2)))
      let wrongToken = ExpectedVersion.exactly(StreamVersion(2), DecisionToken())
      try run.expect(
        await run.refuse(run.append("a", wrongToken)),
        .wrongExpectedVersion(stream: run.stream("a"), expected: wrongToken, actual: StreamVersion(2)))
      try await run.accept(run.append("a", .exactly(StreamVersion(2), first.token)))
      let late = ExpectedVersion.exactly(.none, nil)
      try run.expect(
        await run.refuse(run.append("a", late)),
        .wrongExpectedVersion(stream: run.stream("a"), expected: late, actual: StreamVersion(3)))
    },
    ConformanceCheck("appends handed over together are judged in order, each on what those before it leave") { run in
      let first = run.append("a", .noStream)
      let second = run.append("a", .exactly(StreamVersion(1), first.token), events: 2)
      let refused = run.append("a", .exactly(StreamVersion(2), second.token))
      let chained = run.append("a", .exactly(StreamVersion(3), refused.token))
      let third = run.append("a", .exactly(StreamVersion(3), second.token))
      let results = await run.submit([first, second, refused, chained, third])
      try run.expect(results.map { (try? $0.get())?.versions.first?.rawValue }, [1, 3, nil, nil, 4])
      try run.expect(
        results[2],
        .failure(
          .wrongExpectedVersion(
            stream: run.stream("a"), expected: .exactly(StreamVersion(2), second.token), actual: StreamVersion(3))))
      let tokens = try await run.log.readStream(run.stream("a"), after: .none, limit: 10).map(\.token)
      try run.expect(tokens, [first.token, second.token, second.token, third.token])
    },
    ConformanceCheck("of many writers at one expected version exactly one wins; at any version all do") { run in
      let first = run.append("a")
      try await run.accept(first)
      let rivals = (0..<20).map { _ in run.append("a", .exactly(StreamVersion(1), first.token)) }
      let won = await run.submit(rivals).count { (try? $0.get()) != nil }
      try run.expect(won, 1, "winners")
      let results = await run.submit((0..<20).map { _ in run.append("a") })
      try run.expect(results.map { (try? $0.get())?.versions.first?.rawValue }, (3...22).map { $0 })
    },
    ConformanceCheck("an append without events judges, stores its answer and moves nothing") { run in
      let first = run.append("a")
      try await run.accept(first)
      let head = try await run.log.head()
      var empty = run.append("a", .exactly(StreamVersion(1), first.token), events: 0)
      empty.idempotency = .client(requestHash: [1], keep: .seconds(600))
      empty.answer = Array("{}".utf8)
      try run.expect(try await run.accept(empty), AppendResult(position: head, versions: [StreamVersion(1)], isDuplicate: false))
      try await run.accept(run.append("a"))
      try run.expect(
        try await run.accept(empty),
        AppendResult(position: head, versions: [StreamVersion(1)], isDuplicate: true, answer: Array("{}".utf8)))
      var stale = empty
      stale.commandID = CommandID()
      guard case .wrongExpectedVersion = try await run.refuse(stale) else { throw ConformanceFailure(description: "accepted") }
      try run.expect(try await run.log.head().rawValue, head.rawValue + 1)
    },
    ConformanceCheck("an append that only checks is judged and leaves nothing") { run in
      let first = run.append("a")
      try await run.accept(first)
      var check = run.append("a", .exactly(StreamVersion(1), first.token), events: 0)
      check.checkOnly = true
      check.idempotency = .client(requestHash: [1], keep: .seconds(600))
      check.claims = [.take(key: run.name("name"), owner: run.stream("a"))]
      check.timers = [.set(name: run.name("timer"), due: .after(.zero), payload: Array("{}".utf8))]
      let head = try await run.log.head()
      for _ in 0..<2 {
        try run.expect(try await run.accept(check), AppendResult(position: head, versions: [StreamVersion(1)], isDuplicate: false))
      }
      try run.expect(try await run.log.claimOwner(run.name("name")), nil)
      try run.expect(try await run.log.dueTimers(limit: 1_000).contains { $0.name == run.name("timer") }, false)
      check.streams = [run.part("a", .noStream, events: 0)]
      guard case .wrongExpectedVersion = try await run.refuse(check) else { throw ConformanceFailure(description: "accepted") }
      // A repetition is recognised here as well.
      check.commandID = first.commandID
      check.idempotency = .derived
      try run.expect(try await run.accept(check).isDuplicate, true)
    },
  ]

  static let severalStreams = [
    ConformanceCheck("an append over several streams is written whole, side by side") { run in
      let append = Append(streams: [run.part("a", events: 2), run.part("b", events: 0), run.part("c", .noStream)])
      let result = try await run.accept(append)
      try run.expect(result.versions, [StreamVersion(2), .none, StreamVersion(1)])
      let page = try await run.log.readLog(after: .start, filter: EventFilter(categories: [run.category]), limit: 10)
      try run.expect(page.events.map(\.stream), [run.stream("a"), run.stream("a"), run.stream("c")])
      try run.expect(page.events.map { result.position.rawValue - $0.position.rawValue }, [2, 1, 0])
      try run.expect(page.events.map(\.id), (0..<3).map { append.commandID.eventID(at: $0) })
    },
    ConformanceCheck("an append over several streams of which one conflicts writes nothing; its neighbours are written") { run in
      try await run.accept(run.append("c"))
      let conflicting = Append(
        streams: [run.part("a"), run.part("b"), run.part("c", .noStream)], claims: [.take(key: run.name("n"), owner: run.stream("a"))],
        timers: [.set(name: run.name("t"), due: .after(.zero), payload: Array("{}".utf8))])
      let results = await run.submit([run.append("a", .noStream), conflicting, run.append("b", .noStream)])
      try run.expect(results.map { (try? $0.get()) != nil }, [true, false, true])
      try run.expect(
        results[1],
        .failure(.wrongExpectedVersion(stream: run.stream("c"), expected: .noStream, actual: StreamVersion(1))))
      try run.expect(try await [run.version("a"), run.version("b"), run.version("c")], [1, 1, 1])
      try run.expect(try await run.log.claimOwner(run.name("n")), nil)
      try run.expect(try await run.log.dueTimers(limit: 1_000).contains { $0.name == run.name("t") }, false)
    },
  ]
}
