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
}

/// Messages read off the log.
struct LogSource: MessageSource {
  let log: any EventLog
  let subscription: String
  let types: [String]
  let configuration: ProcessManagerConfiguration

  func read(after position: Position) async throws -> LogPage {
    let page = try await log.readLog(after: position, filter: EventFilter(types: types), limit: configuration.pageSize)
    if page.events.isEmpty && page.position <= position { await log.waitForEvents(after: position, timeout: configuration.idleWait) }
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
