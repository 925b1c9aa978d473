public import EventSourcing
import FoundationEssentials

/// A process manager that reads messages off the log and carries out commands by an executor: what all of them share.
public protocol SagaPort: MessagePort {
  var log: any EventLog { get }
  /// Best the one that the routes use, so that both build on the same states in memory.
  var executor: CommandExecutor { get }
}

extension SagaPort {
  /// Whoever commands, as it stands in events that follow from a message.
  func context(after message: RecordedEvent) -> CommandContext {
    CommandContext(
      correlationID: message.context.correlationID, causationID: message.id, actor: name, traceparent: message.context.traceparent)
  }

  /// Whoever commands when a timer is due.
  var timerContext: CommandContext { CommandContext(actor: "\(name)-timer") }

  /// One setting of a timer is carried out once.
  func commandID(of timer: DueTimer) -> CommandID {
    CommandID(derivedFrom: "\(timer.name)@\(timer.dueAt.rawValue)", purpose: "timer")
  }

  /// Carries out a command that follows from a message, once.
  /// - Parameter row: tells several commands of one kind that follow from one message apart.
  @discardableResult
  func execute<C: Command>(
    _ command: C, about row: String? = nil, after message: RecordedEvent
  ) async throws -> CommandOutcome<C.Answer> {
    let purpose = row.map { "\(C.self) \($0)" } ?? "\(C.self)"
    return try await executor.execute(
      command, id: CommandID(derivedFrom: message.id.uuidString, purpose: purpose), context: context(after: message))
  }

  /// What a message says; what is personal in it stays closed.
  func read<Payload: EventPayload>(_ payload: Payload.Type, _ message: RecordedEvent) throws -> Payload {
    try PayloadDecoder(payload).decode(message)
  }

  /// What a message says, with what is personal in it unless that was forgotten.
  func open<Payload: EventPayload>(_ payload: Payload.Type, _ message: RecordedEvent) async throws -> Payload {
    guard let subject = message.subject else { return try read(payload, message) }
    return try PayloadDecoder(payload).decode(message, keys: try await log.subjectKeys([subject], create: false))
  }

  /// Whether one of several kinds of events happened on a stream after a position, other than by this process manager.
  func happened(_ types: Set<String>, on stream: StreamName, after position: Position) async throws -> Bool {
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(stream, after: version, limit: 500)
      if events.contains(where: { $0.position > position && types.contains($0.type) && $0.context.actor != name }) { return true }
      guard events.count == 500, let last = events.last else { return false }
      version = last.version
    }
  }
}
