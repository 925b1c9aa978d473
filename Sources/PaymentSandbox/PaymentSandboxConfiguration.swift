public import ProcessManagers

/// Settings of the sandbox's process. Every bound has a name and a unit.
public struct PaymentSandboxConfiguration: Sendable {
  /// Address to listen on.
  public var host = "127.0.0.1"
  /// Port to listen on; 0 takes a free one.
  public var port = 8_110
  /// Where what was done is written down; nil for nowhere: then it is forgotten when the process ends.
  public var journal: String?
  /// What each request must show; nil for nothing.
  public var secret: String?
  /// Where callbacks go; nil for nowhere.
  public var callbacks: Callbacks?
  /// Largest body that is read, in bytes.
  public var maximumBodyBytes = 65_536

  /// Where and how the sandbox tells by itself.
  public struct Callbacks: Sendable {
    public var url: String
    public var signature: WebhookSignature
    /// From the answer to the first delivery.
    public var delay = Duration.milliseconds(500)
    /// Between two tries of a delivery that was not taken; doubled with each one.
    public var firstPause = Duration.milliseconds(250)
    public var maximumPause = Duration.seconds(30)
    /// How often a delivery is tried before it is left for the next start of the process.
    public var maximumTries = 100
    /// How long it may take to be taken.
    public var timeout = Duration.seconds(15)

    public init(url: String, signature: WebhookSignature) {
      self.url = url
      self.signature = signature
    }
  }

  /// Defaults for one machine.
  public init() {}
}
