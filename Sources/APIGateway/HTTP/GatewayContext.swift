import Hummingbird
import Logging

/// What the server knows of a request beside the request itself.
struct GatewayContext: InitializableFromSource {
  let logger: Logger

  init(source: ApplicationRequestContextSource) {
    logger = source.logger
  }
}
