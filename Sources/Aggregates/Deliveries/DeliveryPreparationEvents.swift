public import EventSourcing
public import JSON

/// An order is to be delivered. Its status is pending, or processing where the customer collects it.
public struct DeliveryCreated: Hashable, Sendable {
  public static let type = EventType("DeliveryCreated", .public)

  public var delivery: DeliveryReference
  public var method: DeliveryMethod
  /// Only for pickup.
  public var salePointID: SalePointID?
  public var status: DeliveryStatusName
  public var shippingCost: Cents
  public var estimatedAt: Timestamp
  /// The customer's address that it goes to; nil when it was given in words.
  public var addressID: AddressID?
  /// Where its order was placed; nil for the platform itself.
  public var websiteID: WebsiteID?
  public var personal: Personal?

  public var subject: SubjectID { delivery.userID.subject }

  public struct Personal: Hashable, Sendable {
    public var address: String?
    public var instructions: String?
    public var recipientName: String?
    public var recipientPhone: String?
  }
}

extension DeliveryCreated: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    method = try json.name("delivery_method")
    salePointID = try json.optionalID("sale_point_id")
    status = try json.name("status")
    shippingCost = try json.cents("shipping_cost")
    estimatedAt = try json.timestamp("estimated_delivery_date")
    addressID = try json.optionalID("address_id")
    websiteID = try json.optionalID("website_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("delivery_method", name: method)
    json.field("sale_point_id", salePointID)
    json.field("status", name: status)
    json.field("shipping_cost", shippingCost)
    json.field("estimated_delivery_date", estimatedAt)
    json.field("address_id", addressID)
    json.field("website_id", websiteID)
  }
}

extension DeliveryCreated.Personal: JSONCodable {
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

/// The parcel is being made up.
public struct DeliveryProcessingStarted: Hashable, Sendable {
  public static let type = EventType("DeliveryProcessingStarted", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryProcessingStarted: EventPayload {
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

/// The parcel waits at its sale point.
public struct DeliveryReadyForPickup: Hashable, Sendable {
  public static let type = EventType("DeliveryReadyForPickup", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  public var salePointID: SalePointID?
  /// Nil for the system.
  public var changedByID: UserID?
}

extension DeliveryReadyForPickup: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    salePointID = try json.optionalID("sale_point_id")
    changedByID = try json.optionalID("changed_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("sale_point_id", salePointID)
    json.field("changed_by_id", changedByID)
  }
}

/// The delivery will not be carried out; its row is hidden.
public struct DeliveryCancelled: Hashable, Sendable {
  public static let type = EventType("DeliveryCancelled", .public)

  public var delivery: DeliveryReference
  public var previousStatus: DeliveryStatusName
  /// A name of the order's enumeration, or an administrator's own words.
  public var reason: String
  /// Nil for the system.
  public var cancelledByID: UserID?
}

extension DeliveryCancelled: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    previousStatus = try json.name("previous_status")
    reason = try json.string("reason")
    cancelledByID = try json.optionalID("cancelled_by_id")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("previous_status", name: previousStatus)
    json.field("reason", reason)
    json.field("cancelled_by_id", cancelledByID)
  }
}

/// Its order was cancelled when the parcel had already left: it has to come back.
public struct DeliveryReturnNeeded: Hashable, Sendable {
  public static let type = EventType("DeliveryReturnNeeded", .public)

  public var delivery: DeliveryReference
  public var status: DeliveryStatusName
  public var reason: String
}

extension DeliveryReturnNeeded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    delivery = try DeliveryReference(from: &json)
    status = try json.name("status")
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    delivery.encode(to: &json)
    json.field("status", name: status)
    json.field("reason", reason)
  }
}
