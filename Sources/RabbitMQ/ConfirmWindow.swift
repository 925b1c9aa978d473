import DequeModule

/// The messages of a channel in confirm mode that were sent and have no verdict yet.
///
/// The broker numbers what is published on a channel, from 1, and confirms by number: one, or all up to it, and not always in order
/// (<https://www.rabbitmq.com/docs/confirms#publisher-confirms>). A message that no queue takes comes back before it is confirmed, and
/// carries its id, not its number.
struct ConfirmWindow<Owner> {
  private struct Slot {
    let id: String
    let owner: Owner
    var returned: RabbitMQOutcome?
    var isSettled = false
  }

  /// From the oldest that has no verdict; those behind it may have theirs already.
  private var slots: Deque<Slot> = []
  /// The number of the first slot.
  private var first: UInt64 = 1
  /// Messages without a verdict.
  private(set) var count = 0

  /// Notes a message as sent.
  mutating func add(id: String, owner: Owner) {
    slots.append(Slot(id: id, owner: owner))
    count += 1
  }

  /// Notes that a message came back; false for one that is not in flight.
  mutating func markReturned(id: String, code: Int, reason: String) -> Bool {
    guard let index = slots.firstIndex(where: { $0.id == id && !$0.isSettled && $0.returned == nil }) else { return false }
    slots[index].returned = .returned(code: code, reason: reason)
    return true
  }

  /// Settles what the broker names, and tells each verdict in the order of sending. A number that is settled already is left alone.
  /// - Parameter upTo: whether all before it are meant as well.
  mutating func settle(_ number: UInt64, upTo: Bool, isPositive: Bool, _ tell: (Owner, RabbitMQOutcome) -> Void) {
    guard number >= first, number - first < UInt64(slots.count) else { return }
    let last = Int(number - first)
    for index in upTo ? 0...last : last...last where !slots[index].isSettled {
      slots[index].isSettled = true
      count -= 1
      tell(slots[index].owner, isPositive ? slots[index].returned ?? .confirmed : .refused)
    }
    while let oldest = slots.first, oldest.isSettled {
      slots.removeFirst()
      first += 1
    }
  }

  /// Gives up what has no verdict.
  mutating func removeAll(_ tell: (Owner) -> Void) {
    for slot in slots where !slot.isSettled { tell(slot.owner) }
    first += UInt64(slots.count)
    slots.removeAll()
    count = 0
  }
}
