import Aggregates
public import EventSourcing

/// Where a process manager's messages of some kinds come from, in the order of the log: the log itself, or a broker that tells of them.
public protocol MessageSource: Sendable {
  /// The name under which the event store keeps how far they have been handled.
  var subscription: String { get }
  /// The types of the events that come from here.
  var types: [String] { get }
  /// Waits, for a bounded time, for what comes behind a position.
  /// - Returns: events in order, and up to where everything was read: the position given, where there was nothing.
  func read(after position: Position) async throws -> LogPage
  /// Everything up to here has been handled, and that is written down.
  func settle(through position: Position) async
  /// Whether nothing of what the log holds up to `head` is still to be read.
  func isLevel(at position: Position, with head: Position) async throws -> Bool

  // MARK: What became of messages, for whoever keeps account of them

  /// A message was handled.
  func handled(_ message: RecordedEvent)
  /// A message failed: it is tried again at once, or its saga waits at it.
  /// - Parameter tries: of this message, so far; 1 for one more of a parked saga.
  func failed(_ message: RecordedEvent, tries: Int, error: String, isParked: Bool)
  /// Passes on what was told.
  func report() async

  // MARK: What operators ask for

  /// What was asked about parked messages and is not finished.
  func requests() -> [ParkedMessageRequest]
  /// What was asked is done, or there is nothing to do.
  func finish(_ request: ParkedMessageRequest)
}

/// What an operator asks about the message that a saga waits at.
public struct ParkedMessageRequest: Sendable, Hashable {
  public enum Kind: String, Sendable { case retry, discard }

  public var kind: Kind
  /// The message's.
  public var position: Position

  public init(_ kind: Kind, at position: Position) {
    self.kind = kind
    self.position = position
  }
}

extension MessageSource {
  public func handled(_ message: RecordedEvent) {}
  public func failed(_ message: RecordedEvent, tries: Int, error: String, isParked: Bool) {}
  public func report() async {}
  public func requests() -> [ParkedMessageRequest] { [] }
  public func finish(_ request: ParkedMessageRequest) {}
}

/// Messages read off the log.
struct LogSource: MessageSource {
  let log: any EventLog
  let subscription: String
  let types: [String]
  let configuration: ProcessManagerConfiguration

  func read(after position: Position) async throws -> LogPage {
    let filter = EventFilter(types: types)
    let page = try await log.readTail(after: position, filter: filter, limit: configuration.pageSize)
    guard page.events.isEmpty, page.position <= position else { return page }
    await log.waitForEvents(after: position, matching: filter, timeout: configuration.idleWait)
    return page
  }

  func settle(through position: Position) async {}

  func isLevel(at position: Position, with head: Position) async throws -> Bool { position >= head }
}

extension MessagePort {
  /// Kinds of its own service's events: they are read off the log.
  var ownTypes: [String] { messageTypes.filter { !isForeign($0) } }

  /// Kinds of other services' events that have a message: in service they come by the broker, without one off the log.
  public var foreignTypes: [String] { messageTypes.filter(isForeign) }

  /// The name under which it is kept how far they have been handled, wherever they come from.
  public var foreignSubscription: String { "\(name)-messages" }

  private func isForeign(_ type: String) -> Bool {
    guard let service, let translation = MessageCatalogue.byEvent[type] else { return false }
    return translation.names.contains { !$0.routingKey.hasPrefix("\(service).") }
  }
}
