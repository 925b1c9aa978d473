import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ReferenceTests {
  let twenty = VAT.Row(name: "TVA 20%", rate: VATRate(rawValue: 20_000))
  let ten = VAT.Row(name: "TVA 10%", rate: VATRate(rawValue: 10_000))

  private func added(_ id: Int64, _ row: VAT.Row) -> VAT.Event {
    .added(ReferenceAdded(VATRateID(id), row))
  }

  @Test func `a row is added once, with its name`() async throws {
    let scenario = try await Scenario().when(AddVATRate(id: VATRateID(1_000), row: twenty))
      .then(added(1_000, twenty), on: VAT.self, 1_000).andNothingElse()
      .thenClaim("vat-name:tva 20%", by: VAT.stream(1_000)).and
    try await scenario.when(AddVATRate(id: VATRateID(1_000), row: twenty)).thenNothing()
    try await scenario.when(AddVATRate(id: VATRateID(1_000), row: ten))
      .thenRejected(ReferenceRejection.alreadyExists(kind: "vat", id: 1_000))
  }

  @Test func `two rows do not share a name, whatever its case and accents`() async throws {
    let scenario = try await Scenario().given(AddBrand(id: BrandID(1_000), row: .init(name: "Éclair")))
    await #expect { try await scenario.when(AddBrand(id: BrandID(1_001), row: .init(name: "ECLAIR"))) } throws: { error in
      if case CommandError.refused(.claimTaken("brand-name:eclair", Brand.stream(1_000))) = error { true } else { false }
    }
  }

  @Test func `a change writes what is new and moves the name`() async throws {
    let scenario = try await Scenario().given(AddVATRate(id: VATRateID(1_000), row: twenty))
    try await scenario.when(ChangeVATRate(id: VATRateID(1_000)) { $0.name = "Normal" })
      .then(.changed(ReferenceChanged(VATRateID(1_000), VAT.Row(name: "Normal", rate: twenty.rate))), on: VAT.self, 1_000)
      .thenClaim("vat-name:normal", by: VAT.stream(1_000)).thenClaim("vat-name:tva 20%", by: nil)
    try await scenario.when(ChangeVATRate(id: VATRateID(1_000)) { $0.name = "Normal" }).thenNothing()
    // The same name in other letters is still its own.
    try await scenario.when(ChangeVATRate(id: VATRateID(1_000)) { $0.name = "NORMAL" }).thenClaim("vat-name:normal", by: VAT.stream(1_000))
    try await scenario.when(ChangeVATRate(id: VATRateID(9), row: ten)).thenRejected(ReferenceRejection.notFound(kind: "vat", id: 9))
  }

  @Test func `a row in use stays, an unused one goes and gives its name back`() async throws {
    let scenario = try await Scenario().given(AddVATRate(id: VATRateID(1_000), row: twenty))
    try await scenario.when(RemoveVATRate(id: VATRateID(1_000), usedBy: 3))
      .thenRejected(ReferenceRejection.inUse(kind: "vat", id: 1_000, count: 3))
    try await scenario.when(RemoveVATRate(id: VATRateID(1_000), usedBy: 0))
      .then(.removed(ReferenceRemoved(VATRateID(1_000))), on: VAT.self, 1_000).thenClaim("vat-name:tva 20%", by: nil)
    try await scenario.when(RemoveVATRate(id: VATRateID(1_000), usedBy: 0)).thenNothing()
    try await scenario.when(AddVATRate(id: VATRateID(1_000), row: twenty))
      .thenRejected(ReferenceRejection.alreadyExists(kind: "vat", id: 1_000))
    _ = try await scenario.given(AddVATRate(id: VATRateID(1_001), row: twenty))
  }

  @Test func `a deleted brand keeps its name`() async throws {
    try await Scenario().given(AddBrand(id: BrandID(1_000), row: .init(name: "Apple")))
      .when(RemoveBrand(id: BrandID(1_000), usedBy: 0)).thenClaim("brand-name:apple", by: Brand.stream(1_000))
  }

  @Test func `seeding again leaves what was changed or removed since`() async throws {
    let scenario = try await Scenario().given(SeedVATRate(id: VATRateID(4), row: twenty)).given(SeedVATRate(id: VATRateID(3), row: ten))
      .given(ChangeVATRate(id: VATRateID(4)) { $0.name = "Normal" }).given(RemoveVATRate(id: VATRateID(3), usedBy: 0))
    try await scenario.when(SeedVATRate(id: VATRateID(4), row: twenty)).thenNothing()
    try await scenario.when(SeedVATRate(id: VATRateID(3), row: ten)).thenNothing()
  }

  @Test(arguments: [(-10, false), (0, true), (100_000, true), (100_010, false), (5_500, true), (5_505, false)])
  func `a rate lies between 0 and 100 percent with two decimals`(rate: Int, isTaken: Bool) async throws {
    let result = try await Scenario().when(AddVATRate(id: VATRateID(1_000), row: .init(name: "x", rate: VATRate(rawValue: Int64(rate)))))
    #expect((result.rejection == nil) == isTaken)
  }

  @Test func `what a row refers to must exist`() async throws {
    try await Scenario().when(AddProductType(id: ProductTypeID(1_000), row: .init(name: "Phone", vatID: VATRateID(4))))
      .thenRejected(ReferenceRejection.invalid(FieldError("id_1", .unknown)))
    try await Scenario().when(AddRegion(id: RegionID(1_000), row: .init(countryID: CountryID(1), name: "Texas")))
      .thenRejected(ReferenceRejection.invalid(FieldError("country_id", .unknown)))
    _ = try await Scenario().given(AddVATRate(id: VATRateID(4), row: twenty))
      .given(AddProductType(id: ProductTypeID(1_000), row: .init(name: "Phone", vatID: VATRateID(4))))
  }

  @Test func `codes of countries are two capital letters`() async throws {
    for code in ["fr", "FRA", "F", "F1", "ÉA", ""] {
      try await Scenario().when(AddCountry(id: CountryID(1_000), row: .init(name: "France", code: code)))
        .thenRejected(ReferenceRejection.invalid(FieldError("code", .malformed)))
    }
  }

  @Test func `the statuses of the software keep their names, not their descriptions`() async throws {
    let id = OrderStatusName.shipped.id
    let scenario = try await Scenario().given(SeedOrderStatus(id: id, row: .init(name: "shipped", description: "expédiée")))
    try await scenario.when(ChangeOrderStatus(id: id) { $0.name = "sent" })
      .thenRejected(ReferenceRejection.fixed(kind: "orderstatus", id: id.rawValue))
    try await scenario.when(RemoveOrderStatus(id: id, usedBy: 0)).thenRejected(
      ReferenceRejection.fixed(kind: "orderstatus", id: id.rawValue))
    try await scenario.when(ChangeOrderStatus(id: id) { $0.description = "en route" })
      .then(.changed(ReferenceChanged(id, OrderStatus.Row(name: "shipped", description: "en route"))), on: OrderStatus.self, id)
  }

  @Test func `whoever changes what another has changed since is refused`() async throws {
    let scenario = try await Scenario().given(AddVATRate(id: VATRateID(1_000), row: twenty))
    let change = ChangeVATRate(id: VATRateID(1_000)) { $0.name = "Normal" }
    _ = try await scenario.when(IfVersion(StreamVersion(1), of: VAT.self, 1_000, change))
    try await scenario.when(IfVersion(StreamVersion(1), of: VAT.self, 1_000, ChangeVATRate(id: VATRateID(1_000), row: ten)))
      .thenRejected(StaleVersion(stream: VAT.stream(1_000), expected: StreamVersion(1), actual: StreamVersion(2)))
  }
}
