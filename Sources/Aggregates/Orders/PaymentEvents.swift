public import EventSourcing
public import JSON

/// What happens to an order's payment (stream `payment-<order id>`).
public enum PaymentEvent: AggregateEvent {
  case paymentRequested(PaymentRequested)
  case paymentActionRequired(PaymentActionRequired)
  case paymentAuthorised(PaymentAuthorised)
  case paymentFailed(PaymentFailed)
  case captureRequested(CaptureRequested)
  case captureFailed(CaptureFailed)
  case paymentCaptured(PaymentCaptured)
  case voidRequested(VoidRequested)
  case paymentVoided(PaymentVoided)
  case refundRequested(RefundRequested)
  case refundSettled(RefundSettled)
  case refundFailed(RefundFailed)
  case reportReceived(PaymentReportReceived)

  public static let decoder = EventDecoder<PaymentEvent>([
    EventCase(PaymentRequested.self, PaymentEvent.paymentRequested),
    EventCase(PaymentActionRequired.self, PaymentEvent.paymentActionRequired),
    EventCase(PaymentAuthorised.self, PaymentEvent.paymentAuthorised),
    EventCase(PaymentFailed.self, PaymentEvent.paymentFailed),
    EventCase(CaptureRequested.self, PaymentEvent.captureRequested),
    EventCase(CaptureFailed.self, PaymentEvent.captureFailed),
    EventCase(PaymentCaptured.self, PaymentEvent.paymentCaptured),
    EventCase(VoidRequested.self, PaymentEvent.voidRequested),
    EventCase(PaymentVoided.self, PaymentEvent.paymentVoided),
    EventCase(RefundRequested.self, PaymentEvent.refundRequested),
    EventCase(RefundSettled.self, PaymentEvent.refundSettled),
    EventCase(RefundFailed.self, PaymentEvent.refundFailed),
    EventCase(PaymentReportReceived.self, PaymentEvent.reportReceived),
  ])

  public var payload: any EventPayload {
    switch self {
    case .paymentRequested(let event): event
    case .paymentActionRequired(let event): event
    case .paymentAuthorised(let event): event
    case .paymentFailed(let event): event
    case .captureRequested(let event): event
    case .captureFailed(let event): event
    case .paymentCaptured(let event): event
    case .voidRequested(let event): event
    case .paymentVoided(let event): event
    case .refundRequested(let event): event
    case .refundSettled(let event): event
    case .refundFailed(let event): event
    case .reportReceived(let event): event
    }
  }
}

/// The provider is asked to authorise an amount.
public struct PaymentRequested: Hashable, Sendable {
  public static let type = EventType("PaymentRequested", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var userID: UserID
  public var amount: Cents
  public var currency: String
  public var method: PaymentMethod
  public var provider: String
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  public struct Personal: Hashable, Sendable {
    public var token: String?
  }
}

extension PaymentRequested: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    userID = try json.id("user_id")
    amount = try json.cents("amount")
    currency = try json.string("currency")
    method = try json.name("method")
    provider = try json.string("provider")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("user_id", userID)
    json.field("amount", amount)
    json.field("currency", currency)
    json.field("method", name: method)
    json.field("provider", provider)
  }
}

extension PaymentRequested.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    token = try json.optionalString("token")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("token", token)
  }
}

/// The buyer must do something first, such as a bank transfer.
public struct PaymentActionRequired: Hashable, Sendable {
  public static let type = EventType("PaymentActionRequired", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var url: String?
}

extension PaymentActionRequired: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    url = try json.optionalString("url")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("url", url)
  }
}

/// The provider promises the amount.
public struct PaymentAuthorised: Hashable, Sendable {
  public static let type = EventType("PaymentAuthorised", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var providerID: String
  public var expiresAt: Timestamp?
}

extension PaymentAuthorised: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    providerID = try json.string("provider_id")
    expiresAt = try json.optionalTimestamp("expires_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("provider_id", providerID)
    json.field("expires_at", expiresAt)
  }
}

/// The provider refused, or stayed silent too long.
public struct PaymentFailed: Hashable, Sendable {
  public static let type = EventType("PaymentFailed", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var reason: String
}

extension PaymentFailed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("reason", reason)
  }
}

/// The provider is asked for the promised amount.
public struct CaptureRequested: Hashable, Sendable {
  public static let type = EventType("CaptureRequested", .private)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  /// The provider's name for its promise.
  public var providerID: String
  public var amount: Cents
  /// Counted from 1.
  public var captureTry: Int
}

extension CaptureRequested: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    providerID = try json.string("provider_id")
    amount = try json.cents("amount")
    captureTry = try json.int("capture_try")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("provider_id", providerID)
    json.field("amount", amount)
    json.field("capture_try", captureTry)
  }
}

/// A try to capture failed.
public struct CaptureFailed: Hashable, Sendable {
  public static let type = EventType("CaptureFailed", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var captureTry: Int
  public var reason: String
  /// Whether it was the last try.
  public var final: Bool
}

extension CaptureFailed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    captureTry = try json.int("capture_try")
    reason = try json.string("reason")
    final = try json.bool("final")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("capture_try", captureTry)
    json.field("reason", reason)
    json.field("final", final)
  }
}

/// The amount was received.
public struct PaymentCaptured: Hashable, Sendable {
  public static let type = EventType("PaymentCaptured", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var amount: Cents
  public var providerID: String
}

extension PaymentCaptured: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    amount = try json.cents("amount")
    providerID = try json.string("provider_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("amount", amount)
    json.field("provider_id", providerID)
  }
}

/// The provider is asked to give its promise back.
public struct VoidRequested: Hashable, Sendable {
  public static let type = EventType("VoidRequested", .private)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  /// The provider's name for its promise.
  public var providerID: String
}

extension VoidRequested: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    providerID = try json.string("provider_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("provider_id", providerID)
  }
}

/// The promise was given back.
public struct PaymentVoided: Hashable, Sendable {
  public static let type = EventType("PaymentVoided", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
}

extension PaymentVoided: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
  }
}

/// The provider is asked to pay back.
public struct RefundRequested: Hashable, Sendable {
  public static let type = EventType("RefundRequested", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  /// The provider's name for its promise.
  public var providerID: String
  public var refundID: RefundID
  public var amount: Cents
  public var reason: String
}

extension RefundRequested: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    providerID = try json.string("provider_id")
    refundID = try json.id("refund_id")
    amount = try json.cents("amount")
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("provider_id", providerID)
    json.field("refund_id", refundID)
    json.field("amount", amount)
    json.field("reason", reason)
  }
}

/// The provider paid back.
public struct RefundSettled: Hashable, Sendable {
  public static let type = EventType("RefundSettled", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var refundID: RefundID
  public var amount: Cents
  /// Whether everything captured has gone back.
  public var complete: Bool
}

extension RefundSettled: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    refundID = try json.id("refund_id")
    amount = try json.cents("amount")
    complete = try json.bool("complete")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("refund_id", refundID)
    json.field("amount", amount)
    json.field("complete", complete)
  }
}

/// The provider could not pay back; a person must look.
public struct RefundFailed: Hashable, Sendable {
  public static let type = EventType("RefundFailed", .public)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var refundID: RefundID
  public var reason: String
}

extension RefundFailed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    refundID = try json.id("refund_id")
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("refund_id", refundID)
    json.field("reason", reason)
  }
}
