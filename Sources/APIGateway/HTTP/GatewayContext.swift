import Hummingbird
import Logging

/// What the server knows of a request beside the request itself.
struct GatewayContext: InitializableFromSource {
  let logger: Logger
  /// Who is at the other end of the connection.
  let remoteAddress: String?

  init(source: ApplicationRequestContextSource) {
    logger = source.logger
    remoteAddress = source.channel.remoteAddress?.ipAddress
  }
}
