import EventStore
import Foundation
import Logging
import Migrations
import Postgres
import Testing

/// `comptoir seed` as it is run.
struct SeedTests {
  @Test func `countries and regions of a list are added to the default ones, once, and those of a longer list later`() async throws {
    try await Shop.open(runsSagas: false) { shop in
      let folder = URL.temporaryDirectory.appending(path: "iso-codes-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      // It looks for the lists in this folder.
      let environment = shop.environment(in: folder)

      // Without a list.
      try await seed(environment)
      #expect(try await count("CountryAdded", shop) == 6)
      #expect(try await count("RegionAdded", shop) == 25)

      var regions = ["FR-PAC", "FR-01", "FR-IDF", "BE-VLG"]
      try write(regions, folder)
      try await seed(environment)
      #expect(try await count("CountryAdded", shop) == 7)
      // Under the ids that France, Île-de-France and Provence-Alpes-Côte d'Azur have.
      #expect(try await count("RegionAdded", shop) == 27)
      let departments = try await events(shop, "type = 'RegionAdded' and payload->>'code' = '01'", "payload->>'country_id'")
      #expect(departments == ["3"])

      let head = try await shop.one.log.head()
      try await seed(environment)
      #expect(try await shop.one.log.head() == head)

      regions.append("FR-02")
      try write(regions, folder)
      try await seed(environment)
      #expect(try await count("CountryAdded", shop) == 7)
      #expect(try await count("RegionAdded", shop) == 28)
    }
  }

  private func seed(_ environment: [String: String]) async throws {
    let run = try await ComptoirRun.end(["seed"], environment)
    #expect(run.status == 0, "\(run.errors)")
  }

  private func write(_ regions: [String], _ folder: URL) throws {
    let countries = """
      {"3166-1": [{"alpha_2": "FR", "alpha_3": "FRA", "name": "France", "numeric": "250"},
        {"alpha_2": "BE", "alpha_3": "BEL", "name": "Belgium", "numeric": "056"}]}
      """
    let entries = regions.map { "{\"code\": \"\($0)\", \"name\": \"Region \($0)\"}" }
    try countries.write(to: folder.appending(path: "iso_3166-1.json"), atomically: true, encoding: .utf8)
    try "{\"3166-2\": [\(entries.joined(separator: ", "))]}"
      .write(to: folder.appending(path: "iso_3166-2.json"), atomically: true, encoding: .utf8)
  }

  private func count(_ type: String, _ shop: Shop) async throws -> Int {
    try await events(shop, "type = '\(type)'", "'one'").count
  }

  private func events(_ shop: Shop, _ condition: String, _ column: String) async throws -> [String] {
    let client = PostgresClient(shop.migrator.configuration("event_store", as: .owner), logger: .init(label: "test"))
    let result: Result<[String], any Error>
    do {
      let rows = try await client.query(.unprepared("select \(column) from event_store.events where \(condition)"))
      result = .success(try rows.map { try $0.string(0) })
    } catch {
      result = .failure(error)
    }
    await client.close()
    return try result.get()
  }
}
