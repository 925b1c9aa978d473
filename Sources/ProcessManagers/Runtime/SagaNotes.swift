public import EventSourcing

/// What the page of a process manager says beside what follows from its messages (docs/sagas).
public struct SagaNotes: Sendable {
  /// What it is for, in a sentence or two.
  public let purpose: String
  /// What it carries out upon which event; empty where the page does not say so.
  public let steps: [SagaStepNote]
  /// What it waits for.
  public let timers: [SagaTimer]
  /// Its own saga, and the streams that it leads through their states.
  public let machines: [@Sendable () throws -> StateMachine]

  public init(
    _ purpose: String, steps: [SagaStepNote] = [], timers: [SagaTimer] = [], machines: [@Sendable () throws -> StateMachine] = []
  ) {
    self.purpose = purpose
    self.steps = steps
    self.timers = timers
    self.machines = machines
  }
}

/// A command that a process manager carries out upon an event, and the one that takes its effect back when the order is cancelled. Tests
/// hold the events of all, and the commands of the checkout, to what happens.
public struct SagaStepNote: Sendable, Hashable {
  /// The event's stored name.
  public let event: String
  public let command: String
  /// Nil where nothing is left to be taken back.
  public let compensation: String?

  static func on<Payload: EventPayload>(
    _ event: Payload.Type, _ command: any Command.Type, undoneBy compensation: (any Command.Type)? = nil
  ) -> SagaStepNote {
    SagaStepNote(
      event: Payload.type.name, command: String(describing: command), compensation: compensation.map { String(describing: $0) })
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
