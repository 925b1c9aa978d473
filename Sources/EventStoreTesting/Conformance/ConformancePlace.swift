public import EventSourcing

/// A log to be tried, and how a test moves it where the protocol has no word for it.
public struct ConformancePlace: Sendable {
  let log: any EventLog
  let subscriptions: any SubscriptionStore
  let letTimePass: @Sendable (Duration) async throws -> Void
  let forget: @Sendable (SubjectID) async throws -> Void

  /// - Parameters:
  ///   - log: may hold events already; nobody else may write to it meanwhile.
  ///   - subscriptions: with the same clock as the log, or one of its own.
  ///   - letTimePass: moves the clocks of log and subscriptions on, or waits.
  ///   - forget: destroys a subject's key.
  public init(
    log: any EventLog, subscriptions: any SubscriptionStore, letTimePass: @escaping @Sendable (Duration) async throws -> Void,
    forget: @escaping @Sendable (SubjectID) async throws -> Void
  ) {
    self.log = log
    self.subscriptions = subscriptions
    self.letTimePass = letTimePass
    self.forget = forget
  }
}

/// One promise of `EventLog` or `SubscriptionStore`, and the check that it is kept.
public struct ConformanceCheck: Sendable, CustomStringConvertible {
  /// The promise, as a sentence.
  public let name: String
  public var description: String { name }
  let body: @Sendable (ConformanceRun) async throws -> Void

  init(_ name: String, _ body: @escaping @Sendable (ConformanceRun) async throws -> Void) {
    self.name = name
    self.body = body
  }

  /// Tries the promise. Checks use names of their own and do not disturb each other, but they must not run at the same time.
  /// - Throws: `ConformanceFailure` when it is not kept.
  public func run(in place: ConformancePlace) async throws {
    try await body(ConformanceRun(place))
  }

  /// Everything a log promises.
  public static let all = expectations + repetitions + claims + severalStreams + timers + data + reads + turns + followers + leases
}

/// A promise was not kept.
public struct ConformanceFailure: Error, CustomStringConvertible {
  /// What was compared, what it should have been, and what it was.
  public let description: String
}

/// One run of a check: names of its own, and short ways to say what it does.
struct ConformanceRun: Sendable {
  let place: ConformancePlace
  /// The category of the run's own streams.
  let category = "c\(UInt64.random(in: 0 ... .max))"

  var log: any EventLog { place.log }

  init(_ place: ConformancePlace) {
    self.place = place
  }

  func stream(_ id: String) -> StreamName { StreamName(category: category, id: id) }

  /// A name of this run alone.
  func name(_ text: String) -> String { "\(category):\(text)" }

  func event(_ type: String = "Happened", payload: String = "{}", isPublic: Bool = true) -> EventData {
    EventData(type: type, isPublic: isPublic, payload: Array(payload.utf8), occurredAt: Timestamp(microseconds: 1_767_225_600_123_456))
  }

  func part(_ id: String, _ expected: ExpectedVersion = .any, events: Int = 1) -> StreamAppend {
    StreamAppend(stream: stream(id), expected: expected, events: (0..<events).map { _ in event() })
  }

  func append(_ id: String, _ expected: ExpectedVersion = .any, events: Int = 1) -> Append {
    Append(streams: [part(id, expected, events: events)])
  }

  @discardableResult
  func accept(_ append: Append, line: UInt = #line) async throws -> AppendResult {
    do {
      return try await log.append(append)
    } catch {
      throw ConformanceFailure(description: "line \(line): refused with \(error)")
    }
  }

  func refuse(_ append: Append, line: UInt = #line) async throws -> AppendError {
    do {
      let result = try await log.append(append)
      throw ConformanceFailure(description: "line \(line): accepted with \(result)")
    } catch let error as AppendError {
      return error
    }
  }

  /// Hands appends over one right after the other, so that a log that forms groups judges several in one.
  func submit(_ appends: [Append]) async -> [Result<AppendResult, AppendError>] {
    // Something for the log to do while the others gather.
    let first = Append(streams: [part("busy")])
    return await withTaskGroup(of: (Int, Result<AppendResult, AppendError>).self) { group in
      let answers = ([first] + appends).map { append in
        AsyncStream(Result<AppendResult, AppendError>.self) { answers in
          log.submit(append) {
            answers.yield($0)
            answers.finish()
          }
        }
      }
      for (index, answer) in answers.enumerated() {
        group.addTask {
          for await result in answer { return (index, result) }
          return (index, .failure(.unavailable(reason: "no answer")))
        }
      }
      var results: [Int: Result<AppendResult, AppendError>] = [:]
      for await (index, result) in group { results[index] = result }
      return (1...max(1, appends.count)).prefix(appends.count).map { results[$0]! }
    }
  }

  func expect<T: Equatable>(_ actual: T, _ expected: T, _ what: String = "value", line: UInt = #line) throws {
    guard actual == expected else {
      throw ConformanceFailure(description: "line \(line): \(what)\n  expected: \(expected)\n  actual:   \(actual)")
    }
  }

  func expect(_ condition: Bool, _ what: String, line: UInt = #line) throws {
    guard condition else { throw ConformanceFailure(description: "line \(line): not so: \(what)") }
  }

  func expectInvalid(_ append: Append, line: UInt = #line) async throws {
    let error = try await refuse(append, line: line)
    guard case .invalid = error else { throw ConformanceFailure(description: "line \(line): refused with \(error), not as invalid") }
  }

  func version(_ id: String) async throws -> Int64 {
    try await log.readStream(stream(id), after: .none, limit: 1_000).last?.version.rawValue ?? 0
  }
}
