public import EventSourcing
import JSON
public import Postgres
public import RabbitMQ

/// The tables `messages` and `failed_messages` of messages_broker: what was published, for which queue, and what became of it there.
///
/// The relay writes a row for each message and queue of the declared topology, consumers report. No row decides anything: what is to be
/// done follows from the log alone, so the ledger may lag, and may be wrong only where `comptoir broker verify` says so.
public struct Ledger: Sendable {
  let client: PostgresClient
  /// Queues by the routing keys they are bound to.
  private let queues: [String: [String]]

  /// - Parameters:
  ///   - client: as messages_broker's projector.
  ///   - consumers: of the declared topology.
  public init(client: PostgresClient, consumers: [Consumer]) {
    self.client = client
    var queues: [String: [String]] = [:]
    for consumer in consumers.sorted(by: { $0.queue < $1.queue }) {
      for key in consumer.routingKeys { queues[key, default: []].append(consumer.queue) }
    }
    self.queues = queues
  }

  /// The queues that a message is meant for; the empty one for a message that the topology sends nowhere.
  public func destinations(of routingKey: String) -> [String] { queues[routingKey] ?? [""] }

  // MARK: What the relay writes

  /// A message, and when its event happened.
  typealias Sent = (message: RabbitMQMessage, occurredAt: Timestamp)

  /// Notes messages that the broker has confirmed; those that are noted already stay as they are.
  /// - Parameter position: everything up to here has been published.
  func published(_ messages: [Sent], through position: Position) async throws {
    let place = PostgresCall(Self.advance, [.int64(position.rawValue)])
    guard !messages.isEmpty else {
      _ = try await client.queryAll([place])
      return
    }
    _ = try await client.queryAll([PostgresCall(Self.insert, columns(messages) + [.text("published"), .null]), place])
  }

  /// Notes messages that the broker has not confirmed: they are sent again.
  func pending(_ messages: [Sent], because error: any Error) async throws {
    guard !messages.isEmpty else { return }
    let reason = PostgresValue.text(Self.clean(String(describing: error)))
    _ = try await client.query(Self.insert, columns(messages) + [.text("pending"), reason])
  }

  /// - Parameter messages: with bodies that are JSON, as the relay's are.
  func columns(_ messages: [Sent]) -> [PostgresValue] {
    var (ids, names, exchanges, keys, types) = ([String](), [String](), [String](), [String](), [String]())
    var (payloads, headers, times) = ([[UInt8]](), [[UInt8]](), [Int64]())
    for (message, occurredAt) in messages {
      let header = Self.headers(of: message.properties)
      for queue in destinations(of: message.routingKey) {
        ids.append(message.properties.messageID ?? "")
        names.append(queue)
        exchanges.append(message.exchange)
        keys.append(message.routingKey)
        types.append(message.properties.type ?? message.routingKey)
        payloads.append(message.body)
        headers.append(header)
        times.append(occurredAt.rawValue)
      }
    }
    return [
      .textArray(ids), .textArray(names), .textArray(exchanges), .textArray(keys), .textArray(types), .textBytesArray(payloads),
      .textBytesArray(headers), .timestampArray(times),
    ]
  }

  /// Headers as JSON; texts and whole numbers are what the envelope has.
  public static func headers(of properties: RabbitMQProperties) -> [UInt8] {
    var members = properties.headers.compactMap { name, value -> (key: String, value: JSONValue)? in json(value).map { (name, $0) } }
    if let id = properties.correlationID { members.append(("correlation_id", .string(id))) }
    members.sort { $0.key < $1.key }
    return JSONValue.object(members).serialized
  }

  private static func json(_ value: RabbitMQValue) -> JSONValue? {
    switch value {
    case .string(let text): .string(clean(text))
    case .int(let number): .int(number)
    case .bool(let flag): .bool(flag)
    case .array(let values): .array(values.compactMap(json))
    default: nil
    }
  }

