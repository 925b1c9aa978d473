public import Messaging
public import RabbitMQ

/// The broker as the routes of messages-broker see it.
public struct MessageBroker: Sendable {
  let client: RabbitMQClient
  /// Those of the declared topology.
  let consumers: [Consumer]
  let exchange: String
  let prefix: String

  /// - Parameter prefix: stands before the names of queues.
  public init(client: RabbitMQClient, consumers: [Consumer], exchange: String = Consumer.exchange, prefix: String = "") {
    self.client = client
    self.consumers = consumers
    self.exchange = exchange
    self.prefix = prefix
  }

  /// All queues that are ours, by name.
  var queues: [String] { (consumers.map(\.queue) + [Consumer.deadLetters, LedgerReport.queueName]).sorted() }

  /// Asks the broker for something.
  /// - Throws: `not-found` for a queue that is not there, `unavailable` for a broker that is not.
  func ask<Result>(_ body: (RabbitMQClient) async throws(RabbitMQError) -> Result) async throws -> Result {
    do throws(RabbitMQError) {
      return try await body(client)
    } catch {
      switch error.kind {
      case .notFound: throw Problem(.notFound)
      case .cancelled: throw CancellationError()
      default: throw Problem(.unavailable, detail: LocalizedText("The broker does not answer.", "Le courtier de messages ne répond pas."))
      }
    }
  }

  /// Publishes a message and waits until the broker has it.
  func publish(_ message: RabbitMQMessage) async throws {
    let outcome = try await ask { client throws(RabbitMQError) in
      let publisher = try await client.publisher()
      let outcome: Result<RabbitMQOutcome, RabbitMQError>
      do throws(RabbitMQError) { outcome = .success(try await publisher.publish(message)) } catch { outcome = .failure(error) }
      await publisher.close()
      return try outcome.get()
    }
    switch outcome {
    case .confirmed: return
    case .returned: throw Problem(.notFound)
    case .refused: throw Problem(.unavailable)
    }
  }
}

extension Call {
  /// The broker; where none is configured, nobody can be asked.
  var broker: MessageBroker {
    get throws {
      guard let broker = services.broker else {
        throw Problem(.unavailable, detail: LocalizedText("No broker is configured.", "Aucun courtier de messages n'est configuré."))
      }
      return broker
    }
  }

  /// The ledger, with what the gateway may do with it.
  var ledger: Ledger { Ledger(client: services.reads.messages.client, consumers: services.broker?.consumers ?? []) }
}
