import CRabbitMQ
import DequeModule
import Synchronization

/// A channel with one consumer.
final class ConsumerChannel: ChannelOwner, @unchecked Sendable {
  // Unchecked: `box` is a lock; the variables below it belong to the driver's thread.

  private struct Box {
    /// At most as many as the prefetch count, since they are not acknowledged.
    var deliveries: Deque<RabbitMQDelivery> = []
    var reader: (limit: Int, continuation: CheckedContinuation<Result<[RabbitMQDelivery], RabbitMQError>, Never>)?
    /// In the order in which they were told.
    var words: [Word] = []
    var ended: RabbitMQError?
  }

  private enum Word {
    case acknowledge([UInt64])
    case reject(UInt64, requeue: Bool)
  }

  private static let nextID = Atomic<UInt64>(1)

  let id = ConsumerChannel.nextID.wrappingAdd(1, ordering: .relaxed).oldValue
  private let box = Mutex(Box())
  private let counters: Counters

  // MARK: The thread's own

  private var number: UInt16 = 0
  private var ledger = AcknowledgementLedger()

  init(_ counters: Counters) { self.counters = counters }

  // MARK: From any thread

  func next(atMost limit: Int) async throws(RabbitMQError) -> [RabbitMQDelivery] {
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let result: Result<[RabbitMQDelivery], RabbitMQError>? = box.withLock { box in
          precondition(box.reader == nil, "a consumer is read by one task at a time")
          if Task.isCancelled { return .failure(.cancelled) }
          if let ended = box.ended { return .failure(ended) }
          if box.deliveries.isEmpty {
            box.reader = (limit, continuation)
            return nil
          }
          return .success(Self.take(limit, &box))
        }
        if let result { continuation.resume(returning: result) }
      }
    } onCancel: {
      let reader = box.withLock { box in
        defer { box.reader = nil }
        return box.reader
      }
      reader?.continuation.resume(returning: .failure(.cancelled))
    }
    return try result.get()
  }

  private static func take(_ limit: Int, _ box: inout Box) -> [RabbitMQDelivery] {
    let taken = Array(box.deliveries.prefix(limit))
    box.deliveries.removeFirst(taken.count)
    return taken
  }

  func acknowledge(_ tags: [UInt64]) {
    box.withLock { box in
      if case .acknowledge(let earlier) = box.words.last {
        box.words[box.words.count - 1] = .acknowledge(earlier + tags)
      } else {
        box.words.append(.acknowledge(tags))
      }
    }
  }

  func reject(_ tag: UInt64, requeue: Bool) { box.withLock { $0.words.append(.reject(tag, requeue: requeue)) } }

  // MARK: On the thread

  func open(_ link: Link, queue: String, prefetch: UInt16, isExclusive: Bool) throws(RabbitMQError) -> UInt16 {
    number = try link.openChannel(self)
    do {
      amqp_basic_qos(link.state, number, 0, prefetch, 0)
      try link.check(number)
      link.arena.recycle()
      amqp_basic_consume(
        link.state, number, link.arena.bytes(queue), amqp_bytes_t(), 0, 0, isExclusive ? 1 : 0, amqp_table_t())
      try link.check(number)
    } catch {
      // The broker has closed the channel.
      link.forget(number)
      throw error
    }
    return number
  }

  func pump(_ link: Link) -> Bool {
    let words = box.withLock { box in
      defer { box.words = [] }
      return box.words
    }
    for word in words where link.failure == nil {
      switch word {
      case .acknowledge(let tags):
        for told in ledger.acknowledge(tags) where link.failure == nil {
          link.sent(amqp_basic_ack(link.state, number, told.tag, told.upTo ? 1 : 0))
        }
      case .reject(let tag, let requeue):
        if ledger.reject(tag) { link.sent(amqp_basic_reject(link.state, number, tag, requeue ? 1 : 0)) }
      }
    }
    return false
  }

  func received(_ content: Content, on link: Link) {
    guard case .delivery(let tag, let isRedelivered) = content.kind else { return }
    ledger.delivered(tag)
    counters.delivered.increment()
    let delivery = RabbitMQDelivery(
      exchange: content.exchange, routingKey: content.routingKey, properties: content.properties, body: content.body,
      isRedelivered: isRedelivered, tag: tag, consumerID: id)
    let waiting = box.withLock { box -> (() -> Void)? in
      box.deliveries.append(delivery)
      guard let reader = box.reader else { return nil }
      box.reader = nil
      let taken = Self.take(reader.limit, &box)
      return { reader.continuation.resume(returning: .success(taken)) }
    }
    waiting?()
  }

  func received(_ method: amqp_method_t, on link: Link) {
    guard method.id == AMQP_BASIC_CANCEL_METHOD else { return }
    link.closeChannel(number)
    ended(RabbitMQError(.consumerCancelled, "the queue was deleted, or its node is gone"))
  }

  func ended(_ error: RabbitMQError) {
    let reader = box.withLock { box in
      if box.ended == nil { box.ended = error }
      // Unacknowledged as they are, they come again.
      box.deliveries = []
      defer { box.reader = nil }
      return box.reader
    }
    reader?.continuation.resume(returning: .failure(error))
  }
}
