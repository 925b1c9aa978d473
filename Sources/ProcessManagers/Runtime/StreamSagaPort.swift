public import Aggregates
public import EventSourcing

/// A process manager whose sagas are the streams that its messages stand in. It keeps no state: each command is decided on the streams
/// themselves, and one that has had its effect writes nothing.
///
/// It says what it does upon which event; receiving, reading, parking and going on again follow from that.
public protocol StreamSagaPort: SagaPort {
  /// Where its messages wait when one keeps failing.
  associatedtype Saga: StreamSaga
  /// What it does upon each kind of event that it wants; each kind once.
  static var reactions: [Reaction<Self>] { get }
}

/// What a process manager does upon one kind of event.
public struct Reaction<Manager: SagaPort>: Sendable {
  let type: String
  let react: @Sendable (Manager, RecordedEvent) async throws -> Void

  /// - Parameter body: a method of the process manager: `.on(UserDeleted.self, ClosedAccounts.close)`.
  static func on<Payload: EventPayload>(
    _ payload: Payload.Type, _ body: @escaping @Sendable (Manager) -> @Sendable (Payload, RecordedEvent) async throws -> Void
  ) -> Reaction {
    Reaction(type: Payload.type.name) { manager, message in try await body(manager)(try await manager.open(payload, message), message) }
  }
}

extension StreamSagaPort {
  public var messageTypes: [String] { Self.reactions.map(\.type) }

  public func saga(of message: RecordedEvent) throws -> String { message.stream.rawValue }

  public func handle(_ message: RecordedEvent) async throws { try await react(to: message) }

  func react(to message: RecordedEvent) async throws {
    try await Self.reactions.first { $0.type == message.type }?.react(self, message)
  }

  // MARK: Timers

  public func saga(of timer: DueTimer) throws -> String? { nil }

  public func fire(_ timer: DueTimer) async throws {}

  // MARK: Parking

  public func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {
    let command = ParkStreamSaga<Saga>(saga: saga, position: position, tries: tries, error: error)
    _ = try await executor.execute(command, context: context(after: message))
  }

  public func unpark(_ saga: String, at position: Position) async throws {
    _ = try await executor.execute(ResumeStreamSaga<Saga>(saga: saga))
  }

  public func parkedSagas() async throws -> [String: Position] { try await ParkedSagas(log: log).positions(of: Saga.category) }
}
