public import Logging

/// A client of one broker: one connection, made when it is needed and again after a loss, and one thread that does its I/O.
///
/// Publishers and consumers are channels of that connection and end with it, so that nothing is sent again silently or in another order:
/// who uses one makes the next and goes on from what was confirmed. Connecting again, with growing pauses, is the client's.
public final class RabbitMQClient: Sendable {
  let driver: Driver

  /// Starts the thread; no connection yet.
  public init(_ configuration: RabbitMQConfiguration, logger: Logger) {
    driver = Driver(configuration, logger: logger)
    driver.start()
  }

  deinit { driver.beginClosing() }

  public var metrics: RabbitMQMetrics { driver.counters.metrics }

  /// A new publisher.
  /// - Throws: `.connectFailed`, `.refused`, `.timeout`, `.connectionLost`, `.cancelled`, `.closed`.
  public func publisher() async throws(RabbitMQError) -> RabbitMQPublisher {
    let channel = PublisherChannel(driver.counters, maximumInFlight: driver.configuration.maximumInFlight)
    let number = try await driver.call { link throws(RabbitMQError) in try channel.open(link) }
    return RabbitMQPublisher(driver, channel, number: number)
  }

  /// A new consumer of a queue.
  /// - Parameters:
  ///   - prefetch: deliveries the broker hands over before the first of them is acknowledged, 1 to 65535.
  ///   - isExclusive: whether the queue takes no other consumer meanwhile.
  /// - Throws: as `publisher`, and `.notFound`, `.accessRefused`, `.locked`.
  public func consumer(of queue: String, prefetch: Int, isExclusive: Bool = false) async throws(RabbitMQError) -> RabbitMQConsumer {
    precondition(1...65535 ~= prefetch, "a prefetch count is 1 to 65535")
    let channel = ConsumerChannel(driver.counters)
    let number = try await driver.call { link throws(RabbitMQError) in
      try channel.open(link, queue: queue, prefetch: UInt16(prefetch), isExclusive: isExclusive)
    }
    return RabbitMQConsumer(driver, channel, number: number)
  }

  /// Asks whether the broker lets us in, and says why not.
  public func ping() async throws(RabbitMQError) {
    try await driver.call { link throws(RabbitMQError) in try link.withChannel { _ in } }
  }

  /// Sends what acknowledgements wait, ends the connection and the thread. What is under way fails with `.closed`. Takes as long as an
  /// attempt to connect that is under way, or as a broker that does not answer is waited for.
  public func close() async { await driver.close() }
}
