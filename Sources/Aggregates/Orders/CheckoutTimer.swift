public import EventSourcing
public import JSON

/// What a timer of the checkout asks for when it fires; its payload.
public struct CheckoutTimer: JSONCodable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The stock has not answered.
    case stockSilent = "checkout_stock_silent"
    /// The provider has not answered the request for an authorisation.
    case authorisationSilent = "checkout_authorisation_silent"
    /// The provider has not answered the request for a capture.
    case captureSilent = "checkout_capture_silent"
    /// Time for the next try to capture.
    case captureRetry = "checkout_capture_retry"
  }

  /// The payload's field `do`.
  public var kind: Kind
  public var orderID: OrderID
  /// Of the capture: the try that stays silent, or that is due; 0 otherwise.
  public var captureTry: Int

  init(_ kind: Kind, _ orderID: OrderID, captureTry: Int = 0) {
    self.kind = kind
    self.orderID = orderID
    self.captureTry = captureTry
  }

  public init(from json: inout JSONObjectReader) throws {
    kind = try json.name("do")
    orderID = try json.id("order_id")
    captureTry = try json.int("capture_try")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", name: kind)
    json.field("order_id", orderID)
    json.field("capture_try", captureTry)
  }

  static func stockName(_ order: OrderID) -> String { "checkout-stock-\(order)" }
  static func authorisationName(_ order: OrderID) -> String { "checkout-authorisation-\(order)" }
  static func captureName(_ order: OrderID) -> String { "checkout-capture-\(order)" }
}

extension DecisionSession {
  mutating func waitForStock(_ order: OrderID, _ duration: Duration) {
    setTimer(CheckoutTimer.stockName(order), due: .after(duration), payload: CheckoutTimer(.stockSilent, order))
  }

  mutating func waitForAuthorisation(_ order: OrderID, _ duration: Duration) {
    setTimer(CheckoutTimer.authorisationName(order), due: .after(duration), payload: CheckoutTimer(.authorisationSilent, order))
  }

  mutating func waitForCapture(_ order: OrderID, captureTry: Int, _ duration: Duration) {
    let timer = CheckoutTimer(.captureSilent, order, captureTry: captureTry)
    setTimer(CheckoutTimer.captureName(order), due: .after(duration), payload: timer)
  }

  mutating func retryCapture(_ order: OrderID, captureTry: Int, after duration: Duration) {
    let timer = CheckoutTimer(.captureRetry, order, captureTry: captureTry)
    setTimer(CheckoutTimer.captureName(order), due: .after(duration), payload: timer)
  }

  mutating func cancelCheckoutTimers(_ order: OrderID) {
    cancelTimer(CheckoutTimer.stockName(order))
    cancelTimer(CheckoutTimer.authorisationName(order))
    cancelTimer(CheckoutTimer.captureName(order))
  }
}
