public import EventSourcing
public import JSON

/// What an address may be used for.
public enum AddressType: String, Sendable, Hashable, CaseIterable {
  case billing, shipping, both
}

/// What happens to a user's addresses (stream `addressbook-<user id>`: one stream decides that at most one is the default).
public enum AddressBookEvent: AggregateEvent {
  case addressAdded(AddressAdded)
  case addressChanged(AddressChanged)
  case addressDeleted(AddressDeleted)
  case defaultAddressChanged(DefaultAddressChanged)

  public static let decoder = EventDecoder<AddressBookEvent>([
    EventCase(AddressAdded.self, AddressBookEvent.addressAdded),
    EventCase(AddressChanged.self, AddressBookEvent.addressChanged),
    EventCase(AddressDeleted.self, AddressBookEvent.addressDeleted),
    EventCase(DefaultAddressChanged.self, AddressBookEvent.defaultAddressChanged),
  ])

  public var payload: any EventPayload {
    switch self {
    case .addressAdded(let event): event
    case .addressChanged(let event): event
    case .addressDeleted(let event): event
    case .defaultAddressChanged(let event): event
    }
  }
}

/// A user noted an address.
public struct AddressAdded: Hashable, Sendable {
  public static let type = EventType("AddressAdded", .public)

  public var addressID: AddressID
  public var userID: UserID
  public var addressType: AddressType
  public var regionID: RegionID?
  public var countryID: CountryID
  public var imported: Bool
  public var personal: AddressDetails?

  public var subject: SubjectID { userID.subject }
}

extension AddressAdded: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    addressID = try json.id("address_id")
    userID = try json.id("user_id")
    addressType = try json.name("address_type")
    regionID = try json.optionalID("region_id")
    countryID = try json.id("country_id")
    imported = try json.bool("imported")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("address_id", addressID)
    json.field("user_id", userID)
    json.field("address_type", name: addressType)
    json.field("region_id", regionID)
    json.field("country_id", countryID)
    json.field("imported", imported)
  }
}

/// An address got new content; all fields are given.
public struct AddressChanged: Hashable, Sendable {
  public static let type = EventType("AddressChanged", .public)

  public var addressID: AddressID
  public var userID: UserID
  public var addressType: AddressType
  public var regionID: RegionID?
  public var countryID: CountryID
  public var personal: AddressDetails?

  public var subject: SubjectID { userID.subject }
}

extension AddressChanged: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    addressID = try json.id("address_id")
    userID = try json.id("user_id")
    addressType = try json.name("address_type")
    regionID = try json.optionalID("region_id")
    countryID = try json.id("country_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("address_id", addressID)
    json.field("user_id", userID)
    json.field("address_type", name: addressType)
    json.field("region_id", regionID)
    json.field("country_id", countryID)
  }
}

/// An address is gone.
public struct AddressDeleted: Hashable, Sendable {
  public static let type = EventType("AddressDeleted", .public)

  public var addressID: AddressID
  public var userID: UserID
  public var addressType: AddressType
}

extension AddressDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    addressID = try json.id("address_id")
    userID = try json.id("user_id")
    addressType = try json.name("address_type")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("address_id", addressID)
    json.field("user_id", userID)
    json.field("address_type", name: addressType)
  }
}

/// Another address is the default; nil for none.
public struct DefaultAddressChanged: Hashable, Sendable {
  public static let type = EventType("DefaultAddressChanged", .public)

  public var userID: UserID
  public var previousDefaultID: AddressID?
  public var newDefaultID: AddressID?
}

extension DefaultAddressChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
    previousDefaultID = try json.optionalID("previous_default_id")
    newDefaultID = try json.optionalID("new_default_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
    json.field("previous_default_id", previousDefaultID)
    json.field("new_default_id", newDefaultID)
  }
}
