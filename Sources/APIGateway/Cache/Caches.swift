public import Logging
public import Redis

/// The caches of all services: in Redis where one is configured, else in a service's own table `cache`, where its database has one.
public struct Caches: Sendable {
  let redis: RedisClient?
  private let watch: WatchedCache.Watch

  /// - Parameters:
  ///   - redis: nil where none is configured.
  ///   - logger: is told when a cache begins to fail, and when it works again.
  public init(redis: RedisClient? = nil, logger: Logger) {
    self.redis = redis
    watch = WatchedCache.Watch(logger)
  }

  /// A service's cache; nil where it has none.
  func cache(of side: ReadSide) -> (any Cache)? {
    let cache: (any Cache)? = redis.map { RedisCache(client: $0, service: side.name) } ?? table(of: side)
    return cache.map { WatchedCache(cache: $0, watch: watch) }
  }

  /// What counts the requests of all gateways. Without Redis each gateway counts its own: a row written with each request would cost more
  /// than the requests.
  var requests: (any Cache)? {
    redis.map { WatchedCache(cache: RedisCache(client: $0, service: "gateway"), watch: watch) }
  }

  func table(of side: ReadSide) -> TableCache? {
    TableCache.services.contains(side.name) ? TableCache(client: side.client) : nil
  }
}
