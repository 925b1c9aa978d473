import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct AddressBookTests {
  let user = UserID(1_000)
  let france = CountryID(3)

  private func content(_ street: String = "1 rue de la Paix", region: RegionID? = nil, country: CountryID? = nil) -> AddressContent {
    AddressContent(
      firstName: "Ada", lastName: "Lovelace", addressLine1: street, city: "Paris", postalCode: "75002", regionID: region,
      countryID: country ?? france)
  }

  private func add(_ id: Int64, _ content: AddressContent? = nil, isDefault: Bool = false) -> AddAddress {
    AddAddress(userID: user, addressID: AddressID(id), content: content ?? self.content(), isDefault: isDefault)
  }

  private func added(_ id: Int64, _ content: AddressContent? = nil) -> AddressBookEvent {
    .addressAdded(AddressAdded(AddressID(id), of: user, content ?? self.content(), imported: false))
  }

  private func defaultChanged(_ previous: Int64?, _ new: Int64?) -> AddressBookEvent {
    .defaultAddressChanged(
      DefaultAddressChanged(userID: user, previousDefaultID: previous.map { AddressID($0) }, newDefaultID: new.map { AddressID($0) }))
  }

  /// Two countries, one of them closed, and their regions.
  private func scenario() async throws -> Scenario {
    try await Scenario()
      .given(SeedCountry(id: france, row: .init(name: "France", code: "FR")))
      .given(SeedCountry(id: CountryID(4), row: .init(name: "Germany", code: "DE", isActive: false)))
      .given(SeedRegion(id: RegionID(10), row: .init(countryID: france, name: "Île-de-France", code: "IDF")))
      .given(SeedRegion(id: RegionID(11), row: .init(countryID: CountryID(4), name: "Bavaria", code: "BY")))
      .given(SeedRegion(id: RegionID(12), row: .init(countryID: france, name: "Ancienne", isActive: false)))
  }

  @Test func `the first address is not the default by that alone`() async throws {
    let scenario = try await scenario()
    try await scenario.when(add(1)).then(added(1), on: AddressBook.self, user).andNothingElse()
    #expect(try await scenario.state(of: AddressBook.self, user).defaultID == nil)
  }

  @Test func `a new default takes the place of the old one`() async throws {
    let scenario = try await scenario()
    try await scenario.when(add(1, isDefault: true)).then(added(1), defaultChanged(nil, 1), on: AddressBook.self, user)
    try await scenario.when(add(2, isDefault: true)).then(added(2), defaultChanged(1, 2), on: AddressBook.self, user)
    try await scenario.when(SetDefaultAddress(userID: user, addressID: AddressID(1))).then(defaultChanged(2, 1), on: AddressBook.self, user)
    try await scenario.when(SetDefaultAddress(userID: user, addressID: AddressID(1))).thenNothing()
  }

  @Test func `the same address added again changes nothing`() async throws {
    try await scenario().given(add(1)).when(add(1)).thenNothing()
  }

  @Test func `a change says the whole new content, and moves the default`() async throws {
    let scenario = try await scenario().given(add(1, isDefault: true))
    let changed = AddressBookEvent.addressChanged(AddressChanged(AddressID(1), of: user, content("2 rue de la Paix")))
    try await scenario.when(
      ChangeAddress(userID: user, addressID: AddressID(1), isDefault: false) { $0.addressLine1 = "2 rue de la Paix" }
    ).then(changed, defaultChanged(1, nil), on: AddressBook.self, user)
    try await scenario.when(ChangeAddress(userID: user, addressID: AddressID(1)) { $0.addressLine1 = "2 rue de la Paix" }).thenNothing()
    try await scenario.when(ChangeAddress(userID: user, addressID: AddressID(1), isDefault: true) { _ in })
      .then(defaultChanged(nil, 1), on: AddressBook.self, user)
  }

  @Test func `deleting the default promotes no other`() async throws {
    let deleted = AddressBookEvent.addressDeleted(AddressDeleted(addressID: AddressID(1), userID: user, addressType: .both))
    try await scenario().given(add(1, isDefault: true)).given(add(2))
      .when(DeleteAddress(userID: user, addressID: AddressID(1)))
      .then(defaultChanged(1, nil), deleted, on: AddressBook.self, user)
  }

  @Test func `an address of somebody else is not found`() async throws {
    let scenario = try await scenario().given(add(1))
    let other = UserID(1_001)
    let rejection = AddressRejection.notFound(AddressID(1))
    try await scenario.when(ChangeAddress(userID: other, addressID: AddressID(1)) { $0.city = "Lyon" }).thenRejected(rejection)
    try await scenario.when(DeleteAddress(userID: other, addressID: AddressID(1))).thenRejected(rejection)
    try await scenario.when(SetDefaultAddress(userID: other, addressID: AddressID(1))).thenRejected(rejection)
  }

  @Test func `a region must be open and of the country, and the country open`() async throws {
    let scenario = try await scenario()
    func rejected(_ region: Int64?, _ country: Int64, _ field: String) async throws {
      try await scenario.when(add(1, content(region: region.map { RegionID($0) }, country: CountryID(country))))
        .thenRejected(AddressRejection.invalid(FieldError(field, .unknown)))
    }
    try await rejected(11, 3, "region_id")
    try await rejected(12, 3, "region_id")
    try await rejected(99, 3, "region_id")
    try await rejected(nil, 4, "country_id")
    try await rejected(nil, 99, "country_id")
    try await scenario.when(add(1, content(region: RegionID(10)))).then(added(1, content(region: RegionID(10))), on: AddressBook.self, user)
    try await scenario.when(ChangeAddress(userID: user, addressID: AddressID(1)) { $0.regionID = RegionID(11) })
      .thenRejected(AddressRejection.invalid(FieldError("region_id", .unknown)))
  }

  @Test(
    arguments: [
      ("48.85661400", "2.35222190", nil), ("-90", "180", nil),
      ("90.1", "0", FieldError("latitude", .outOfRange(minimum: -90, maximum: 90))),
      ("0", "-180.00000001", FieldError("longitude", .outOfRange(minimum: -180, maximum: 180))),
      ("1e1", "0", FieldError("latitude", .malformed)),
      ("0.123456789", "0", FieldError("latitude", .malformed)), ("", "0", FieldError("latitude", .malformed)),
      ("nan", "0", FieldError("latitude", .malformed)), ("--1", "0", FieldError("latitude", .malformed)),
    ] as [(String, String, FieldError?)])
  func `degrees are decimal numbers in range`(latitude: String, longitude: String, error: FieldError?) async throws {
    var content = content()
    content.latitude = latitude
    content.longitude = longitude
    let result = try await scenario().when(add(1, content))
    if let error { try result.thenRejected(AddressRejection.invalid(error)) } else { #expect(result.rejection == nil) }
  }

  @Test func `fields have the limits of their columns`() async throws {
    func rejected(_ error: FieldError, _ change: @escaping @Sendable (inout AddressContent) -> Void) async throws {
      var content = content()
      change(&content)
      try await scenario().when(add(1, content)).thenRejected(AddressRejection.invalid(error))
    }
    try await rejected(FieldError("first_name", .blank)) { $0.firstName = "" }
    try await rejected(FieldError("postal_code", .tooLong(maximum: 20))) { $0.postalCode = String(repeating: "1", count: 21) }
    try await rejected(FieldError("phone", .tooLong(maximum: 20))) { $0.phone = String(repeating: "1", count: 21) }
    try await rejected(FieldError("city", .forbiddenCharacter)) { $0.city = "Par\0is" }
    try await rejected(FieldError("address_line_2", .tooLong(maximum: 255))) { $0.addressLine2 = String(repeating: "x", count: 256) }
  }

  @Test func `a user has a bounded number of addresses`() async throws {
    let scenario = try await scenario()
    for id in 1...AddressBook.maximumCount { _ = try await scenario.given(add(Int64(id))) }
    try await scenario.when(add(101)).thenRejected(AddressRejection.tooMany(maximum: 100))
    try await scenario.given(DeleteAddress(userID: user, addressID: AddressID(7))).when(add(101)).then(
      added(101), on: AddressBook.self, user)
  }
}
