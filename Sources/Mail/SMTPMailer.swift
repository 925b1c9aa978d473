public import Logging
import NIOPosix
import Synchronization

/// A client of one mail server. libcurl's calls block, so they run on threads of the mailer's own; connections are kept from one mail
/// to the next.
///
/// A mail whose task is cancelled while it waits is not sent; one that is under way is brought to its end, within
/// ``SMTPConfiguration/timeout``.
public final class SMTPMailer: MailTransport {
  private let configuration: SMTPConfiguration
  private let logger: Logger
  private let threads: NIOThreadPool
  private let idle = Mutex<[SMTPConnection]>([])

  /// Starts the threads; no connection yet.
  public init(_ configuration: SMTPConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
    threads = NIOThreadPool(numberOfThreads: max(1, configuration.connections))
    threads.start()
  }

  deinit {
    threads.shutdownGracefully { _ in }
  }

  public func send(_ message: MailMessage) async throws(MailError) {
    let bytes = try message.rendered()
    let outcome: Result<Void, MailError>
    do {
      outcome = try await threads.runIfActive { [self] in
        let connection = idle.withLock { $0.popLast() } ?? SMTPConnection(configuration)
        defer { idle.withLock { $0.append(connection) } }
        return connection.send(bytes, from: message.from.address, to: message.to.address)
      }
    } catch is CancellationError {
      outcome = .failure(.unavailable("cancelled"))
    } catch {
      outcome = .failure(.unavailable("the mailer is closed"))
    }
    if case .failure(let error) = outcome {
      logger.info("mail not sent", metadata: ["mail.id": "\(message.id)", "error": "\(error)"])
    }
    try outcome.get()
  }

  /// Brings the mails under way to their end, then closes all connections. What comes later is refused.
  public func close() async {
    try? await threads.shutdownGracefully()
    idle.withLock { $0 = [] }
  }
}
