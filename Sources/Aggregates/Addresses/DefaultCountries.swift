/// The countries every shop starts with; their ids are their places in this list, from 1.
extension Country {
  public static let defaultRows: [(id: CountryID, row: Row)] = [
    (CountryID(1), Row(name: "United States", code: "US", iso3: "USA", phoneCode: "+1")),
    (CountryID(2), Row(name: "Canada", code: "CA", iso3: "CAN", phoneCode: "+1")),
    (CountryID(3), Row(name: "France", code: "FR", iso3: "FRA", phoneCode: "+33")),
    (CountryID(4), Row(name: "Germany", code: "DE", iso3: "DEU", phoneCode: "+49")),
    (CountryID(5), Row(name: "United Kingdom", code: "GB", iso3: "GBR", phoneCode: "+44")),
    (CountryID(6), Row(name: "Australia", code: "AU", iso3: "AUS", phoneCode: "+61")),
  ]
}

/// The regions every shop starts with; their ids are their places in this list, from 1.
extension Region {
  public static let defaultRows: [(id: RegionID, row: Row)] = {
    let byCountry: [(Int64, [(code: String, name: String)])] = [
      (1, [("AL", "Alabama"), ("CA", "California"), ("FL", "Florida"), ("NY", "New York"), ("TX", "Texas")]),
      (2, [("ON", "Ontario"), ("QC", "Quebec"), ("BC", "British Columbia"), ("AB", "Alberta")]),
      (
        3,
        [
          ("IDF", "Île-de-France"), ("PACA", "Provence-Alpes-Côte d'Azur"), ("ARA", "Auvergne-Rhône-Alpes"),
          ("NAQ", "Nouvelle-Aquitaine"),
        ]
      ),
      (4, [("BY", "Bavaria"), ("NW", "North Rhine-Westphalia"), ("BW", "Baden-Württemberg"), ("BE", "Berlin")]),
      (5, [("ENG", "England"), ("SCT", "Scotland"), ("WLS", "Wales"), ("NIR", "Northern Ireland")]),
      (6, [("NSW", "New South Wales"), ("VIC", "Victoria"), ("QLD", "Queensland"), ("WA", "Western Australia")]),
    ]
    return byCountry.flatMap { country, regions in regions.map { Row(countryID: CountryID(country), name: $0.name, code: $0.code) } }
      .enumerated().map { (RegionID(Int64($0.offset + 1)), $0.element) }
  }()
}
