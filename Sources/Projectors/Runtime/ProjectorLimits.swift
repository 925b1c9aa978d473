/// The bounds of a projector.
public struct ProjectorLimits: Sendable, Hashable {
  /// Most events that are written in one transaction.
  public var batchEvents = 1_000
  /// Longest wait before the log is looked at even though nobody announced anything.
  public var pollInterval: Duration = .seconds(2)
  /// How far apart checkpoints over events that change no row are, while no reader waits.
  public var lazyCheckpointInterval: Duration = .seconds(1)
  /// How long a lease lasts; another process takes over when its holder has been silent for so long.
  public var leaseLifetime: Duration = .seconds(12)
  /// How far apart the parked events are looked at.
  public var parkedRetryInterval: Duration = .seconds(2)
  /// First and longest pause before a parked event is tried again; it doubles in between.
  public var parkedBackoff: ClosedRange<Duration> = .seconds(1)...(.seconds(300))
  /// First and longest pause after a failure that has nothing to do with the events; it doubles in between.
  public var failureBackoff: ClosedRange<Duration> = .milliseconds(50)...(.seconds(5))

  public init() {}
}
