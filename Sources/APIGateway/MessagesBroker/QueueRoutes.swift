import HTTPTypes
import JSON
import Messaging
import Postgres
import RabbitMQ

/// The broker's queues: those of the declared topology, of dead letters and of the ledger.
enum QueueRoutes {
  static let routes: [Route] = [
    Route(
      .get, "/queues", "queues", "The queues with what waits in them", in: NoInput.self, out: queue.asPage, access: .administrators,
      idempotency: .none, problems: [.unavailable]
    ) { _, call in
      let broker = try call.broker
      var states: [(name: String, state: (messages: Int, consumers: Int)?)] = []
      for name in broker.queues { states.append((name, try await state(of: name, broker))) }
      let found = states
      return .json { json in
        json.array("data", found) { json, queue in write(queue.name, queue.state, &json) }
        json.object("page") { json in
          json.null("next")
          json.null("prev")
          json.field("has_more", false)
          json.field("parked", false)
        }
      }
    },
    Route(
      .get, "/queues/{queue}/stats", "queueStatistics", "Figures of one queue, and of the messages that were meant for it",
      in: QueueInput.self, out: figures.asData, access: .administrators, idempotency: .none, problems: [.unavailable]
    ) { input, call in
      let broker = try call.broker
      guard broker.queues.contains(input.queue) else { throw Problem(.notFound) }
      let state = try await state(of: input.queue, broker)
      let row = try await call.services.reads.messages.client.query(MessageResources.figures, [.text(input.queue)])[0]
      let names: [StaticString] = ["pending", "published", "consumed", "failed", "dead_letter", "consumed_last_minute"]
      var counts: [(name: StaticString, count: Int64)] = []
      for (index, name) in names.enumerated() { counts.append((name, try row.int64(index + 1))) }
      let (found, age) = (counts, try row.double(7))
      return .data { json in
        write(input.queue, state, &json)
        for (name, count) in found { json.field(name, count) }
        json.field("oldest_waiting_seconds", age)
      }
    },
    Route(
      .post, "/queues/{queue}/purge", "purgeQueue",
      "Empties a process manager's queue. No work is lost by it: what does not come is noticed, and read off the log", in: QueueInput.self,
      out: Schema.object("PurgedQueue", ["purged": .integer]).asData, access: .administrators, idempotency: .none,
      problems: [.unavailable]
    ) { input, call in
      let broker = try call.broker
      // Dead letters and reports to the ledger stand nowhere else.
      guard broker.consumers.contains(where: { $0.queue == input.queue }) else { throw Problem(.notFound) }
      let count = try await broker.ask { client throws(RabbitMQError) in try await client.purge(broker.prefix + input.queue) }
      return .data { $0.field("purged", count) }
    },
  ]

  private static let fields: [(String, Schema)] = [
    ("name", .text), ("message_count", .integer.nullable), ("consumer_count", .integer.nullable), ("exists", .boolean),
  ]
  private static let queue = Schema.object(fields: fields).named("Queue")
  private static let figures = Schema.object(
    fields: fields
      + ["pending", "published", "consumed", "failed", "dead_letter", "consumed_last_minute"].map { ($0, Schema.integer) }
      + [("oldest_waiting_seconds", Schema(["type": "number"]))]
  ).named("QueueStatistics")

  /// Messages that are ready, and consumers; nil for a queue that is not there.
  private static func state(of queue: String, _ broker: MessageBroker) async throws -> (messages: Int, consumers: Int)? {
    do {
      return try await broker.ask { client throws(RabbitMQError) in try await client.state(of: broker.prefix + queue) }
    } catch let problem as Problem where problem.code == .notFound {
      return nil
    }
  }

  private static func write(_ name: String, _ state: (messages: Int, consumers: Int)?, _ json: inout JSONWriter) {
    json.field("name", name)
    json.field("message_count", state?.messages)
    json.field("consumer_count", state?.consumers)
    json.field("exists", state != nil)
  }
}
