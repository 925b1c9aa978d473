public import EventSourcing
public import JSON

/// What happens to a country (stream `country-<id>`).
public enum CountryEvent: AggregateEvent {
  case countryAdded(CountryAdded)

  public static let decoder = EventDecoder<CountryEvent>([
    EventCase(CountryAdded.self, CountryEvent.countryAdded)
  ])

  public var payload: any EventPayload {
    switch self {
    case .countryAdded(let event): event
    }
  }
}

/// What happens to a region (stream `region-<id>`).
public enum RegionEvent: AggregateEvent {
  case regionAdded(RegionAdded)

  public static let decoder = EventDecoder<RegionEvent>([
    EventCase(RegionAdded.self, RegionEvent.regionAdded)
  ])

  public var payload: any EventPayload {
    switch self {
    case .regionAdded(let event): event
    }
  }
}

/// A country can be chosen.
public struct CountryAdded: Hashable, Sendable {
  public static let type = EventType("CountryAdded", .public)

  public var countryID: CountryID
  public var name: String
  /// ISO 3166-1 alpha-2, upper case.
  public var code: String
  /// ISO 3166-1 alpha-3.
  public var iso3: String?
  /// With its plus sign.
  public var phoneCode: String?
  /// False hides it from choice lists.
  public var isActive: Bool
}

extension CountryAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    countryID = try json.id("country_id")
    name = try json.string("name")
    code = try json.string("code")
    iso3 = try json.optionalString("iso3")
    phoneCode = try json.optionalString("phone_code")
    isActive = try json.bool("is_active")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("country_id", countryID)
    json.field("name", name)
    json.field("code", code)
    json.field("iso3", iso3)
    json.field("phone_code", phoneCode)
    json.field("is_active", isActive)
  }
}

/// A region of a country can be chosen.
public struct RegionAdded: Hashable, Sendable {
  public static let type = EventType("RegionAdded", .public)

  public var regionID: RegionID
  public var countryID: CountryID
  public var name: String
  /// Subdivision code, such as `IDF`.
  public var code: String?
  public var isActive: Bool
}

extension RegionAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    regionID = try json.id("region_id")
    countryID = try json.id("country_id")
    name = try json.string("name")
    code = try json.optionalString("code")
    isActive = try json.bool("is_active")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("region_id", regionID)
    json.field("country_id", countryID)
    json.field("name", name)
    json.field("code", code)
    json.field("is_active", isActive)
  }
}
