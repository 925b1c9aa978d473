import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Countries, regions and the addresses of users.
enum AddressRoutes {
  static let group = RouteGroup(
    service: "addresses",
    routes: [
      HealthRoutes.route(of: "addresses") { $0.reads.addresses },
      .whole(
        "/countries", "countries", "Active countries by name", in: NoInput.self, access: .everyone,
        from: { $0.reads.addresses }, AddressResources.countries
      ) { _, _ in [] }.cached { $0.reads.addresses },
      .row(
        "/countries/{id}", "country", "An active country", in: IDInput<CountryID>.self, access: .everyone,
        from: { $0.reads.addresses }, AddressResources.oneCountry
      ) { input, _ in [.int64(input.id.rawValue)] }.cached { $0.reads.addresses },
      .whole(
        "/countries/{id}/regions", "regions", "Active regions of a country by name", in: IDInput<CountryID>.self,
        access: .everyone, from: { $0.reads.addresses }, AddressResources.regionsOfCountry
      ) { input, _ in [.int64(input.id.rawValue)] }.cached { $0.reads.addresses },

      .whole(
        "/addresses", "addresses", "Own addresses, the default first, then the newest", in: NoInput.self, access: .bearer,
        from: { $0.reads.addresses }, AddressResources.ofUser
      ) { _, call in [.int64(call.user.userID.rawValue)] },
      .whole(
        "/addresses/type/{type}", "addressesByType", "Own addresses for billing or shipping; those for both are in either",
        in: TypeInput.self, access: .bearer, from: { $0.reads.addresses }, AddressResources.ofUserByType
      ) { input, call in [.int64(call.user.userID.rawValue), .text(input.type.rawValue)] },
      .row(
        "/addresses/{id}", "address", "An own address", in: IDInput<AddressID>.self, access: .bearer,
        from: { $0.reads.addresses }, AddressResources.own
      ) { input, call in [.int64(input.id.rawValue), .int64(call.user.userID.rawValue)] },
      Route(
        .post, "/addresses", "addAddress", "Adds an address", in: NewAddress.self, out: Schema.reference.asData, status: 201,
        access: .bearer, idempotency: .optional, problems: [.unknownReference, .regionOfOtherCountry, .ruleViolated], handler: add),
      Route(
        .put, "/addresses/{id}", "replaceAddress", "Changes an own address", in: AddressChange.self, out: Schema.reference.asData,
        access: .bearer, idempotency: .none, problems: [.unknownReference, .regionOfOtherCountry], handler: change),
      Route(
        .patch, "/addresses/{id}", "changeAddress", "Changes fields of an own address", in: AddressChange.self,
        out: Schema.reference.asData, access: .bearer, idempotency: .none, problems: [.unknownReference, .regionOfOtherCountry],
        handler: change),
      Route(
        .delete, "/addresses/{id}", "deleteAddress", "Deletes an own address", in: IDInput<AddressID>.self, out: nil, status: 204,
        access: .bearer, idempotency: .none, problems: []
      ) { input, call in .command(try await call.execute(DeleteAddress(userID: call.user.userID, addressID: input.id))) },
      Route(
        .post, "/addresses/{id}/set-default", "setDefaultAddress", "Makes an own address the default", in: IDInput<AddressID>.self,
        out: Schema.reference.asData, access: .bearer, idempotency: .optional, problems: []
      ) { input, call in
        .reference(try await call.execute(SetDefaultAddress(userID: call.user.userID, addressID: input.id)), input.id)
      },
    ])

  @Sendable private static func add(_ input: NewAddress, _ call: Call) async throws -> Reply {
    let id = AddressID(try await call.nextID("address"))
    let outcome = try await call.execute(
      AddAddress(userID: call.user.userID, addressID: id, content: input.content, isDefault: input.isDefault))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/addresses/addresses/\(made)")
  }

  @Sendable private static func change(_ input: AddressChange, _ call: Call) async throws -> Reply {
    let outcome = try await call.execute(
      ChangeAddress(userID: call.user.userID, addressID: input.id, isDefault: input.isDefault) { input.apply(to: &$0) })
    return .reference(outcome, input.id)
  }
}
