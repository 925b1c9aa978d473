import Aggregates
import Crypto
import EventSourcing
import EventStore
import FoundationEssentials
import Logging

/// Brings the countries and regions of ISO 3166 from the Debian package iso-codes. A list that is in already costs one look; of a newer
/// one, what is missing is added.
struct CountrySeed {
  let stores: Stores
  let settings: Settings

  /// Where the package puts its lists.
  private static let folder = "/usr/share/iso-codes/json"

  func run() async throws {
    let folder = settings.optional("COMPTOIR_ISO_CODES") ?? Self.folder
    guard let countries = FileManager.default.contents(atPath: "\(folder)/iso_3166-1.json"),
      let subdivisions = FileManager.default.contents(atPath: "\(folder)/iso_3166-2.json")
    else {
      return settings.logger.notice("iso-codes is not installed: there are the default countries alone", metadata: ["folder": "\(folder)"])
    }
    var hash = SHA256()
    hash.update(data: countries)
    hash.update(data: subdivisions)
    let version = hash.finalize().map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    let mark = "iso-3166:\(version)"
    guard try await stores.log.claimOwner(mark) == nil else { return }
    let list: ISO3166
    do {
      list = try ISO3166(countries: Array(countries), subdivisions: Array(subdivisions))
    } catch {
      throw PlainError("\(folder): \(error)")
    }
    try await withThrowingTaskGroup { group in
      for entry in list.entries { group.addTask { try await seed(entry, version) } }
      try await group.waitForAll()
    }
    guard let last = list.entries.last else { return }
    _ = try await stores.executor.execute(
      MarkListSeeded<Country>(id: last.country.id, claim: mark), id: CommandID(derivedFrom: version, purpose: "seed-iso-3166"))
  }

  /// A country and its regions; what has a row under another id, a default row or an administrator's, keeps that.
  private func seed(_ entry: ISO3166.Entry, _ version: String) async throws {
    let regions = entry.regionRows(of: try await country(entry.country, version))
    guard !regions.isEmpty else { return }
    do {
      _ = try await stores.executor.execute(
        SeedReferences<Region>(regions), id: CommandID(derivedFrom: "\(version)/\(entry.country.row.code)", purpose: "seed-regions"))
    } catch CommandError.refused(.claimTaken) {
      for region in regions {
        do {
          _ = try await stores.executor.execute(
            SeedReferences<Region>([region]), id: CommandID(derivedFrom: "\(version)/\(region.id)", purpose: "seed-region"))
        } catch CommandError.refused(.claimTaken) {
          continue
        }
      }
    }
  }

  /// The id under which the country is there in the end.
  private func country(_ country: (id: CountryID, row: Country.Row), _ version: String) async throws -> CountryID {
    do {
      _ = try await stores.executor.execute(
        SeedReferences<Country>([country]), id: CommandID(derivedFrom: "\(version)/\(country.row.code)", purpose: "seed-country"))
      return country.id
    } catch CommandError.refused(.claimTaken) {
      guard let owner = try await stores.log.claimOwner(Country.claims(country.row)[0]), let id = Int64(owner.id) else {
        throw PlainError("the country \(country.row.code) changed while it was seeded: start again")
      }
      return CountryID(id)
    }
  }
}
