public import EventSourcing

/// The bounds and rhythms of webhooks.
public struct WebhookConfiguration: Sendable {
  /// Pauses before the second try, the third, and so on; after as many tries as there are pauses, and one, a delivery has failed. These are
  /// those of [Standard Webhooks](https://www.standardwebhooks.com): 75 hours and a half in all.
  public var delays: [Duration] = [
    .seconds(5), .seconds(5 * 60), .seconds(30 * 60), .seconds(2 * 3_600), .seconds(5 * 3_600), .seconds(10 * 3_600),
    .seconds(14 * 3_600), .seconds(20 * 3_600), .seconds(24 * 3_600),
  ]
  /// At most this part of a pause is added to it, at random, so that deliveries that failed together do not come back together.
  public var jitter = 0.1
  /// A subscription is disabled when so many tries in a row have failed, for at least so long.
  public var maximumFailures = 10
  public var maximumFailingTime = Duration.seconds(72 * 3_600)
  /// A receiver that asks to be left alone is, for at most so long.
  public var maximumRetryAfter = Duration.seconds(24 * 3_600)
  /// How long one try may take in all: look-up, connection, answer.
  public var timeout = Duration.seconds(15)
  /// How long a sender has a delivery; longer than a try can take.
  public var claimLifetime = Duration.seconds(60)
  /// Tries of this process at once.
  public var concurrency = 64
  /// Tries at once for one subscription, of all processes; one that fails has a single one, so that many dead receivers leave room.
  public var concurrencyPerSubscription = 4
  /// Events in one read of the log.
  public var pageSize = 256
  /// How long an idle planner, and an idle sender, waits before it looks by itself.
  public var idleWait = Duration.seconds(1)
  /// Between two looks of a planner that has nothing to catch up with: what comes meanwhile is planned together.
  public var planInterval = Duration.milliseconds(50)
  /// How long the right to plan lasts without being renewed, and how often it is asked for.
  public var leaseLifetime = Duration.seconds(10)
  public var leaseInterval = Duration.seconds(3)
  /// Pause after a failure.
  public var pause = Duration.seconds(1)
  /// How long deliveries that got through or failed are kept.
  public var retention = Duration.seconds(7 * 86_400)
  public var housekeepingInterval = Duration.seconds(60)
  /// Where the gateway is reached from outside, without a slash at its end.
  public var publicURL = "http://127.0.0.1:8100"
  /// The time; tests have their own.
  public var now: @Sendable () -> Timestamp = { .now() }

  public init() {}

  /// Tries of one delivery.
  var maximumAttempts: Int { delays.count + 1 }

  /// The pause after a try, from 1; nil after the last.
  func delay(after attempt: Int, random: Double = .random(in: 0..<1)) -> Duration? {
    guard attempt <= delays.count else { return nil }
    return delays[max(1, attempt) - 1] * (1 + jitter * random)
  }
}
