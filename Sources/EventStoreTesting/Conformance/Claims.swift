import EventSourcing

extension ConformanceCheck {
  static let claims = [
    ConformanceCheck("a name has one holder, who may take it again") { run in
      let key = run.name("sku")
      func take(_ id: String) -> Append {
        var append = run.append(id)
        append.claims = [.take(key: key, owner: run.stream(id))]
        return append
      }
      try run.expect(try await run.log.claimOwner(key), nil)
      try await run.accept(take("a"))
      try run.expect(try await run.log.claimOwner(key), run.stream("a"))
      try await run.accept(take("a"))
      try run.expect(await run.refuse(take("b")), .claimTaken(key: key, owner: run.stream("a")))
      try run.expect(try await run.version("b"), 0)
      var release = run.append("a", events: 0)
      release.claims = [.release(key: key, owner: run.stream("a"))]
      try await run.accept(release)
      try run.expect(try await run.log.claimOwner(key), nil)
      try await run.accept(take("b"))
      try run.expect(try await run.log.claimOwner(key), run.stream("b"))
    },
    ConformanceCheck("giving back what one does not hold changes nothing") { run in
      let key = run.name("sku")
      var append = run.append("a")
      append.claims = [.release(key: key, owner: run.stream("a"))]
      try await run.accept(append)
      append = run.append("a")
      append.claims = [.take(key: key, owner: run.stream("a"))]
      try await run.accept(append)
      append = run.append("b")
      append.claims = [.release(key: key, owner: run.stream("b"))]
      try await run.accept(append)
      try run.expect(try await run.log.claimOwner(key), run.stream("a"))
    },
    ConformanceCheck("claims of appends handed over together are judged in order") { run in
      let key = run.name("sku")
      func change(_ id: String, _ claim: ClaimChange, _ expected: ExpectedVersion = .any) -> Append {
        Append(streams: [run.part(id, expected)], claims: [claim])
      }
      let a = run.stream("a")
      let b = run.stream("b")
      let results = await run.submit([
        change("c", .take(key: key, owner: run.stream("c")), .streamExists),
        change("a", .take(key: key, owner: a)),
        change("b", .take(key: key, owner: b)),
        change("a", .release(key: key, owner: a)),
        change("b", .take(key: key, owner: b)),
        change("a", .take(key: key, owner: a)),
      ])
      try run.expect(results.map { (try? $0.get()) != nil }, [false, true, false, true, true, false])
      try run.expect(results[2], .failure(.claimTaken(key: key, owner: a)))
      try run.expect(results[5], .failure(.claimTaken(key: key, owner: b)))
      try run.expect(try await run.log.claimOwner(key), b)
    },
    ConformanceCheck("of several claims one that is taken refuses all") { run in
      var first = run.append("a")
      first.claims = [.take(key: run.name("1"), owner: run.stream("a"))]
      try await run.accept(first)
      var second = run.append("b")
      second.claims = [.take(key: run.name("2"), owner: run.stream("b")), .take(key: run.name("1"), owner: run.stream("b"))]
      try run.expect(await run.refuse(second), .claimTaken(key: run.name("1"), owner: run.stream("a")))
      try run.expect(try await run.log.claimOwner(run.name("2")), nil)
    },
    ConformanceCheck("a repetition takes and gives back nothing") { run in
      let key = run.name("sku")
      var take = run.append("a")
      take.claims = [.take(key: key, owner: run.stream("a"))]
      try await run.accept(take)
      var release = run.append("a")
      release.claims = [.release(key: key, owner: run.stream("a"))]
      try await run.accept(release)
      try run.expect(try await run.accept(take).isDuplicate, true)
      try run.expect(try await run.log.claimOwner(key), nil)
    },
  ]
}
