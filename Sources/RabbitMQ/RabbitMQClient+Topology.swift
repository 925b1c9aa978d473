import CRabbitMQ

extension RabbitMQClient {
  /// Makes what is missing; what is there already stays. Removes nothing.
  /// - Throws: `.mismatch`, naming the first exchange or queue that is there with other properties. What came before it was made.
  public func apply(_ topology: RabbitMQTopology) async throws(RabbitMQError) {
    try await driver.call { link throws(RabbitMQError) in
      try link.withChannel { channel throws(RabbitMQError) in
        for exchange in topology.exchanges { try link.declare(exchange, channel) }
        for queue in topology.queues { _ = try link.declare(queue, channel) }
        for binding in topology.bindings {
          link.arena.recycle()
          amqp_queue_bind(
            link.state, channel, link.arena.bytes(binding.queue), link.arena.bytes(binding.exchange), link.arena.bytes(binding.routingKey),
            amqp_table_t())
          try link.check(channel)
        }
      }
    }
  }

  /// Compares exchanges and queues with what is there, and changes nothing. AMQP has no question for bindings.
  public func differences(from topology: RabbitMQTopology) async throws(RabbitMQError) -> [RabbitMQTopology.Difference] {
    try await driver.call { link throws(RabbitMQError) in
      var found: [RabbitMQTopology.Difference] = []
      for exchange in topology.exchanges {
        // Each on a channel of its own, since an error closes it. Declaring what is known to be there makes nothing.
        do throws(RabbitMQError) {
          try link.withChannel { channel throws(RabbitMQError) in
            try link.declare(exchange, channel, isPassive: true)
            try link.declare(exchange, channel)
          }
        } catch {
          switch error.kind {
          case .notFound: found.append(.exchangeMissing(exchange.name))
          case .mismatch: found.append(.exchangeDiffers(exchange.name, error.message))
          default: throw error
          }
        }
      }
      for queue in topology.queues {
        do throws(RabbitMQError) {
          try link.withChannel { channel throws(RabbitMQError) in
            _ = try link.declare(queue, channel, isPassive: true)
            _ = try link.declare(queue, channel)
          }
        } catch {
          switch error.kind {
          case .notFound: found.append(.queueMissing(queue.name))
          case .mismatch: found.append(.queueDiffers(queue.name, error.message))
          default: throw error
          }
        }
      }
      return found
    }
  }

  /// A queue's messages that are ready to be handed out, and its consumers.
  /// - Throws: `.notFound`.
  public func state(of queue: String) async throws(RabbitMQError) -> (messages: Int, consumers: Int) {
    try await driver.call { link throws(RabbitMQError) in
      try link.withChannel { channel throws(RabbitMQError) in try link.declare(RabbitMQQueue(queue), channel, isPassive: true) }
    }
  }

  /// Takes a binding away; one that is not there is left alone.
  public func unbind(_ binding: RabbitMQBinding) async throws(RabbitMQError) {
    try await driver.call { link throws(RabbitMQError) in
      try link.withChannel { channel throws(RabbitMQError) in
        link.arena.recycle()
        amqp_queue_unbind(
          link.state, channel, link.arena.bytes(binding.queue), link.arena.bytes(binding.exchange), link.arena.bytes(binding.routingKey),
          amqp_table_t())
        try link.check(channel)
      }
    }
  }

  /// Deletes a queue and its messages; one that is not there is left alone.
  public func deleteQueue(_ name: String) async throws(RabbitMQError) {
    try await driver.call { link throws(RabbitMQError) in
      try link.withChannel { channel throws(RabbitMQError) in
        link.arena.recycle()
        amqp_queue_delete(link.state, channel, link.arena.bytes(name), 0, 0)
        try link.check(channel)
      }
    }
  }

  /// Deletes an exchange and its bindings; one that is not there is left alone.
  public func deleteExchange(_ name: String) async throws(RabbitMQError) {
    try await driver.call { link throws(RabbitMQError) in
      try link.withChannel { channel throws(RabbitMQError) in
        link.arena.recycle()
        amqp_exchange_delete(link.state, channel, link.arena.bytes(name), 0)
        try link.check(channel)
      }
    }
  }

  /// Drops a queue's messages that are ready; returns how many.
  public func purge(_ queue: String) async throws(RabbitMQError) -> Int {
    try await driver.call { link throws(RabbitMQError) in
      try link.withChannel { channel throws(RabbitMQError) in
        link.arena.recycle()
        let answer = amqp_queue_purge(link.state, channel, link.arena.bytes(queue))
        let count = answer.map { Int($0.pointee.message_count) } ?? 0
        try link.check(channel)
        return count
      }
    }
  }
}

extension Link {
  func declare(_ exchange: RabbitMQExchange, _ channel: UInt16, isPassive: Bool = false) throws(RabbitMQError) {
    arena.recycle()
    amqp_exchange_declare(
      state, channel, arena.bytes(exchange.name), arena.bytes(exchange.kind.rawValue), isPassive ? 1 : 0, 1, 0, exchange.isInternal ? 1 : 0,
      arena.table(exchange.arguments))
    try check(channel)
  }

  func declare(_ queue: RabbitMQQueue, _ channel: UInt16, isPassive: Bool = false) throws(RabbitMQError) -> (messages: Int, consumers: Int)
  {
    arena.recycle()
    let answer = amqp_queue_declare(
      state, channel, arena.bytes(queue.name), isPassive ? 1 : 0, queue.isDurable ? 1 : 0, queue.isExclusive ? 1 : 0, 0,
      arena.table(queue.arguments))
    let state = answer.map { (Int($0.pointee.message_count), Int($0.pointee.consumer_count)) } ?? (0, 0)
    try check(channel)
    return state
  }
}
