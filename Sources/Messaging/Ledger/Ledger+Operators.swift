public import EventSourcing
import JSON
import Postgres
public import RabbitMQ

/// What operators do with messages, through the gateway: its role may read the ledger, note what it publishes, and change the state of a
/// message.
extension Ledger {
  /// A message that could not be handled.
  public struct Failed: Sendable {
    public let id: Int64
    public let messageID: String
    /// Without a prefix.
    public let queue: String
    public let canRetry: Bool
    let type: String
    let payload: [UInt8]
    let headers: [UInt8]
  }

  /// Why a message is left as it is.
  public enum Refusal: Error, Sendable, Hashable {
    /// It would end the same.
    case cannotRetry
    /// It is under way again.
    case alreadyRetried
  }

  /// Notes a message that somebody published by hand, when the broker has it.
  public func published(byHand message: RabbitMQMessage, at time: Timestamp) async throws {
    var message = message
    message.body = Self.storable(message.body)
    _ = try await client.query(Self.insert, columns([(message, time)]) + [.text("published"), .null])
  }

  /// A message that could not be handled; nil when there is no such one.
  public func failed(_ id: Int64) async throws -> Failed? { try await failed(id: id, queue: nil).first }

  /// Those of a queue, or of all, that can be tried again and are not, oldest first; at most `limit`.
  public func retryable(of queue: String?, limit: Int) async throws -> [Failed] {
    try await failed(id: nil, queue: queue, limit: limit)
  }

  private func failed(id: Int64?, queue: String?, limit: Int = 1) async throws -> [Failed] {
    let rows = try await client.query(
      Self.failedOnes, [id.map { .int64($0) } ?? .null, queue.map { .text($0) } ?? .null, .int64(Int64(limit))])
    var found: [Failed] = []
    for row in rows {
      found.append(
        Failed(
          id: try row.int64(0), messageID: try row.string(1), queue: try row.string(2), canRetry: try row.bool(3), type: try row.string(4),
          payload: Array(try row.string(5).utf8), headers: Array(try row.string(6).utf8)))
    }
    return found
  }

  /// Notes that a message is tried again.
  /// - Returns: what brings it to its consumer: the same body under the same id, to its queue alone.
  /// - Throws: `Refusal`.
  public func retry(_ failed: Failed, prefix: String) async throws -> RabbitMQMessage {
    guard failed.canRetry else { throw Refusal.cannotRetry }
    guard try await !client.query(Self.retry, [.text(failed.messageID), .text(failed.queue)]).isEmpty else { throw Refusal.alreadyRetried }
    return request("retry", failed, prefix)
  }

  /// Notes that a message that was to be tried again could not be sent.
  public func takeBackRetry(_ failed: Failed) async throws {
    _ = try await client.query(Self.takeBack, [.text(failed.messageID), .text(failed.queue)])
  }

  /// What lets the consumer of a message that is given up go on behind it; nil when nobody waits. It is sent before `discard`: without the
  /// note it is repeated, without it the note would be all.
  public func discarding(_ failed: Failed, prefix: String) -> RabbitMQMessage? {
    failed.canRetry ? request("discard", failed, prefix) : nil
  }

  /// Gives a message up for good.
  /// - Parameter reason: kept with it, with who says so.
  public func discard(_ failed: Failed, reason: String) async throws {
    let note = PostgresValue.text("\(Self.discardedMark) \(Self.clean(reason))")
    _ = try await client.queryAll([
      PostgresCall(Self.discard, [.text(failed.messageID), .text(failed.queue), note]),
      PostgresCall(Self.forget, [.int64(failed.id)]),
    ])
  }

  private func request(_ kind: String, _ failed: Failed, _ prefix: String) -> RabbitMQMessage {
    var headers: [String: RabbitMQValue] = [BrokerSource.requestHeader: .string(kind)]
    for (name, value) in (try? JSONValue(parsing: failed.headers))?.objectValue ?? [] {
      if let text = value.stringValue { headers[name] = .string(text) }
    }
    return RabbitMQMessage(
      exchange: "", routingKey: prefix + failed.queue,
      properties: RabbitMQProperties(
        messageID: failed.messageID, type: failed.type, contentType: "application/json", contentEncoding: "utf-8", appID: "comptoir",
        headers: headers), body: failed.payload)
  }

  // MARK: Statements

  private static let failedOnes = PostgresStatement(
    "ledger.failed-ones",
    """
    select f.id, f.message_id, f.queue, f.can_retry, coalesce(m.type, f.routing_key, ''), f.payload::text, coalesce(f.headers, '{}')::text
    from ops.failed_messages f left join ops.messages m on m.message_id = f.message_id and m.queue = f.queue
    where f.id = $1 or $1::bigint is null and f.can_retry and m.status = 'dead_letter' and ($2::text is null or f.queue = $2)
    order by f.id limit $3
    """)

  private static let retry = PostgresStatement(
    "ledger.retry",
    """
    update ops.messages set status = 'published', updated_at = clock_timestamp()
    where message_id = $1 and queue = $2 and status = 'dead_letter' returning id
    """)

  private static let takeBack = PostgresStatement(
    "ledger.take-back",
    """
    update ops.messages set status = 'dead_letter', updated_at = clock_timestamp()
    where message_id = $1 and queue = $2 and status = 'published'
    """)

  private static let discard = PostgresStatement(
    "ledger.discard",
    """
    update ops.messages set status = 'failed', error_message = $3, updated_at = clock_timestamp()
    where message_id = $1 and queue = $2 and status <> 'consumed'
    """)

  private static let forget = PostgresStatement("ledger.forget", "delete from ops.failed_messages where id = $1")
}
