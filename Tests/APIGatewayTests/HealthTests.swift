import HTTPTypes
import JSON
import ObjectStorage
import Testing

@testable import APIGateway

@Suite struct HealthTests {
  private func checks(_ answer: Answer) throws -> [String: String] {
    let found = try answer.json["checks"]?.arrayValue ?? []
    return Dictionary(uniqueKeysWithValues: found.map { ($0["name"]!.stringValue!, $0["status"]!.stringValue!) })
  }

  @Test func `the object storage shows in the health, and orders do not wait for it`() async throws {
    try await ReadDatabases.with { databases in
      let storage = try Storages.real()
      try await storage.createBucket("products")
      let well = try await Harness(reads: databases.sides, objects: storage)
      let health = try await well.send(.get, "/health")
      #expect(health.status == 200)
      #expect(try checks(health)["object_storage"] == "ok")
      await storage.close()

      let wrong = try Storages.real { $0.secretKey += "x" }
      let ill = try await Harness(reads: databases.sides, objects: wrong)
      let failed = try await ill.send(.get, "/health")
      #expect(failed.status == 503)
      #expect(try checks(failed)["object_storage"] == "failed")
      #expect(try checks(failed)["products"] == "ok")
      #expect(try await ill.send(.get, "/health/ready").status == 200)
      await wrong.close()

      let without = try await Harness(reads: databases.sides)
      #expect(try checks(await without.send(.get, "/health"))["object_storage"] == nil)
    }
  }

  @Test func `jobs that wait and jobs that failed show in the health of the services with a queue`() async throws {
    try await ReadDatabases.with { databases in
      try await databases.execute(
        "sav_service_db",
        """
        insert into ops.jobs (queue, payload, attempts, available_at, created_at) values
        ('images', '{"key":"a"}', 0, 0, 0), ('images', '{"key":"b"}', 1, 0, 0), ('images:failed', '{"key":"c"}', 3, 0, 0)
        """)
      let health = try await Harness(reads: databases.sides).send(.get, "/health")
      #expect(health.status == 200)
      let checks = try health.json["checks"]?.arrayValue ?? []
      func figures(_ name: String) -> [JSONValue?] {
        let check = checks.first { $0["name"]?.stringValue == name }
        return [check?["jobs_waiting"], check?["jobs_failed"]]
      }
      #expect(figures("sav") == [2, 1])
      #expect(figures("websites") == [0, 0])
      #expect(figures("orders") == [.null, .null])
    }
  }
}
