import DequeModule
import EventSourcing

/// Which messages are under way, by saga, and how far everything has been handled. A plain value: the runner asks it, and acts.
///
/// Messages of one saga are handled one after the other, those of one source in the order of the log; those of different sagas at the
/// same time.
struct SagaLanes {
  /// A message, and the number of the source it came from.
  struct Item {
    let message: RecordedEvent
    let source: Int
  }

  /// How far a source has been read and handled.
  fileprivate struct Source {
    /// Everything up to here has been read.
    var read: Position
    /// Messages that were read, oldest first, and whether they have been handled. The handled ones at the front are removed.
    var outstanding: Deque<(position: Position, isDone: Bool)> = []

    var checkpoint: Position { outstanding.first.map { Position($0.position.rawValue - 1) } ?? read }
  }

  private var sources: [Source]
  /// The sagas whose messages are being handled, each with those that wait.
  private var lanes: [String: Deque<Item>] = [:]
  private var quiet: Set<String> = []
  /// Messages that have not been handled.
  private(set) var inFlight = 0
  /// Sagas that wait at a message, with its position. What comes for them meanwhile is read again when they go on.
  private(set) var parked: [String: Position]

  /// - Parameter positions: where each source begins.
  init(from positions: [Position], parked: [String: Position]) {
    sources = positions.map { Source(read: $0) }
    self.parked = parked
  }

  /// Everything up to here has been read from a source.
  func read(_ source: Int) -> Position { sources[source].read }

  /// Everything of a source up to here has been handled, or belongs to a parked saga.
  func checkpoint(_ source: Int) -> Position { sources[source].checkpoint }

  /// Everything of every source up to here has been handled, or belongs to a parked saga.
  var checkpoint: Position { sources.map(\.checkpoint).min()! }

  /// Takes messages of a source in; they must come in order.
  /// - Parameter through: everything up to here has been read.
  /// - Returns: sagas that had nothing to do and now have: each needs somebody who handles its messages.
  mutating func add(
    _ messages: [(saga: String, message: RecordedEvent)], from source: Int, through position: Position
  ) -> [String] {
    var awoken: [String] = []
    for (saga, message) in messages where parked[saga] == nil {
      quiet.remove(saga)
      if lanes[saga] == nil { awoken.append(saga) }
      lanes[saga, default: []].append(Item(message: message, source: source))
      sources[source].outstanding.append((message.position, false))
      inFlight += 1
    }
    sources[source].read = position
    return awoken
  }

  /// Notes which of these sagas have no message to be handled; a parked one has none. Forgets what was noted before.
  mutating func watch(_ sagas: some Sequence<String>) { quiet = Set(sagas.filter { lanes[$0] == nil }) }

  /// Whether a saga had nothing to do when it was last watched, and no message of it has come since.
  func isQuiet(_ saga: String) -> Bool { quiet.contains(saga) }

  /// The message that a saga's handler takes next; nil when there is none, and the handler ends.
  mutating func next(_ saga: String) -> Item? {
    guard let item = lanes[saga]?.popFirst() else {
      lanes[saga] = nil
      return nil
    }
    return item
  }

  /// A message has been handled.
  mutating func finish(_ item: Item) {
    if sources[item.source].finish(item.message.position) { inFlight -= 1 }
  }

  /// From where the messages of a saga that is parked now have to be brought again: another source may hold earlier ones than the one that
  /// fails, or may yet bring them.
  var parkingPosition: Position { Position(checkpoint.rawValue + 1) }

  /// A saga waits at a message: it and all that follow of this saga are no longer waited for.
  /// - Parameter position: `parkingPosition`, as it was written down.
  /// - Returns: those that follow.
  @discardableResult
  mutating func park(_ saga: String, at item: Item, from position: Position) -> [Item] {
    parked[saga] = position
    let waiting = lanes.removeValue(forKey: saga) ?? []
    finish(item)
    for item in waiting { finish(item) }
    return Array(waiting)
  }

  /// A parked saga has been brought up to a position.
  /// - Returns: whether it may go on with the others; false when more has been read meanwhile.
  mutating func unpark(_ saga: String, upTo position: Position) -> Bool {
    guard sources.allSatisfy({ position >= $0.read }) else { return false }
    parked[saga] = nil
    return true
  }
}

extension SagaLanes.Source {
  /// - Returns: false when there is no such message, or it was finished before.
  fileprivate mutating func finish(_ position: Position) -> Bool {
    var (low, high) = (0, outstanding.count)
    while low < high {
      let middle = (low + high) / 2
      if outstanding[middle].position < position { low = middle + 1 } else { high = middle }
    }
    guard low < outstanding.count, outstanding[low].position == position, !outstanding[low].isDone else { return false }
    outstanding[low].isDone = true
    while outstanding.first?.isDone == true { outstanding.removeFirst() }
    return true
  }
}
