import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ISO3166Tests {
  private let countries = """
    {"3166-1": [
      {"alpha_2": "FR", "alpha_3": "FRA", "name": "France", "numeric": "250"},
      {"alpha_2": "BO", "alpha_3": "BOL", "common_name": "Bolivia", "name": "Bolivia, Plurinational State of", "numeric": "068"},
      {"alpha_2": "AQ", "alpha_3": "ATA", "name": "Antarctica", "numeric": "010"}
    ]}
    """
  private let subdivisions = """
    {"3166-2": [
      {"code": "FR-PAC", "name": "Provence-Alpes-Côte-d’Azur", "type": "Metropolitan region"},
      {"code": "FR-01", "name": "Ain", "parent": "ARA", "type": "Metropolitan department"},
      {"code": "BO-L", "name": "La Paz", "type": "Department"}
    ]}
    """

  private func list(_ countries: String, _ subdivisions: String) throws -> ISO3166 {
    try ISO3166(countries: Array(countries.utf8), subdivisions: Array(subdivisions.utf8))
  }

  @Test func `countries and regions come by code, under the names that people use`() throws {
    let entries = try list(countries, subdivisions).entries
    #expect(entries.map(\.country.row.code) == ["AQ", "BO", "FR"])
    #expect(entries[1].country.row == Country.Row(name: "Bolivia", code: "BO", iso3: "BOL"))
    #expect(entries[0].regions.isEmpty)
    #expect(entries[2].regions.map(\.code) == ["01", "PACA"])
    #expect(entries[2].regionRows(of: CountryID(3))[0].row == Region.Row(countryID: CountryID(3), name: "Ain", code: "01"))
  }

  @Test func `ids follow from the codes, below those that are drawn or among those of imported rows`() throws {
    let entries = try list(countries, subdivisions).entries
    #expect(entries.map(\.country.id) == [CountryID(110), CountryID(168), CountryID(350)])
    // L is the 22nd of 36 signs.
    #expect(entries[1].regions[0].id == .imported(68 * 1_874_161 + 22 * 50_653))
    let all = entries.flatMap(\.regions).map(\.id)
    #expect(Set(all).count == all.count)
    #expect(all.allSatisfy { $0.isImported && $0.rawValue < 1 << 53 })
  }

  @Test(arguments: [
    ("[]", "{\"3166-2\": []}"), ("{\"3166-1\": [{}]}", "{\"3166-2\": []}"),
    ("{\"3166-1\": []}", "{\"3166-2\": [{\"code\": \"FR\", \"name\": \"x\"}]}"),
    ("{\"3166-1\": []}", "{\"3166-2\": [1]}"),
  ])
  func `a list of another form is refused`(countries: String, subdivisions: String) {
    #expect(throws: ISO3166.Malformed.self) { try list(countries, subdivisions) }
  }

  @Test func `a code of other signs is refused`() {
    #expect(throws: ISO3166.Malformed.self) {
      try list(countries, "{\"3166-2\": [{\"code\": \"FR-à\", \"name\": \"x\"}]}")
    }
  }

  @Test func `many rows are added at once, but for those that are there, and one whose name is taken refuses all`() async throws {
    let france = Country.Row(name: "France", code: "FR")
    let paris = (RegionID.imported(1), Region.Row(countryID: CountryID(3), name: "Paris", code: "75C"))
    let ain = (RegionID.imported(2), Region.Row(countryID: CountryID(3), name: "Ain", code: "01"))
    let scenario = try await Scenario().given(AddCountry(id: CountryID(3), row: france)).given(SeedReferences<Region>([paris]))
    let both = try await scenario.when(SeedReferences<Region>([paris, ain]))
      .then(.added(ReferenceAdded(ain.0, ain.1)), on: Region.self, ain.0).andNothingElse().and
    try await both.when(SeedReferences<Region>([paris, ain])).thenNothing()
    await #expect {
      try await scenario.when(SeedReferences<Region>([ain, (RegionID.imported(3), paris.1)]))
    } throws: { error in
      if case CommandError.refused(.claimTaken("region-code:3-75c", _)) = error { true } else { false }
    }
  }
}
