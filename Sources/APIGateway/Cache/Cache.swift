/// Where a service keeps, for a while, what costs time to find out again, and counts together with other gateways. All of it can be lost at
/// any moment: that costs time, and nothing else.
protocol Cache: Sendable {
  /// What is kept under a key; nil when nothing is, or no longer.
  func value(_ key: String) async throws -> String?

  /// Keeps a value under a key, over one that is there.
  func store(_ value: String, as key: String, seconds: Int) async throws

  /// Counts once more under a key, which is forgotten so many seconds after it was first counted.
  /// - Returns: how often it was counted, this time included, and the whole seconds until it is forgotten, rounded up.
  func count(_ key: String, seconds: Int) async throws -> (count: Int, secondsLeft: Int)

  /// Forgets a key.
  func remove(_ key: String) async throws
}
