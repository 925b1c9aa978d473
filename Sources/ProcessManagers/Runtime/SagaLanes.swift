import DequeModule
import EventSourcing

/// Which messages are under way, by saga, and how far everything has been handled. A plain value: the runner asks it, and acts.
///
/// Messages of one saga are handled one after the other, in the order of the log; those of different sagas at the same time.
struct SagaLanes {
  /// A saga whose messages are being handled.
  private struct Lane {
    var waiting: Deque<RecordedEvent> = []
  }

  /// Everything up to here has been read.
  private(set) var read: Position
  private var lanes: [String: Lane] = [:]
  /// Messages that were read, oldest first, and whether they have been handled. The handled ones at the front are removed.
  private var outstanding: Deque<(position: Position, isDone: Bool)> = []
  private var quiet: Set<String> = []
  /// Messages that have not been handled.
  private(set) var inFlight = 0
  /// Sagas that wait at a message, with its position. What comes for them meanwhile is read again when they go on.
  private(set) var parked: [String: Position]

  init(from position: Position, parked: [String: Position]) {
    read = position
    self.parked = parked
  }

  /// Everything up to here has been handled, or belongs to a parked saga.
  var checkpoint: Position {
    outstanding.first.map { Position($0.position.rawValue - 1) } ?? read
  }

  /// Takes messages in; they must come in order.
  /// - Parameter through: everything up to here has been read.
  /// - Returns: sagas that had nothing to do and now have: each needs somebody who handles its messages.
  mutating func add(_ messages: [(saga: String, message: RecordedEvent)], through position: Position) -> [String] {
    var awoken: [String] = []
    for (saga, message) in messages where parked[saga] == nil {
      quiet.remove(saga)
      if lanes[saga] == nil { awoken.append(saga) }
      lanes[saga, default: Lane()].waiting.append(message)
      outstanding.append((message.position, false))
      inFlight += 1
    }
    read = position
    return awoken
  }

  /// Notes which of these sagas have no message to be handled; a parked one has none. Forgets what was noted before.
  mutating func watch(_ sagas: some Sequence<String>) { quiet = Set(sagas.filter { lanes[$0] == nil }) }

  /// Whether a saga had nothing to do when it was last watched, and no message of it has come since.
  func isQuiet(_ saga: String) -> Bool { quiet.contains(saga) }

  /// The message that a saga's handler takes next; nil when there is none, and the handler ends.
  mutating func next(_ saga: String) -> RecordedEvent? {
    guard let message = lanes[saga]?.waiting.popFirst() else {
      lanes[saga] = nil
      return nil
    }
    return message
  }

  /// A message has been handled.
  mutating func finish(_ position: Position) {
    var (low, high) = (0, outstanding.count)
    while low < high {
      let middle = (low + high) / 2
      if outstanding[middle].position < position { low = middle + 1 } else { high = middle }
    }
    guard low < outstanding.count, outstanding[low].position == position, !outstanding[low].isDone else { return }
    outstanding[low].isDone = true
    inFlight -= 1
    while outstanding.first?.isDone == true { outstanding.removeFirst() }
  }

  /// A saga waits at a message: it and all that follow of this saga are no longer waited for.
  mutating func park(_ saga: String, at position: Position) {
    parked[saga] = position
    let waiting = lanes.removeValue(forKey: saga)?.waiting ?? []
    finish(position)
    for message in waiting { finish(message.position) }
  }

  /// A parked saga has been brought up to a position.
  /// - Returns: whether it may go on with the others; false when more has been read meanwhile.
  mutating func unpark(_ saga: String, upTo position: Position) -> Bool {
    guard position >= read else { return false }
    parked[saga] = nil
    return true
  }
}
