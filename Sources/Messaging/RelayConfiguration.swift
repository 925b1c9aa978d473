/// The bounds and rhythms of a relay.
public struct RelayConfiguration: Sendable, Hashable {
  /// The durable topic exchange that all services publish to; made if it is not there.
  public var exchange = Consumer.exchange
  /// Events in one read of the log, and messages handed to the broker at once.
  public var pageSize = 256
  /// How long an idle relay waits for news before it looks by itself.
  public var idleWait = Duration.seconds(5)
  /// How often the place in the log is written down.
  public var checkpointInterval = Duration.milliseconds(100)
  /// After how many positions the last positions of the routing keys are kept anew; a relay that starts reads at most so far back.
  public var snapshotInterval: Int64 = 50_000
  /// How long the right to publish lasts without being renewed.
  public var leaseLifetime = Duration.seconds(10)
  /// How often the right to publish is renewed, or asked for; also the pause after a failure.
  public var leaseInterval = Duration.seconds(3)

  public init() {}
}
