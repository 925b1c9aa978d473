import Logging
import Synchronization

/// A cache whose failures are in the log: the first after it worked, and that it works again. Its users do without it meanwhile, each in its
/// own way, so that nobody else would say so.
struct WatchedCache: Cache {
  /// Whether the caches of one gateway fail.
  final class Watch: Sendable {
    private let isFailing = Mutex(false)
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    fileprivate func result<R>(of body: () async throws -> R) async throws -> R {
      do {
        let result = try await body()
        if exchange(false) { logger.info("The cache works again") }
        return result
      } catch {
        if !exchange(true) { logger.warning("The cache fails, and is done without", metadata: ["error": "\(error)"]) }
        throw error
      }
    }

    /// - Returns: what was so before.
    private func exchange(_ fails: Bool) -> Bool {
      isFailing.withLock { value in
        defer { value = fails }
        return value
      }
    }
  }

  let cache: any Cache
  let watch: Watch

  func value(_ key: String) async throws -> String? { try await watch.result { try await cache.value(key) } }

  func store(_ value: String, as key: String, seconds: Int) async throws {
    try await watch.result { try await cache.store(value, as: key, seconds: seconds) }
  }

  func count(_ key: String, seconds: Int) async throws -> (count: Int, secondsLeft: Int) {
    try await watch.result { try await cache.count(key, seconds: seconds) }
  }

  func remove(_ key: String) async throws { try await watch.result { try await cache.remove(key) } }
}
