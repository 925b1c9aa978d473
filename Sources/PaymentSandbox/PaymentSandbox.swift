import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

#if canImport(Glibc)
import Glibc
#endif

/// A payment provider of its own process that moves no money: authorises, captures, voids and refunds over HTTP as its tokens say, calls
/// back, and remembers what it did across a kill.
public struct PaymentSandbox: Service {
  private let configuration: PaymentSandboxConfiguration
  private let desk: SandboxDesk
  private let logger: Logger
  private let onRunning: @Sendable (Int) async -> Void

  /// Reads the journal.
  /// - Parameter onRunning: called with the port once requests are answered.
  /// - Throws: when the journal cannot be read or written.
  public init(
    _ configuration: PaymentSandboxConfiguration, logger: Logger, onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
  ) throws {
    self.configuration = configuration
    self.logger = logger
    self.onRunning = onRunning
    desk = try SandboxDesk(journal: configuration.journal)
  }

  /// Answers requests and calls back until a graceful shutdown or a cancellation; once.
  /// - Throws: `PortInUse`, or what the server fails with.
  public func run() async throws {
    defer { desk.close() }
    let sender = CallbackSender(desk: desk, configuration: configuration.callbacks, logger: logger)
    let onRunning = onRunning
    let application = Application(
      router: SandboxRoutes(desk: desk, configuration: configuration, logger: logger).router,
      configuration: ApplicationConfiguration(address: .hostname(configuration.host, port: configuration.port), backlog: 1_024),
      onServerRunning: { await onRunning($0.localAddress?.port ?? 0) }, logger: logger)
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await cancelWhenGracefulShutdown { await sender.run() } }
        group.addTask { try await application.run() }
        // The sender ends only when it is told to.
        defer { group.cancelAll() }
        for try await _ in group {}
      }
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw PortInUse(port: configuration.port)
    }
  }

  /// Another program listens where the sandbox was to.
  public struct PortInUse: Error {
    public let port: Int
  }
}