  /// A body as jsonb takes it: one that it does not take stands in it as a text.
  static func storable(_ body: [UInt8]) -> [UInt8] {
    if let value = try? JSONValue(parsing: body), value.objectValue != nil { return body }
    return JSONValue.object([("raw", .string(clean(String(decoding: body, as: UTF8.self))))]).serialized
  }

  /// PostgreSQL's texts hold no U+0000.
  static func clean(_ text: String) -> String { text.utf8.contains(0) ? text.replacing("\0", with: "\u{FFFD}") : text }

  // MARK: What consumers report

  /// Everything up to here has been published and noted.
  public func position() async throws -> Position { Position(try await client.query(Self.position)[0].int64(0)) }

  /// Notes what consumers tell, all or nothing. Told twice, it is the same.
  func apply(_ reports: [LedgerReport]) async throws {
    var calls: [PostgresCall] = []
    for report in reports {
      let consumed = report.entries.filter { $0.outcome == .consumed }
      if !consumed.isEmpty {
        let times = PostgresValue.timestampArray(consumed.map(\.at.rawValue))
        let parameters: [PostgresValue] = [.text(report.queue), .textArray(consumed.map(\.messageID))]
        calls.append(PostgresCall(Self.consumed, parameters + [times, .text(report.consumer)]))
        calls.append(PostgresCall(Self.settled, parameters))
      }
      for entry in report.entries {
        guard case .failed(let tries, let error, let isParked) = entry.outcome else { continue }
        let parameters: [PostgresValue] = [
          .text(report.queue), .text(entry.messageID), .timestamp(microsecondsSinceUnixEpoch: entry.at.rawValue), .int32(Int32(tries)),
          .text(Self.clean(error)),
        ]
        calls.append(PostgresCall(Self.failed, parameters + [.text(isParked ? "dead_letter" : "failed"), .text(report.consumer)]))
        if isParked { calls.append(PostgresCall(Self.parked, parameters)) }
      }
    }
    _ = try await client.queryAll(calls)
  }

  /// Notes a message that is none: it cannot be tried again.
  /// - Parameters:
  ///   - queue: where it was refused.
  ///   - reason: why.
  func refused(_ message: RabbitMQDelivery, id: String, queue: String, reason: String) async throws {
    let key = PostgresValue.text(Self.clean(message.routingKey))
    _ = try await client.query(
      Self.refused,
      [
        .text(id), .text(Self.clean(queue)), .text(Self.clean(message.exchange)), key, .json(Self.storable(message.body)),
        .json(Self.headers(of: message.properties)), .text(Self.clean(reason)),
      ])
  }

  // MARK: Housekeeping

  /// Messages that nobody has to look at any more are before this position, and it.
  /// - Returns: nil when there is none.
  func removable(olderThan age: Duration) async throws -> Position? {
    try await client.query(Self.removable, [.int64(age.components.seconds)])[0].optionalInt64(0).map { Position($0) }
  }

  /// Removes messages that nobody has to look at any more.
  func removeSettled(olderThan age: Duration, through position: Position) async throws {
    _ = try await client.query(Self.remove, [.int64(age.components.seconds), .int64(position.rawValue)])
  }

  /// Messages up to a position that are not consumed.
  func unsettled(through position: Position) async throws -> [(position: Position, routingKey: String, queue: String, status: String)] {
    var found: [(Position, String, String, String)] = []
    for row in try await client.query(Self.unsettled, [.int64(position.rawValue)]) {
      found.append((Position(try row.int64(0)), try row.string(1), try row.string(2), try row.string(3)))
    }
    return found
  }

  /// Marks as consumed what a consumer has handled without its word having come: it ended in between.
  /// - Parameter position: everything up to here has been handled.
  func settle(_ queue: String, through position: Position) async throws {
    _ = try await client.query(Self.heal, [.text(queue), .int64(position.rawValue)])
  }

  /// The first position that the ledger knows of; nil when it is empty.
  func firstPosition() async throws -> Position? { try await client.query(Self.first)[0].optionalInt64(0).map { Position($0) } }
}
