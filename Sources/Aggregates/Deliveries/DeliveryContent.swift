public import EventSourcing

/// What a delivery says beside its status. Lengths are those of the input; `check` enforces them.
public struct DeliveryContent: Sendable, Hashable {
  public var method = DeliveryMethod.standard
  /// For pickup, and only there.
  public var salePointID: SalePointID?
  public var shippingCost = Cents.zero
  public var estimatedAt = Timestamp(microseconds: 0)
  public var address: String?
  /// The customer's.
  public var instructions: String?
  public var recipientName: String?
  /// At most 20 characters.
  public var recipientPhone: String?
  public var carrierName: String?
  public var carrierTrackingNumber: String?
  /// The staff's.
  public var notes: String?

  public init() {}

  /// The longest of the free texts, in characters.
  public static let maximumTextLength = 2_000

  func check() throws(DeliveryRejection) {
    do {
      try TextRules.optional(address, "delivery_address", maximum: Self.maximumTextLength)
      try TextRules.optional(instructions, "special_instructions", maximum: Self.maximumTextLength)
      try TextRules.optional(notes, "delivery_notes", maximum: Self.maximumTextLength)
      try TextRules.optional(recipientName, "recipient_name")
      try TextRules.optional(recipientPhone, "recipient_phone", maximum: 20)
      try TextRules.optional(carrierName, "carrier_name")
      try TextRules.optional(carrierTrackingNumber, "carrier_tracking_number")
    } catch {
      throw .invalid(error)
    }
    guard shippingCost >= .zero else { throw .invalid(FieldError("shipping_cost", .outOfRange(minimum: 0, maximum: nil))) }
    switch (method, salePointID) {
    case (.pickup, nil): throw .missing(field: "sale_point_id")
    case (.standard, .some), (.express, .some): throw .notAllowed(field: "sale_point_id")
    case (.pickup, .some), (.standard, nil), (.express, nil): break
    }
  }

  /// Where a carrier brings it must be known.
  func checkAddress() throws(DeliveryRejection) {
    let isGiven = address?.contains { !$0.isWhitespace } ?? false
    if method != .pickup, !isGiven { throw .missing(field: "delivery_address") }
  }

  /// Whether it goes elsewhere, or to somebody else.
  func isRedirected(from old: DeliveryContent) -> Bool {
    method != old.method || salePointID != old.salePointID || address != old.address || instructions != old.instructions
      || recipientName != old.recipientName || recipientPhone != old.recipientPhone
  }

  mutating func forgetRecipient() {
    address = nil
    instructions = nil
    recipientName = nil
    recipientPhone = nil
    notes = nil
  }
}

/// What deliveries cost, and how long they take. No tariff is documented: this is a setting.
public struct DeliveryTerms: Sendable, Hashable {
  /// With tax, and likewise below. A pickup costs nothing.
  public var standardCost = Cents(rawValue: 599)
  public var expressCost = Cents(rawValue: 999)
  public var standardTime = Duration.seconds(7 * 86_400)
  public var expressTime = Duration.seconds(2 * 86_400)
  public var pickupTime = Duration.seconds(2 * 86_400)
  /// From a failed attempt to the day of the next one.
  public var retryTime = Duration.seconds(2 * 86_400)
  /// How often a carrier is asked where a parcel is.
  public var pollInterval = Duration.seconds(30 * 60)
  /// How long a carrier may take to answer.
  public var pollTimeout = Duration.seconds(10)
  /// From its creation until a delivery is hidden.
  public var archiveAfter = Duration.seconds(2 * 365 * 86_400)
  /// From its creation until a delivery forgets its recipient.
  public var anonymiseAfter = Duration.seconds(3 * 365 * 86_400)

  public init() {}

  public func cost(of method: DeliveryMethod) -> Cents {
    switch method {
    case .standard: standardCost
    case .express: expressCost
    case .pickup: .zero
    }
  }

  public func time(of method: DeliveryMethod) -> Duration {
    switch method {
    case .standard: standardTime
    case .express: expressTime
    case .pickup: pickupTime
    }
  }
}
