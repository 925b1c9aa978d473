import EventSourcing
public import JSON

/// What a ticket tells beside its fields: tags and fields of one's own, and under reserved names what the shop notes by itself.
public struct TicketMetadata: Hashable, Sendable {
  /// Names that clients may not use.
  public static let reserved: Set<String> = ["contact", "order", "sla_breaches", "status_log"]
  /// In bytes of JSON.
  public static let maximumSize = 10_000
  /// The last so many moves are kept.
  static let maximumLog = 200

  /// One JSON object.
  public private(set) var document: JSONValue

  init(_ document: JSONValue = .object([])) {
    self.document = document
  }

  /// - Returns: nil for a text that is no JSON object.
  init?(text: String?) {
    guard let text, let value = try? JSONValue(parsing: text), value.objectValue != nil else { return nil }
    document = value
  }

  /// Null in the row while there is nothing.
  var text: String? { document.objectValue?.isEmpty == false ? document.serializedText : nil }

  /// The fields of one's own.
  public var custom: JSONValue {
    get { .object((document.objectValue ?? []).filter { !Self.reserved.contains($0.key) }) }
    set {
      document = .object(
        (newValue.objectValue ?? []).filter { !Self.reserved.contains($0.key) }
          + (document.objectValue ?? []).filter { Self.reserved.contains($0.key) })
    }
  }

  /// - Throws: `FieldError`: no object, a reserved name, too large.
  static func check(custom: JSONValue) throws(FieldError) {
    guard let members = custom.objectValue, !members.contains(where: { reserved.contains($0.key) }) else {
      throw FieldError("metadata", .malformed)
    }
    guard custom.serialized.count <= maximumSize else { throw FieldError("metadata", .tooLong(maximum: maximumSize)) }
    guard hasPlainNumbers(custom) else { throw FieldError("metadata", .malformed) }
  }

  /// PostgreSQL's `jsonb` takes numbers only so far; without exponents and of this length it takes all.
  private static func hasPlainNumbers(_ value: JSONValue) -> Bool {
    switch value {
    case .number(let text): text.utf8.count <= 40 && !text.contains { $0 == "e" || $0 == "E" }
    case .array(let elements): elements.allSatisfy(hasPlainNumbers)
    case .object(let members): members.allSatisfy { hasPlainNumbers($0.value) }
    case .null, .bool, .string: true
    }
  }

  mutating func note(contact: TicketContact) {
    document["contact"] = ["email": .string(contact.email), "name": contact.name.map { .string($0) } ?? .null]
  }

  mutating func note(order: TicketOrder) {
    document["order"] = [
      "id": .int(order.orderID.rawValue), "order_number": .string(order.orderNumber),
      "total_amount_ttc": .string(order.totalTTC.description), "status": .string(order.status),
    ]
  }

  mutating func note(orderStatus: String) {
    guard var order = document["order"] else { return }
    order["status"] = .string(orderStatus)
    document["order"] = order
  }

  mutating func log(_ from: TicketStatus?, _ to: TicketStatus, at now: Timestamp, by user: UserID?) {
    let entry: JSONValue = [
      "from": from.map { .string($0.rawValue) } ?? .null, "to": .string(to.rawValue), "at": .string(now.rfc3339),
      "by": user.map { .int($0.rawValue) } ?? .null,
    ]
    append(entry, to: "status_log")
  }

  mutating func log(missed deadline: TicketDeadline, expected: Int64, actual: Int64, at now: Timestamp) {
    append(
      [
        "sla_type": .string(deadline.rawValue), "expected_minutes": .int(expected), "actual_minutes": .int(actual),
        "at": .string(now.rfc3339),
      ], to: "sla_breaches")
  }

  private mutating func append(_ entry: JSONValue, to name: String) {
    document[name] = .array(((document[name]?.arrayValue ?? []) + [entry]).suffix(Self.maximumLog))
  }
}

/// How somebody without an account can be reached.
public struct TicketContact: Hashable, Sendable {
  public var email: String
  public var name: String?

  public init(email: String, name: String? = nil) {
    self.email = email
    self.name = name
  }
}

/// The order that a ticket is about, as the service's copies have it.
public struct TicketOrder: Hashable, Sendable {
  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  public var totalTTC: Cents
  /// As the order's page names it.
  public var status: String
  /// Whether it was cancelled because it could not be paid.
  public var hasFailedPayment: Bool
  /// Where it was placed; nil for the platform itself.
  public var websiteID: WebsiteID?

  public init(
    orderID: OrderID, orderNumber: String, userID: UserID, totalTTC: Cents, status: String, hasFailedPayment: Bool,
    websiteID: WebsiteID? = nil
  ) {
    self.orderID = orderID
    self.orderNumber = orderNumber
    self.userID = userID
    self.totalTTC = totalTTC
    self.status = status
    self.hasFailedPayment = hasFailedPayment
    self.websiteID = websiteID
  }
}
