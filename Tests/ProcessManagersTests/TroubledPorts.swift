import EventSourcing
import ProcessManagers
import Synchronization

/// Dies with a message: its effect is in the log, but nobody learns that it was handled, and nothing follows.
final class DyingPort: MessagePort {
  private let port: Checkout
  private let left: Mutex<Int>

  init(_ port: Checkout, after messages: Int) {
    self.port = port
    left = Mutex(messages)
  }

  var isDead: Bool { left.withLock { $0 <= 0 } }
  var name: String { port.name }
  var service: String? { port.service }
  var messageTypes: [String] { port.messageTypes }

  func saga(of message: RecordedEvent) throws -> String { try port.saga(of: message) }

  func handle(_ message: RecordedEvent) async throws {
    if isDead { try await Task.sleep(for: .seconds(60)) }
    try await port.handle(message)
    left.withLock { $0 -= 1 }
    if isDead { try await Task.sleep(for: .seconds(60)) }
  }

  func saga(of timer: DueTimer) throws -> String? { try port.saga(of: timer) }
  func fire(_ timer: DueTimer) async throws { try await port.fire(timer) }
  func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {}
  func unpark(_ saga: String, at position: Position) async throws {}
  func parkedSagas() async throws -> [String: Position] { [:] }
}

/// Refuses one type of message of one saga until it yields.
final class StubbornPort: MessagePort {
  struct Stubborn: Error {}

  private let port: Checkout
  private let saga: String
  private let type: String
  private let error: any Error
  private let isStubborn = Mutex(true)

  init(_ port: Checkout, saga: String, type: String, error: any Error = Stubborn()) {
    self.port = port
    self.saga = saga
    self.type = type
    self.error = error
  }

  func yields() { isStubborn.withLock { $0 = false } }

  var name: String { port.name }
  var service: String? { port.service }
  var messageTypes: [String] { port.messageTypes }

  func saga(of message: RecordedEvent) throws -> String { try port.saga(of: message) }

  func handle(_ message: RecordedEvent) async throws {
    if message.type == type, try port.saga(of: message) == saga, isStubborn.withLock({ $0 }) { throw error }
    try await port.handle(message)
  }

  func saga(of timer: DueTimer) throws -> String? { try port.saga(of: timer) }
  func fire(_ timer: DueTimer) async throws { try await port.fire(timer) }

  func park(_ saga: String, at message: RecordedEvent, from position: Position, tries: Int, error: String) async throws {
    try await port.park(saga, at: message, from: position, tries: tries, error: error)
  }

  func unpark(_ saga: String, at position: Position) async throws { try await port.unpark(saga, at: position) }
  func parkedSagas() async throws -> [String: Position] { try await port.parkedSagas() }
}
