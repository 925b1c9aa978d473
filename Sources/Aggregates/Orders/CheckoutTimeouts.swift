/// How long the checkout waits for whom. All timers count by the log's clock.
public struct CheckoutTimeouts: Sendable, Hashable {
  /// From the order to its stock being held.
  public var stock = Duration.seconds(5)
  /// From asking for an authorisation to its answer.
  public var authorisation = Duration.seconds(10)
  /// From asking for a capture to its answer, each try.
  public var capture = Duration.seconds(15)
  /// Between two tries to capture.
  public var captureRetry = Duration.seconds(2)
  /// How often a capture is tried in all.
  public var captureTries = 3
  /// How long stock is held for an order on its way.
  public var hold = Duration.seconds(15 * 60)
  /// How long stock is held for an order that is paid by transfer.
  public var transferHold = Duration.seconds(7 * 24 * 3_600)

  public init() {}
}
