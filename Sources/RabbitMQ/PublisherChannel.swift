import CRabbitMQ
import DequeModule
import Synchronization

/// A channel in confirm mode.
final class PublisherChannel: ChannelOwner, @unchecked Sendable {
  // Unchecked: `box` is a lock; the variables below it belong to the driver's thread.

  private struct Waiter {
    let id: UInt64
    let batch: Batch
    let continuation: CheckedContinuation<RabbitMQError?, Never>
  }

  private struct Box {
    var batches: Deque<Batch> = []
    /// Messages that were admitted and have no verdict.
    var admitted = 0
    var waiters: Deque<Waiter> = []
    var nextWaiter: UInt64 = 0
    var ended: RabbitMQError?
  }

  private let box = Mutex(Box())
  private let counters: Counters
  private let maximumInFlight: Int

  // MARK: The thread's own

  private var number: UInt16 = 0
  private var outgoing: Deque<Place> = []
  private var window = ConfirmWindow<Place>()

  init(_ counters: Counters, maximumInFlight: Int) {
    self.counters = counters
    self.maximumInFlight = max(1, maximumInFlight)
  }

  // MARK: From any thread

  /// Hands a batch over once there is room for its first message, in the order of coming.
  func admit(_ batch: Batch) async throws(RabbitMQError) {
    let id = box.withLock { box in
      box.nextWaiter += 1
      return box.nextWaiter
    }
    let refusal = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let answer: RabbitMQError?? = box.withLock { box in
          if let ended = box.ended { return ended }
          if Task.isCancelled { return .cancelled }
          if box.waiters.isEmpty && box.admitted < maximumInFlight {
            box.admitted += batch.messages.count
            box.batches.append(batch)
            return .some(nil)
          }
          box.waiters.append(Waiter(id: id, batch: batch, continuation: continuation))
          return nil
        }
        if let answer { continuation.resume(returning: answer) }
      }
    } onCancel: {
      let waiter = box.withLock { box in
        box.waiters.firstIndex { $0.id == id }.map { box.waiters.remove(at: $0) }
      }
      waiter?.continuation.resume(returning: .cancelled)
    }
    if let refusal { throw refusal }
  }

  // MARK: On the thread

  func open(_ link: Link) throws(RabbitMQError) -> UInt16 {
    number = try link.openChannel(self)
    do {
      amqp_confirm_select(link.state, number)
      try link.check(number)
    } catch {
      link.forget(number)
      throw error
    }
    return number
  }

  func pump(_ link: Link) -> Bool {
    let batches = box.withLock { box in
      defer { box.batches = [] }
      return box.batches
    }
    for batch in batches {
      for index in batch.messages.indices { outgoing.append(Place(batch: batch, index: index)) }
    }
    guard link.blockedReason == nil, !outgoing.isEmpty, window.count < maximumInFlight else { return false }
    comptoir_amqp_cork(link.descriptor, 1)
    defer { comptoir_amqp_cork(link.descriptor, 0) }
    var burst = Self.burst
    while window.count < maximumInFlight, link.failure == nil, let place = outgoing.first {
      let message = place.batch.messages[place.index]
      burst += message.body.count + 512
      if burst > Self.burst {
        if comptoir_amqp_writable(link.descriptor) == 0 { return true }
        burst = 0
      }
      outgoing.removeFirst()
      // Before it is sent: the answer cannot be faster, and what a failing connection may have sent is among the unknown.
      window.add(id: message.properties.messageID ?? "", owner: place)
      link.publish(message, on: number)
      counters.published.increment()
    }
    return false
  }

  /// Bytes that are sent without asking for room again; far below the free part of a buffer that calls itself writable.
  private static let burst = 16_384

  func received(_ method: amqp_method_t, on link: Link) {
    switch method.id {
    case AMQP_BASIC_ACK_METHOD:
      let ack = method.decoded.load(as: amqp_basic_ack_t.self)
      settle(ack.delivery_tag, upTo: ack.multiple != 0, isPositive: true)
    case AMQP_BASIC_NACK_METHOD:
      let nack = method.decoded.load(as: amqp_basic_nack_t.self)
      settle(nack.delivery_tag, upTo: nack.multiple != 0, isPositive: false)
    default: break
    }
  }

  func received(_ content: Content, on link: Link) {
    guard case .returned(let code, let reason) = content.kind else { return }
    _ = window.markReturned(id: content.properties.messageID ?? "", code: code, reason: reason)
  }

  private func settle(_ tag: UInt64, upTo: Bool, isPositive: Bool) {
    var count = 0
    window.settle(tag, upTo: upTo, isPositive: isPositive) { place, outcome in
      count += 1
      if outcome == .confirmed { counters.confirmed.increment() } else { counters.rejected.increment() }
      place.batch.settle(place.index, outcome)
    }
    let admitted = box.withLock { box in
      box.admitted -= count
      var admitted: [Waiter] = []
      while box.admitted < maximumInFlight, let waiter = box.waiters.popFirst() {
        box.admitted += waiter.batch.messages.count
        box.batches.append(waiter.batch)
        admitted.append(waiter)
      }
      return admitted
    }
    for waiter in admitted { waiter.continuation.resume(returning: nil) }
  }

  func ended(_ error: RabbitMQError) {
    let (batches, waiters) = box.withLock { box in
      if box.ended == nil { box.ended = error }
      defer { (box.batches, box.waiters) = ([], []) }
      return (box.batches, box.waiters)
    }
    window.removeAll { $0.batch.fail(error) }
    for place in outgoing { place.batch.fail(error) }
    outgoing = []
    for batch in batches { batch.fail(error) }
    for waiter in waiters { waiter.continuation.resume(returning: error) }
  }
}

/// A message of a batch.
struct Place {
  let batch: Batch
  let index: Int
}

/// Messages that were handed over together, and what became of them.
final class Batch: Sendable {
  private struct State {
    var outcomes: [RabbitMQOutcome]
    var remaining: Int
  }

  let messages: [RabbitMQMessage]
  let answer = Answer<[RabbitMQOutcome]>()
  private let state: Mutex<State>

  init(_ messages: [RabbitMQMessage]) {
    self.messages = messages
    state = Mutex(State(outcomes: Array(repeating: .confirmed, count: messages.count), remaining: messages.count))
    if messages.isEmpty { answer.give(.success([])) }
  }

  func settle(_ index: Int, _ outcome: RabbitMQOutcome) {
    let outcomes: [RabbitMQOutcome]? = state.withLock { state in
      state.outcomes[index] = outcome
      state.remaining -= 1
      return state.remaining == 0 ? state.outcomes : nil
    }
    if let outcomes { answer.give(.success(outcomes)) }
  }

  func fail(_ error: RabbitMQError) { answer.give(.failure(error)) }
}
