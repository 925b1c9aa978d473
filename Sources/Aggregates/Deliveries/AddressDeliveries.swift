public import EventSourcing
public import JSON

/// Which deliveries go to a customer's address (stream `addressdeliveries-<address id>`), so that they follow when it changes.
public enum AddressDeliveries: Aggregate {
  public typealias Event = AddressDeliveriesEvent
  public static let category = "addressdeliveries"
  public static let initialState = State()
  /// How many of the newest ones follow.
  static let maximumCount = 50

  public struct State: Sendable, Hashable {
    /// In the order in which they were created.
    public internal(set) var deliveryIDs: [DeliveryID] = []
  }

  public static func evolve(_ state: inout State, _ event: AddressDeliveriesEvent) {
    switch event {
    case .addressUsedForDelivery(let event):
      state.deliveryIDs = Array((state.deliveryIDs + [event.deliveryID]).suffix(maximumCount))
    }
  }
}

/// What happens to an address on the side of deliveries.
public enum AddressDeliveriesEvent: AggregateEvent {
  case addressUsedForDelivery(AddressUsedForDelivery)

  public static let decoder = EventDecoder<AddressDeliveriesEvent>([
    EventCase(AddressUsedForDelivery.self, AddressDeliveriesEvent.addressUsedForDelivery)
  ])

  public var payload: any EventPayload {
    switch self {
    case .addressUsedForDelivery(let event): event
    }
  }
}

/// A delivery goes to the address.
public struct AddressUsedForDelivery: Hashable, Sendable {
  public static let type = EventType("AddressUsedForDelivery", .private)

  public var addressID: AddressID
  public var deliveryID: DeliveryID
}

extension AddressUsedForDelivery: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    addressID = try json.id("address_id")
    deliveryID = try json.id("delivery_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("address_id", addressID)
    json.field("delivery_id", deliveryID)
  }
}

extension DecisionSession {
  mutating func use(_ address: AddressID, for delivery: DeliveryID) throws {
    let used = AddressUsedForDelivery(addressID: address, deliveryID: delivery)
    try record([.addressUsedForDelivery(used)], on: AddressDeliveries.self, address)
  }
}
