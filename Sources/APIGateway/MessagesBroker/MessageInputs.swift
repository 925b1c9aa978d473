import JSON

/// What somebody publishes by hand.
struct HandMadeMessage: RouteInput {
  let exchange: String
  let routingKey: String
  let data: JSONValue

  init(_ fields: inout InputReader) {
    exchange = fields.body("exchange", .text(255))
    routingKey = fields.body("routing_key", .text(255))
    data = fields.body("data", .object(maxBytes: 100_000))
  }
}

/// A row of the ledger.
struct LedgerRowInput: RouteInput {
  let id: Int64

  init(_ fields: inout InputReader) { id = fields.path("id", .integer(min: 1)) }
}

/// Which of the messages that failed are tried again.
struct RetryMany: RouteInput {
  /// Nil for all queues.
  let queue: String?

  init(_ fields: inout InputReader) { queue = fields.optional("queue", .text(255)) }
}

/// A message that is given up, and why.
struct DiscardedMessage: RouteInput {
  let id: Int64
  let reason: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .integer(min: 1))
    reason = fields.query("reason", .text(400))
  }
}

/// A queue by its name.
struct QueueInput: RouteInput {
  let queue: String

  init(_ fields: inout InputReader) { queue = fields.path("queue", .text(255)) }
}

/// What a consumer has missed: messages of one routing key behind a position.
struct MissedInput: RouteInput {
  let routingKey: String
  let after: Int64
  let limit: Int64

  init(_ fields: inout InputReader) {
    routingKey = fields.requiredQuery("routing_key", .text(255))
    after = fields.requiredQuery("after", .integer(min: 0))
    limit = fields.query("limit", .integer(min: 1, max: 100)) ?? 100
  }
}
