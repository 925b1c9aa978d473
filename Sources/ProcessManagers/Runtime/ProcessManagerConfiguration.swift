/// The bounds and rhythms of a process manager's runner.
public struct ProcessManagerConfiguration: Sendable, Hashable {
  /// Messages that are read and not yet handled, at most.
  public var maximumInFlight = 1_024
  /// Events in one read of the log.
  public var pageSize = 512
  /// How long an idle runner waits for news before it looks by itself.
  public var idleWait = Duration.seconds(5)
  /// How often the place in the log is written down.
  public var checkpointInterval = Duration.milliseconds(100)
  /// How often timers are looked for.
  public var timerInterval = Duration.milliseconds(250)
  /// Timers fired at the same time.
  public var timerBatch = 64
  /// How often a message is tried before its saga is parked; the log being out of reach does not count.
  public var maximumTries = 8
  /// Before the second try; doubled with each one after it.
  public var firstRetryDelay = Duration.milliseconds(20)
  public var maximumRetryDelay = Duration.seconds(5)
  /// How often parked sagas are tried again.
  public var parkedRetryInterval = Duration.seconds(30)
  /// How often it is looked whether an operator wants a parked message tried or left out.
  public var requestInterval = Duration.milliseconds(500)
  /// How long the right to run lasts without being renewed.
  public var leaseLifetime = Duration.seconds(10)
  /// How often the right to run is renewed, or asked for.
  public var leaseInterval = Duration.seconds(3)

  public init() {}
}
