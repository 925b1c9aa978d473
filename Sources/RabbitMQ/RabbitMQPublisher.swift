/// Publishes in order and learns each message's fate (<https://www.rabbitmq.com/docs/confirms>).
///
/// Hundreds of messages are under way at once. It ends with its channel or connection: what had no verdict then is unknown, and what is
/// handed over later is refused, so that nothing overtakes it. It also ends when neither it nor a receipt of it is held any more.
public final class RabbitMQPublisher: Sendable {
  private let driver: Driver
  private let channel: PublisherChannel
  private let number: UInt16

  init(_ driver: Driver, _ channel: PublisherChannel, number: UInt16) {
    self.driver = driver
    self.channel = channel
    self.number = number
  }

  deinit { beginClosing() }

  /// Hands messages over, which are sent in the order of handing over. Waits while
  /// ``RabbitMQConfiguration/maximumInFlight`` messages have no verdict, thus also while the broker takes none for want of memory or disk.
  /// - Returns: where to wait for the verdicts. The messages are under way whether somebody does or not.
  /// - Throws: `.invalidMessage`, `.cancelled`: nothing was sent. What ended the publisher.
  public func send(_ messages: [RabbitMQMessage]) async throws(RabbitMQError) -> RabbitMQReceipt {
    for message in messages { try message.validate() }
    let batch = Batch(messages)
    if !messages.isEmpty {
      try await channel.admit(batch)
      driver.ring()
    }
    return RabbitMQReceipt(batch, of: self)
  }

  /// Publishes one message and waits for its verdict.
  /// - Throws: as `send`; `.connectionLost` also when the verdict was lost.
  public func publish(_ message: RabbitMQMessage) async throws(RabbitMQError) -> RabbitMQOutcome {
    try await send([message]).outcomes()[0]
  }

  /// Ends the publisher at once; what has no verdict fails with `.closed`.
  public func close() async {
    await withCheckedContinuation { continuation in
      beginClosing { continuation.resume() }
    }
  }

  private func beginClosing(_ whenDone: (@Sendable () -> Void)? = nil) {
    let (channel, number) = (channel, number)
    driver.perform { link in
      if let link, link.owners[number] === channel { link.closeChannel(number) }
      channel.ended(.closed)
      whenDone?()
    }
  }
}

/// The verdicts of messages that were handed over together.
public struct RabbitMQReceipt: Sendable {
  private let batch: Batch
  /// Kept, since a publisher that nobody holds ends.
  private let publisher: RabbitMQPublisher

  init(_ batch: Batch, of publisher: RabbitMQPublisher) {
    self.batch = batch
    self.publisher = publisher
  }

  /// Waits for all verdicts; to be asked for once. They come in the order of the messages.
  /// - Throws: `.connectionLost`, `.channelClosed` and others that end a publisher: at least one of the messages has no verdict.
  ///   `.cancelled`, when the task is; the messages remain under way.
  public func outcomes() async throws(RabbitMQError) -> [RabbitMQOutcome] {
    let batch = batch
    let result = await withTaskCancellationHandler {
      await batch.answer.value()
    } onCancel: {
      batch.answer.give(.failure(.cancelled))
    }
    withExtendedLifetime(publisher) {}
    return try result.get()
  }
}
