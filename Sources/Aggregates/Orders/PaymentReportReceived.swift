public import EventSourcing
public import JSON

/// The provider told something by itself. It stands as it came, before whatever follows from it.
public struct PaymentReportReceived: Hashable, Sendable {
  public static let type = EventType("PaymentReportReceived", .private)

  public var paymentID: PaymentID
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var userID: UserID
  /// The provider's own name for its message.
  public var reportID: String
  public var personal: Personal?

  public var subject: SubjectID { userID.subject }

  /// Nobody knows what providers write there.
  public struct Personal: Hashable, Sendable {
    /// The message's body.
    public var body: String
  }
}

extension PaymentReportReceived: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    paymentID = try json.id("payment_id")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    userID = try json.id("user_id")
    reportID = try json.string("report_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("payment_id", paymentID)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("user_id", userID)
    json.field("report_id", reportID)
  }
}

extension PaymentReportReceived.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    body = try json.string("body")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("body", body)
  }
}
