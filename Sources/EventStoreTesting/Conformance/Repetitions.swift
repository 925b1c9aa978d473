import EventSourcing

extension ConformanceCheck {
  static let repetitions = [
    ConformanceCheck("a derived command is carried out once, and answered with what it wrote then") { run in
      let append = Append(streams: [run.part("a", events: 2), run.part("b", events: 0), run.part("c")])
      let first = try await run.accept(append)
      try await run.accept(run.append("a"))
      try await run.accept(run.append("b"))
      try await run.accept(run.append("c"))
      var again = append
      // Decided again: another token, another payload. Its expectations are not even looked at.
      again.token = DecisionToken()
      again.streams[0].events[0].payload = Array(#"{"other":true}"#.utf8)
      again.streams[0].expected = .noStream
      let second = try await run.accept(again)
      try run.expect(second, AppendResult(position: first.position, versions: first.versions, isDuplicate: true))
      try run.expect(try await run.version("a"), 3)
    },
    ConformanceCheck("a repetition that names other streams is told their versions of then") { run in
      let append = Append(streams: [run.part("a"), run.part("b")])
      try await run.accept(run.append("c"))
      let first = try await run.accept(append)
      try await run.accept(run.append("c"))
      let again = Append(
        commandID: append.commandID,
        streams: [run.part("c", events: 0), run.part("b", events: 0), run.part("d", events: 0)], checkOnly: true)
      try run.expect(
        try await run.accept(again),
        AppendResult(position: first.position, versions: [StreamVersion(1), StreamVersion(1), .none], isDuplicate: true))
      var client = append
      client.commandID = CommandID()
      client.idempotency = .client(requestHash: [1], keep: .seconds(600))
      let second = try await run.accept(client)
      client.streams = [run.part("b", events: 0), run.part("c", events: 0), run.part("a", events: 0)]
      try run.expect(
        try await run.accept(client),
        AppendResult(
          position: second.position, versions: [StreamVersion(2), StreamVersion(2), StreamVersion(2)], isDuplicate: true))
    },
    ConformanceCheck("a client's command is answered as the first time; other content under its id is refused") { run in
      var append = run.append("a")
      append.idempotency = .client(requestHash: [1, 2, 3], keep: .seconds(600))
      append.answer = Array(#"{"id":7}"#.utf8)
      let first = try await run.accept(append)
      try run.expect(first.answer, nil)
      try await run.accept(run.append("a"))
      append.answer = Array(#"{"id":8}"#.utf8)
      try run.expect(
        try await run.accept(append),
        AppendResult(position: first.position, versions: first.versions, isDuplicate: true, answer: Array(#"{"id":7}"#.utf8)))
      append.idempotency = .client(requestHash: [3, 2, 1], keep: .seconds(600))
      try run.expect(await run.refuse(append), .commandIDReused)
      try run.expect(try await run.version("a"), 2)
    },
    ConformanceCheck("a client's command whose answer has expired is spent; one that wrote nothing is as good as new") { run in
      var append = run.append("a")
      append.idempotency = .client(requestHash: [1], keep: .milliseconds(20))
      append.answer = Array("{}".utf8)
      try await run.accept(append)
      var empty = run.append("a", events: 0)
      empty.idempotency = append.idempotency
      empty.answer = append.answer
      try await run.accept(empty)
      try await run.place.letTimePass(.milliseconds(60))
      try run.expect(await run.refuse(append), .commandIDSpent)
      append.idempotency = .client(requestHash: [2], keep: .seconds(600))
      try run.expect(await run.refuse(append), .commandIDSpent)
      empty.idempotency = .client(requestHash: [2], keep: .seconds(600))
      try run.expect(try await run.accept(empty).isDuplicate, false)
      try run.expect(try await run.accept(empty).isDuplicate, true)
      try run.expect(try await run.version("a"), 1)
      // As a command of the other class: known by its event, for ever.
      append.idempotency = .derived
      try run.expect(try await run.accept(append).isDuplicate, true)
    },
    ConformanceCheck("a client's command under the id of a derived one is spent") { run in
      var append = run.append("a")
      try await run.accept(append)
      append.idempotency = .client(requestHash: [1], keep: .seconds(600))
      try run.expect(await run.refuse(append), .commandIDSpent)
    },
    ConformanceCheck("the same command twice among those handed over together is one effect and two equal answers") { run in
      var client = run.append("a")
      client.idempotency = .client(requestHash: [1], keep: .seconds(600))
      client.answer = Array(#"{"id":1}"#.utf8)
      var reused = client
      reused.idempotency = .client(requestHash: [2], keep: .seconds(600))
      let derived = run.append("b")
      let results = await run.submit([client, derived, client, derived, reused, run.append("a")])
      let accepted = results.map { try? $0.get() }
      try run.expect(accepted.map { $0?.isDuplicate }, [false, false, true, true, nil, false])
      try run.expect(results[4], .failure(.commandIDReused))
      try run.expect(accepted[2]?.answer, client.answer)
      try run.expect(accepted[2]?.position, accepted[0]?.position)
      try run.expect(accepted[2]?.versions, [StreamVersion(1)])
      try run.expect(accepted[3]?.position, accepted[1]?.position)
      try run.expect(try await [run.version("a"), run.version("b")], [2, 1])
    },
    ConformanceCheck("a refused command may come again under its id") { run in
      let blocked = run.append("a", .streamExists)
      let results = await run.submit([blocked, run.append("a"), blocked, blocked])
      try run.expect(results.map { (try? $0.get())?.isDuplicate }, [nil, false, false, true])
      try run.expect(try await run.version("a"), 2)
    },
    ConformanceCheck("what was decided on a repeated command's prediction is refused") { run in
      let first = run.append("a")
      try await run.accept(first)
      var again = first
      again.token = DecisionToken()
      let chained = run.append("a", .exactly(StreamVersion(1), again.token))
      let results = await run.submit([again, chained])
      try run.expect(results.map { (try? $0.get())?.isDuplicate }, [true, nil])
      try run.expect(
        results[1],
        .failure(
          .wrongExpectedVersion(
            stream: run.stream("a"), expected: .exactly(StreamVersion(1), again.token), actual: StreamVersion(1))))
    },
  ]
}
