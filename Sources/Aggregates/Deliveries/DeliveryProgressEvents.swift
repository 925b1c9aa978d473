public import EventSourcing
public import JSON

/// The parcel was handed to a carrier.
public struct DeliveryShipped: Hashable, Sendable {
  public static let type = EventType("DeliveryShipped", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  /// Nil when the order was moved by hand without one.
  public var carrierName: String?
  public var carrierTrackingNumber: String?
  public var shippedAt: Timestamp
  public var estimatedAt: Timestamp
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryShipped: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    carrierName = try json.optionalString("carrier_name")
    carrierTrackingNumber = try json.optionalString("carrier_tracking_number")
    shippedAt = try json.timestamp("shipped_at")
    estimatedAt = try json.timestamp("estimated_delivery_date")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("carrier_name", carrierName)
    json.field("carrier_tracking_number", carrierTrackingNumber)
    json.field("shipped_at", shippedAt)
    json.field("estimated_delivery_date", estimatedAt)
    json.field("changed_by_id", changedByID)
  }
}

/// The carrier took the parcel.
public struct DeliveryPickedUp: Hashable, Sendable {
  public static let type = EventType("DeliveryPickedUp", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryPickedUp: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("changed_by_id", changedByID)
  }
}

/// The parcel is on its way, for the first time or for another attempt.
public struct DeliveryInTransit: Hashable, Sendable {
  public static let type = EventType("DeliveryInTransit", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  public var carrierTrackingNumber: String?
  /// Where the carrier saw it last.
  public var city: String?
  public var country: String?
  public var shippedAt: Timestamp
  /// Anew with each attempt.
  public var estimatedAt: Timestamp
  /// Counted from 1.
  public var attempt: Int
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryInTransit: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    carrierTrackingNumber = try json.optionalString("carrier_tracking_number")
    city = try json.optionalString("city")
    country = try json.optionalString("country")
    shippedAt = try json.timestamp("shipped_at")
    estimatedAt = try json.timestamp("estimated_delivery_date")
    attempt = try json.int("attempt")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("carrier_tracking_number", carrierTrackingNumber)
    json.field("city", city)
    json.field("country", country)
    json.field("shipped_at", shippedAt)
    json.field("estimated_delivery_date", estimatedAt)
    json.field("attempt", attempt)
    json.field("changed_by_id", changedByID)
  }
}

/// The parcel is on its last leg.
public struct DeliveryOutForDelivery: Hashable, Sendable {
  public static let type = EventType("DeliveryOutForDelivery", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryOutForDelivery: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("changed_by_id", changedByID)
  }
}

/// The recipient has the parcel.
public struct DeliveryDelivered: Hashable, Sendable {
  public static let type = EventType("DeliveryDelivered", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  public var deliveredAt: Timestamp
  /// Nil for the system.
  public var changedByID: UserID?
  public var personal: Personal?

  public var subject: SubjectID { delivery.userID.subject }

  public struct Personal: Hashable, Sendable {
    public var recipientName: String?
    public var notes: String?
    public var signature: String?
  }
}

extension DeliveryDelivered: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    deliveredAt = try json.timestamp("actual_delivery_date")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("actual_delivery_date", deliveredAt)
    json.field("changed_by_id", changedByID)
  }
}

extension DeliveryDelivered.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    recipientName = try json.optionalString("recipient_name")
    notes = try json.optionalString("delivery_notes")
    signature = try json.optionalString("signature")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("recipient_name", recipientName)
    json.field("delivery_notes", notes)
    json.field("signature", signature)
  }
}

/// An attempt to deliver failed.
public struct DeliveryFailed: Hashable, Sendable {
  public static let type = EventType("DeliveryFailed", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  public var reason: String
  /// Whether another attempt is planned.
  public var retryScheduled: Bool
  /// The attempt that failed, counted from 1.
  public var attempt: Int
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryFailed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    reason = try json.string("failure_reason")
    retryScheduled = try json.bool("retry_scheduled")
    attempt = try json.int("attempt")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("failure_reason", reason)
    json.field("retry_scheduled", retryScheduled)
    json.field("attempt", attempt)
    json.field("changed_by_id", changedByID)
  }
}

/// The parcel was given up and comes back.
public struct DeliveryReturned: Hashable, Sendable {
  public static let type = EventType("DeliveryReturned", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryReturned: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("changed_by_id", changedByID)
  }
}

/// The carrier has news. What it says of the status follows as an event of its own, where the status allows it.
public struct CarrierReported: Hashable, Sendable {
  public static let type = EventType("CarrierReported", .public)

  public var delivery: DeliveryReference
  /// All that it has said, the new included.
  public var details: CarrierDetails
  /// The time of the last report that moved the delivery.
  public var appliedThrough: Timestamp?
}

extension CarrierReported: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    details = try json.object("details") { try CarrierDetails(from: &$0) }
    appliedThrough = try json.optionalTimestamp("applied_through")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.object("details") { details.encode(to: &$0) }
    json.field("applied_through", appliedThrough)
  }
}
