public import EventSourcing

/// What the page of a process manager says beside what follows from its messages (docs/sagas).
public struct SagaNotes: Sendable {
  /// What it is for, in a sentence or two.
  public let purpose: String
  /// What it waits for.
  public let timers: [SagaTimer]
  /// Its own saga, and the streams that it leads through their states.
  public let machines: [@Sendable () throws -> StateMachine]

  public init(_ purpose: String, timers: [SagaTimer] = [], machines: [@Sendable () throws -> StateMachine] = []) {
    self.purpose = purpose
    self.timers = timers
    self.machines = machines
  }
}

/// Something that happens when nothing else has happened for a while, or at a set time.
public struct SagaTimer: Sendable, Hashable {
  /// The field `do` of its payload.
  public let action: String
  /// What is waited for.
  public let meaning: String
  /// How long: one, or one for each of several cases or tries; none where somebody names the time.
  public let after: [Duration]
  /// What follows when it is due.
  public let then: String

  public init(_ action: String, _ meaning: String, after: [Duration], then: String) {
    self.action = action
    self.meaning = meaning
    self.after = after
    self.then = then
  }

  /// A duration as people say it, in the largest unit that it is a whole number of.
  public static func words(_ duration: Duration) -> String {
    let seconds = duration.components.seconds
    let units: [(name: String, seconds: Int64)] = [("year", 31_536_000), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)]
    let unit = units.first { seconds >= $0.seconds && seconds % $0.seconds == 0 } ?? units[units.count - 1]
    let count = seconds / unit.seconds
    return "\(count) \(unit.name)\(count == 1 ? "" : "s")"
  }
}

extension MessagePort {
  public var notes: SagaNotes? { nil }
}
