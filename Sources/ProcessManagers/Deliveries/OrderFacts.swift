public import Aggregates
public import EventSourcing

/// What deliveries know of an order, from the public events of orders and addresses in the log.
public struct OrderFacts: Sendable, Hashable {
  public var orderID: OrderID
  public var userID: UserID
  /// Where it was placed; nil for the platform itself.
  public var websiteID: WebsiteID?
  public var addressID: AddressID
  public var status: OrderStatusName
  /// Nil unless it was cancelled.
  public var cancellation: OrderCancellationReason?
  /// Nil when the address is not in the log, or its owner was forgotten.
  public var recipient: DeliveryRecipient?

  /// - Parameter position: what happened from there on is left out; nil for nothing.
  /// - Returns: nil when there is no such order, or it came from elsewhere.
  public static func read(_ orderID: OrderID, before position: Position? = nil, from log: any EventLog) async throws -> OrderFacts? {
    let events = try await log.readStream(Order.stream(orderID), after: .none, limit: 1_000).filter { event in
      position.map { event.position < $0 } ?? true
    }
    guard let first = events.first, first.type == OrderPlaced.type.name else { return nil }
    let placed = try PayloadDecoder(OrderPlaced.self).decode(first)
    let address = placed.shippingAddressID ?? placed.billingAddressID
    return OrderFacts(
      orderID: orderID, userID: placed.userID, websiteID: placed.websiteID, addressID: address,
      status: events.reduce(.pending) { status($1) ?? $0 },
      cancellation: try events.last { $0.type == OrderCancelled.type.name }.map {
        try PayloadDecoder(OrderCancelled.self).decode($0).reason
      },
      recipient: try await recipient(of: address, user: placed.userID, from: log))
  }

  /// What an event of an order makes of its status; nil for nothing.
  private static func status(_ event: RecordedEvent) -> OrderStatusName? {
    switch event.type {
    case OrderConfirmed.type.name: .confirmed
    case OrderProcessingStarted.type.name: .processing
    case OrderShipped.type.name: .shipped
    case OrderDelivered.type.name: .delivered
    case OrderCancelled.type.name: .cancelled
    default: nil
    }
  }

  /// What an address last said, also after it was deleted.
  static func recipient(of address: AddressID, user: UserID, from log: any EventLog) async throws -> DeliveryRecipient? {
    var details: AddressDetails?
    var countries: CountryID?
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(AddressBook.stream(user), after: version, limit: 500)
      let keys = try await log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
      for event in events {
        switch try AddressBookEvent.decoder.decode(event, keys: keys) {
        case .addressAdded(let event) where event.addressID == address: (details, countries) = (event.personal, event.countryID)
        case .addressChanged(let event) where event.addressID == address: (details, countries) = (event.personal, event.countryID)
        default: break
        }
      }
      guard events.count == 500, let last = events.last else { break }
      version = last.version
    }
    guard let details, let countries else { return nil }
    return DeliveryRecipient(details, country: try await name(of: countries, from: log))
  }

  private static func name(of country: CountryID, from log: any EventLog) async throws -> String? {
    let events = try await log.readStream(Country.stream(country), after: .none, limit: 1_000)
    return Country.state(after: try events.map { try Country.Event.decoder.decode($0) }).row?.name
  }
}

extension DeliveryRecipient {
  /// A letter's lines.
  init(_ details: AddressDetails, country: String?) {
    let name = [details.firstName, details.lastName].filter { !$0.isEmpty }.joined(separator: " ")
    let lines = [
      details.company, details.addressLine1, details.addressLine2, "\(details.postalCode) \(details.city)", country,
    ]
    self.init(
      address: lines.compactMap(\.self).filter { !$0.isEmpty }.joined(separator: "\n"), name: String(name.prefix(255)),
      phone: details.phone)
  }
}
