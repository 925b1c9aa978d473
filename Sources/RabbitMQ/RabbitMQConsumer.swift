/// Reads a queue. Whatever is not acknowledged when it ends, with its channel or connection, goes back to the queue.
public final class RabbitMQConsumer: Sendable {
  private let driver: Driver
  private let channel: ConsumerChannel
  private let number: UInt16

  init(_ driver: Driver, _ channel: ConsumerChannel, number: UInt16) {
    self.driver = driver
    self.channel = channel
    self.number = number
  }

  deinit { beginClosing() }

  /// Waits for deliveries and takes those that are here, in the queue's order. By one task at a time.
  /// - Returns: at least one, at most `limit`.
  /// - Throws: `.connectionLost`, `.consumerCancelled`, `.channelClosed`: the end of this consumer. `.cancelled`, when the task is: nothing
  ///   was taken.
  public func next(atMost limit: Int = .max) async throws(RabbitMQError) -> [RabbitMQDelivery] {
    precondition(limit > 0, "nothing was asked for")
    return try await channel.next(atMost: limit)
  }

  /// Tells the broker that deliveries are done with. What many tasks tell at once goes as one word. Never fails: a word that is lost with
  /// the connection shows as a delivery that comes again. Twice is once.
  public func acknowledge(_ deliveries: [RabbitMQDelivery]) {
    precondition(deliveries.allSatisfy { $0.consumerID == channel.id }, "a delivery is acknowledged where it came")
    channel.acknowledge(deliveries.map(\.tag))
    driver.ring()
  }

  /// Tells the broker that a delivery cannot be handled: it is handed out again, or goes where the queue sends its dead letters.
  public func reject(_ delivery: RabbitMQDelivery, requeue: Bool) {
    precondition(delivery.consumerID == channel.id, "a delivery is rejected where it came")
    channel.reject(delivery.tag, requeue: requeue)
    driver.ring()
  }

  /// Sends the acknowledgements that wait and ends the consumer.
  public func close() async {
    await withCheckedContinuation { continuation in
      beginClosing { continuation.resume() }
    }
  }

  private func beginClosing(_ whenDone: (@Sendable () -> Void)? = nil) {
    let (channel, number) = (channel, number)
    driver.perform { link in
      if let link, link.owners[number] === channel {
        _ = channel.pump(link)
        link.closeChannel(number)
      }
      channel.ended(.closed)
      whenDone?()
    }
  }
}
