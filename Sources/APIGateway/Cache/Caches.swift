public import Redis

/// The caches of all services: in Redis where one is configured, else in a service's own table `cache`, where its database has one.
public struct Caches: Sendable {
  let redis: RedisClient?

  /// - Parameter redis: nil where none is configured.
  public init(redis: RedisClient? = nil) { self.redis = redis }

  /// A service's cache; nil where it has none.
  func cache(of side: ReadSide) -> (any Cache)? {
    if let redis { return RedisCache(client: redis, service: side.name) }
    return table(of: side)
  }

  /// What counts the requests of all gateways. Without Redis each gateway counts its own: a row written with each request would cost more
  /// than the requests.
  var requests: (any Cache)? { redis.map { RedisCache(client: $0, service: "gateway") } }

  func table(of side: ReadSide) -> TableCache? {
    TableCache.services.contains(side.name) ? TableCache(client: side.client) : nil
  }
}
