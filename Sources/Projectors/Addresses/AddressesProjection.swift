import Aggregates
import EventSourcing

extension Projection {
  /// `addresses_service`: countries, regions and users' addresses.
  public static let addresses = Projection(
    database: "addresses_service", ownCategories: [Country.category, Region.category, AddressBook.category],
    tables: [AddressTables.countries, AddressTables.regions, AddressTables.addresses],
    handlers: countries + regions + books)

  private static let countries = EventHandler.reference(Country.self, AddressTables.countries) { row in
    [
      "name": .text(row.name), "code": .text(row.code), "iso3": .text(row.iso3), "phone_code": .text(row.phoneCode),
      "is_active": .bool(row.isActive),
    ]
  }

  private static let regions = EventHandler.reference(Region.self, AddressTables.regions) { row in
    ["name": .text(row.name), "code": .text(row.code), "country_id": .id(row.countryID), "is_active": .bool(row.isActive)]
  }

  private static let books: [EventHandler] = [
    .on(AddressAdded.self) { event, facts, rows in
      var values = columns(event.addressType, event.countryID, event.regionID, event.personal, facts)
      values.append(
        [
          "id": .id(event.addressID), "user_id": .id(event.userID), "is_default": false, "created_at": .timestamp(facts.occurredAt),
        ])
      rows.insert(into: AddressTables.addresses, values)
    },
    .on(AddressChanged.self) { event, facts, rows in
      rows.update(
        AddressTables.addresses, .id(event.addressID),
        set: columns(event.addressType, event.countryID, event.regionID, event.personal, facts))
    },
    .on(AddressDeleted.self) { event, _, rows in
      rows.delete(from: AddressTables.addresses, .id(event.addressID))
    },
    .on(DefaultAddressChanged.self) { event, facts, rows in
      if let previous = event.previousDefaultID {
        // The previous default may have been deleted just before; then there is no row to clear.
        rows.updateAll(
          AddressTables.addresses, where: "id", equals: .id(previous),
          set: ["is_default": false, "updated_at": .timestamp(facts.occurredAt)])
      }
      if let new = event.newDefaultID {
        rows.update(AddressTables.addresses, .id(new), set: ["is_default": true, "updated_at": .timestamp(facts.occurredAt)])
      }
    },
  ]
}

extension Projection {
  /// What an address says; its personal part is empty once its owner was forgotten.
  fileprivate static func columns(
    _ type: AddressType, _ country: CountryID, _ region: RegionID?, _ details: AddressDetails?, _ facts: EventFacts
  ) -> ColumnValues {
    [
      "type": .name(type), "first_name": .text(details?.firstName ?? ""), "last_name": .text(details?.lastName ?? ""),
      "company": .text(details?.company), "address_line_1": .text(details?.addressLine1 ?? ""),
      "address_line_2": .text(details?.addressLine2), "city": .text(details?.city ?? ""), "postal_code": .text(details?.postalCode ?? ""),
      "region_id": .id(region), "country_id": .id(country), "phone": .text(details?.phone),
      "latitude": .decimalText(details?.latitude, scale: 8), "longitude": .decimalText(details?.longitude, scale: 8),
      "updated_at": .timestamp(facts.occurredAt),
    ]
  }
}

/// The tables of `addresses_service`.
enum AddressTables {
  static let countries = Table(
    "countries",
    [
      Column("id", .bigint), Column("name", .text), Column("code", .text), Column("iso3", .text), Column("phone_code", .text),
      Column("is_active", .boolean), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let regions = Table(
    "regions", references: ["country_id": "countries"],
    [
      Column("id", .bigint), Column("name", .text), Column("code", .text), Column("country_id", .bigint), Column("is_active", .boolean),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let addresses = Table(
    "addresses", references: ["country_id": "countries", "region_id": "regions"],
    unique: [Table.UniqueRule("one default address a user", "user_id", where: "is_default")],
    [
      Column("id", .bigint), Column("user_id", .bigint), Column("type", .text), Column("first_name", .text), Column("last_name", .text),
      Column("company", .text), Column("address_line_1", .text), Column("address_line_2", .text), Column("city", .text),
      Column("postal_code", .text), Column("region_id", .bigint), Column("country_id", .bigint), Column("phone", .text),
      Column("is_default", .boolean), Column("latitude", .numeric(scale: 8)), Column("longitude", .numeric(scale: 8)),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
}
