public import JSON

/// Work that is to be done once, later, by whichever worker is free.
public struct Job: Sendable, Hashable {
  /// Tells it from every other job of the database; a key that is queued already, or whose job failed for good, is not queued again.
  public var key: String
  /// What the work is about. Ids alone: nobody's personal data stays in a queue.
  public var data: JSONValue

  public init(key: String, data: JSONValue = [:]) {
    self.key = key
    self.data = data
  }

  /// The column `payload`.
  var payload: JSONValue { ["key": .string(key), "data": data] }
}

/// A job that a worker has taken.
public struct ReservedJob: Sendable {
  public let id: Int64
  public let job: Job
  /// Which try this is, from 1. It also tells this holder from a later one.
  public let attempt: Int
}

/// Thrown by who carries out a job that no repetition will help.
public struct JobFailure: Error, Sendable, CustomStringConvertible {
  /// For operators; nobody's personal data.
  public let description: String

  public init(_ reason: String) { description = reason }
}

/// How often and when a job is tried.
public struct JobPolicy: Sendable, Hashable {
  /// Tries before it has failed for good.
  public var maximumAttempts = 3
  /// Before the second try; doubled with each one after it. A random part, up to half, is taken off, so that jobs that failed together
  /// do not come back together.
  public var firstDelay: Duration = .seconds(5)
  public var maximumDelay: Duration = .seconds(600)
  /// How long a worker may go without a sign of life before its job is given to another.
  public var lease: Duration = .seconds(60)

  public init() {}

  /// Seconds until the next try.
  func delay(after attempt: Int, random: Double = .random(in: 0..<0.5)) -> Int64 {
    let doubled = Double(firstDelay.components.seconds) * Double(1 << min(max(0, attempt - 1), 20))
    return max(1, Int64((min(doubled, Double(maximumDelay.components.seconds)) * (1 - random)).rounded()))
  }
}

/// What is in a queue.
public struct JobFigures: Sendable, Hashable {
  /// Not taken; those that wait for their next try included.
  public var waiting: Int
  public var running: Int
  /// Given up; they stay for operators.
  public var failed: Int
}
