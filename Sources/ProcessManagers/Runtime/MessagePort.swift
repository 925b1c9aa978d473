public import EventSourcing

/// What a process manager offers to whoever brings it messages: the log's follower, or a broker's consumer.
///
/// Messages come at least once, those of one saga in the order of the log, those of different sagas at the same time.
/// A handler makes commands whose ids derive from the message, so that a repetition has no second effect.
public protocol MessagePort: Sendable {
  /// Names the subscription; lower case, no blanks.
  var name: String { get }
  /// The service it belongs to, as in routing keys; nil for one that each service has its part of, so that all its messages are its own.
  var service: String? { get }
  /// The types of the events it wants.
  var messageTypes: [String] { get }
  /// The saga that a message belongs to.
  /// - Throws: when the message cannot be read.
  func saga(of message: RecordedEvent) throws -> String
  /// Carries out what follows from a message. Throwing means: bring it again.
  func handle(_ message: RecordedEvent) async throws
  /// The saga that a timer belongs to; nil for a timer of somebody else.
  /// - Throws: when the timer cannot be read.
  func saga(of timer: DueTimer) throws -> String?
  /// Carries out what a due timer of one of its sagas asks for.
  func fire(_ timer: DueTimer) async throws
  /// Remembers that a message keeps failing and its saga waits.
  /// - Parameter position: from where its messages are brought again when it goes on: at that message or before it, where another source
  ///   is behind.
  func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws
  /// Remembers that a parked saga goes on.
  func unpark(_ saga: String, at position: Position) async throws
  /// The sagas that wait, each with the position from where its messages are brought again.
  func parkedSagas() async throws -> [String: Position]
  /// What its page in docs/sagas says of it; nil where it has none, as those of tests.
  var notes: SagaNotes? { get }
}
