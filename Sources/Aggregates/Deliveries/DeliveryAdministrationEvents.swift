public import EventSourcing
public import JSON

/// The carrier is chosen, or its number for the parcel known.
public struct DeliveryCarrierAssigned: Hashable, Sendable {
  public static let type = EventType("DeliveryCarrierAssigned", .public)

  public var delivery: DeliveryReference
  public var carrierName: String?
  public var carrierTrackingNumber: String?
}

extension DeliveryCarrierAssigned: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    carrierName = try json.optionalString("carrier_name")
    carrierTrackingNumber = try json.optionalString("carrier_tracking_number")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("carrier_name", carrierName)
    json.field("carrier_tracking_number", carrierTrackingNumber)
  }
}

/// It is expected at another time.
public struct DeliveryRescheduled: Hashable, Sendable {
  public static let type = EventType("DeliveryRescheduled", .public)

  public var delivery: DeliveryReference
  public var estimatedAt: Timestamp
}

extension DeliveryRescheduled: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    estimatedAt = try json.timestamp("estimated_delivery_date")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("estimated_delivery_date", estimatedAt)
  }
}

/// It costs something else.
public struct DeliveryRepriced: Hashable, Sendable {
  public static let type = EventType("DeliveryRepriced", .private)

  public var delivery: DeliveryReference
  public var shippingCost: Cents
}

extension DeliveryRepriced: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    shippingCost = try json.cents("shipping_cost")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("shipping_cost", shippingCost)
  }
}

/// It goes elsewhere, or to somebody else; all fields are given.
public struct DeliveryRedirected: Hashable, Sendable {
  public static let type = EventType("DeliveryRedirected", .public)

  public var delivery: DeliveryReference
  public var method: DeliveryMethod
  /// Only for pickup.
  public var salePointID: SalePointID?
  public var addressID: AddressID?
  public var personal: Personal?

  public var subject: SubjectID { delivery.userID.subject }

  public struct Personal: Hashable, Sendable {
    public var address: String?
    public var instructions: String?
    public var recipientName: String?
    public var recipientPhone: String?
  }
}

extension DeliveryRedirected: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    method = try json.name("delivery_method")
    salePointID = try json.optionalID("sale_point_id")
    addressID = try json.optionalID("address_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("delivery_method", name: method)
    json.field("sale_point_id", salePointID)
    json.field("address_id", addressID)
  }
}

extension DeliveryRedirected.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    address = try json.optionalString("delivery_address")
    instructions = try json.optionalString("special_instructions")
    recipientName = try json.optionalString("recipient_name")
    recipientPhone = try json.optionalString("recipient_phone")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("delivery_address", address)
    json.field("special_instructions", instructions)
    json.field("recipient_name", recipientName)
    json.field("recipient_phone", recipientPhone)
  }
}

/// The notes say something else; nil for nothing.
public struct DeliveryNoted: Hashable, Sendable {
  public static let type = EventType("DeliveryNoted", .private)

  public var delivery: DeliveryReference
  public var personal: Personal?

  public var subject: SubjectID { delivery.userID.subject }

  public struct Personal: Hashable, Sendable {
    public var notes: String?
  }
}

extension DeliveryNoted: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
  }
}

extension DeliveryNoted.Personal: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    notes = try json.optionalString("delivery_notes")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("delivery_notes", notes)
  }
}

/// An administrator hid the row.
public struct DeliveryDeleted: Hashable, Sendable {
  public static let type = EventType("DeliveryDeleted", .public)

  public var delivery: DeliveryReference
  public var status: DeliveryStatusName
}

extension DeliveryDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    status = try json.name("status")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("status", name: status)
  }
}

/// It is two years old: its row is hidden.
public struct DeliveryArchived: Hashable, Sendable {
  public static let type = EventType("DeliveryArchived", .private)

  public var delivery: DeliveryReference
}

extension DeliveryArchived: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
  }
}

/// It is three years old: its row forgets the recipient.
public struct DeliveryAnonymised: Hashable, Sendable {
  public static let type = EventType("DeliveryAnonymised", .private)

  public var delivery: DeliveryReference
}

extension DeliveryAnonymised: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
  }
}
