import EventSourcing
import JSON

/// What other services hear of address books.
public enum AddressMessages {
  public static let all: [MessageTranslation] =
    [
      MessageTranslation(AddressAdded.self, "addresses.address.created") { json, address, event in
        json.field("address_id", address.addressID)
        json.field("user_id", address.userID)
        json.field("type", name: address.addressType)
        json.field("region_id", address.regionID)
        json.field("country_id", address.countryID)
        // A default address is announced by a message of its own.
        json.field("is_default", false)
        write(address.personal, &json)
        json.field("created_at", event.occurredAt)
      },
      MessageTranslation(AddressChanged.self, "addresses.address.updated") { json, address, event in
        json.field("address_id", address.addressID)
        json.field("user_id", address.userID)
        json.field("type", name: address.addressType)
        json.field("region_id", address.regionID)
        json.field("country_id", address.countryID)
        write(address.personal, &json)
        json.field(
          "full_address",
          address.personal.map { details in
            [details.addressLine1, details.addressLine2, "\(details.postalCode) \(details.city)"].compactMap(\.self).joined(separator: ", ")
          })
        json.field("updated_at", event.occurredAt)
      },
      MessageTranslation(AddressDeleted.self, "addresses.address.deleted") { json, address, event in
        json.field("address_id", address.addressID)
        json.field("user_id", address.userID)
        json.field("type", name: address.addressType)
        json.field("deleted_at", event.occurredAt)
      },
      MessageTranslation(DefaultAddressChanged.self, "addresses.address.default_changed", type: "address.default.changed") {
        json, change, _ in
        json.field("user_id", change.userID)
        json.field("previous_default_id", change.previousDefaultID)
        json.field("new_default_id", change.newDefaultID)
      },
    ] + MessageTranslation.reference(Country.self, "addresses.country") + MessageTranslation.reference(Region.self, "addresses.region")

  /// All null when the owner was forgotten.
  private static func write(_ details: AddressDetails?, _ json: inout JSONWriter) {
    json.field("first_name", details?.firstName)
    json.field("last_name", details?.lastName)
    json.field("company", details?.company)
    json.field("address_line_1", details?.addressLine1)
    json.field("address_line_2", details?.addressLine2)
    json.field("city", details?.city)
    json.field("postal_code", details?.postalCode)
    json.field("phone", details?.phone)
    json.field("latitude", details?.latitude)
    json.field("longitude", details?.longitude)
  }
}
