import EventSourcing

extension ConformanceCheck {
  static let timers = [
    ConformanceCheck("a timer is due when the log's clock has come to it, and stays until it is cancelled") { run in
      let name = run.name("t")
      try await run.set(name, .after(.seconds(3_600)), payload: #"{"do":0}"#)
      try run.expect(try await run.due(), [])
      try await run.set(name, .after(.milliseconds(40)), payload: #"{"do":1}"#)
      try await run.place.letTimePass(.milliseconds(80))
      try run.expect(try await run.due().map(\.name), [name])
      try run.expect(try await run.due()[0].payload, Array(#"{"do":1}"#.utf8))
      try run.expect(try await run.due().count, 1)
      var cancel = run.append("a")
      cancel.timers = [.cancel(name: name), .cancel(name: run.name("none"))]
      try await run.accept(cancel)
      try run.expect(try await run.due(), [])
    },
    ConformanceCheck("timers are due earliest first, at the time that was said") { run in
      let past = Timestamp(microseconds: 1_500_000_000_000_000)
      try await run.set(run.name("second"), .at(past + .microseconds(2)))
      try await run.set(run.name("first"), .at(past + .microseconds(1)))
      try run.expect(try await run.due().map(\.name), [run.name("first"), run.name("second")])
      try run.expect(try await run.due().map(\.dueAt), [past + .microseconds(1), past + .microseconds(2)])
    },
    ConformanceCheck("a timer set again is moved, and has the new payload") { run in
      let name = run.name("t")
      try await run.set(name, .after(.zero), payload: #"{"n":1}"#)
      try await run.set(name, .after(.seconds(3_600)), payload: #"{"n":2}"#)
      try run.expect(try await run.due(), [])
      try await run.set(name, .after(.zero), payload: #"{"n":3}"#)
      try run.expect(try await run.due().map(\.payload), [Array(#"{"n":3}"#.utf8)])
    },
    ConformanceCheck("firing cancels the setting that fired, and not a later one") { run in
      let name = run.name("t")
      let result = try await run.set(name, .after(.zero))
      let fired = try await run.due()[0]
      try run.expect(fired.setting, result.position)
      try await run.set(name, .after(.zero))
      var firing = run.append("a")
      firing.timers = [.cancel(name: name, setting: fired.setting)]
      try await run.accept(firing)
      try run.expect(try await run.due().map(\.name), [name])
      firing = run.append("a")
      firing.timers = [.cancel(name: name, setting: try await run.due()[0].setting)]
      try await run.accept(firing)
      try run.expect(try await run.due(), [])
    },
    ConformanceCheck("timers of appends handed over together change in order; a refused one's do not") { run in
      let name = run.name("t")
      func change(_ timers: [TimerChange], _ expected: ExpectedVersion = .any) -> Append {
        Append(streams: [run.part("a", expected)], timers: timers)
      }
      let now = TimerChange.set(name: name, due: .after(.zero), payload: Array(#"{"n":1}"#.utf8))
      let again = TimerChange.set(name: name, due: .after(.zero), payload: Array(#"{"n":2}"#.utf8))
      _ = await run.submit([change([now]), change([.cancel(name: name)]), change([again]), change([.cancel(name: name)], .noStream)])
      try run.expect(try await run.due().map(\.payload), [Array(#"{"n":2}"#.utf8)])
      _ = await run.submit([change([.cancel(name: name)]), change([now], .noStream)])
      try run.expect(try await run.due(), [])
    },
  ]
}

extension ConformanceRun {
  @discardableResult
  func set(_ name: String, _ due: TimerDue, payload: String = "{}") async throws -> AppendResult {
    var append = append("timers")
    append.timers = [.set(name: name, due: due, payload: Array(payload.utf8))]
    return try await accept(append)
  }

  /// The run's own timers that are due.
  func due() async throws -> [DueTimer] {
    try await log.dueTimers(limit: 1_000).filter { $0.name.hasPrefix(category) }
  }
}
