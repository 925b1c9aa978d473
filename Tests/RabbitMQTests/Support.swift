import Foundation
import Logging
import RabbitMQ
import Testing

/// The broker of the test run.
enum Broker {
  static func configuration(_ variable: String = "COMPTOIR_TEST_RABBITMQ_URL") throws -> RabbitMQConfiguration {
    try RabbitMQConfiguration(url: #require(ProcessInfo.processInfo.environment[variable], "\(variable)"))
  }

  /// Lends a client and closes it, whatever happens in between.
  static func use<T>(_ configuration: RabbitMQConfiguration? = nil, _ body: (RabbitMQClient) async throws -> T) async throws -> T {
    let client = RabbitMQClient(try configuration ?? self.configuration(), logger: Logger(label: "tests"))
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }

  /// Lends a client and a queue of the test's own, which is deleted afterwards.
  static func withQueue<T>(
    _ arguments: [String: RabbitMQValue] = [:], isDurable: Bool = true, through configuration: RabbitMQConfiguration? = nil,
    _ body: (RabbitMQClient, String) async throws -> T
  ) async throws -> T {
    let queue = unique("queue")
    return try await use(configuration) { client in
      try await client.apply(RabbitMQTopology(queues: [RabbitMQQueue(queue, isDurable: isDurable, arguments: arguments)]))
      do {
        let result = try await body(client, queue)
        try await clear(queue)
        return result
      } catch {
        try? await clear(queue)
        throw error
      }
    }
  }

  /// By another way than the test's, which may be broken.
  private static func clear(_ queue: String) async throws {
    try await use { try await $0.deleteQueue(queue) }
  }

  static func unique(_ word: String) -> String { "test-\(word)-\(UUID().uuidString.lowercased())" }
}

extension RabbitMQMessage {
  /// A message to a queue by the default exchange.
  static func sample(_ queue: String, _ number: Int, bytes: Int = 20, isMandatory: Bool = true) -> RabbitMQMessage {
    var body = Array("\(number) ".utf8)
    body += [UInt8](repeating: UInt8(ascii: "x"), count: max(0, bytes - body.count))
    return RabbitMQMessage(
      exchange: "", routingKey: queue, properties: RabbitMQProperties(messageID: "m-\(number)"), body: body, isMandatory: isMandatory)
  }
}

extension RabbitMQDelivery {
  /// The number that `RabbitMQMessage.sample` was made with.
  var number: Int? { Int(String(decoding: body.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)) }
}

/// Asks until it is so, or thirty seconds are over.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  for _ in 0..<1500 {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(20))
  }
  return false
}
