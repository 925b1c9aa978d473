import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Projectors
import Testing

@testable import APIGateway
@testable import Aggregates

@Suite struct ParkedTests {
  private func append(_ event: some EventPayload, to stream: StreamName, _ log: InMemoryEventLog) async throws {
    let data = EventData(type: type(of: event).type.name, isPublic: true, payload: event.jsonBytes, occurredAt: .now())
    _ = try await log.append(Append(streams: [StreamAppend(stream: stream, expected: .any, events: [data])]))
  }

  @Test func `a row whose events wait answers 503, a list says so, and all else goes on`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let log = harness.log
      let staff = try await harness.token(1, .superAdmin)
      try await databases.withProjector(.products, log) {
        try await append(ReferenceAdded<Brand>(BrandID(7), .init(name: "Seven")), to: Brand.stream(BrandID(7)), log)
        // Nobody has added this brand, so there is no row to change.
        try await append(ReferenceChanged<Brand>(BrandID(8), .init(name: "Eight")), to: Brand.stream(BrandID(8)), log)
        // Longer than the column takes.
        try await append(
          ReferenceChanged<Brand>(BrandID(1), .init(name: String(repeating: "x", count: 300))), to: Brand.stream(BrandID(1)), log)
        let level = ["Comptoir-Min-Position": "3", "Prefer": "wait=20"]
        let list = try await harness.send(.get, "/api/v1/products/brands", headers: level)
        #expect(try list.json["page"]?["parked"] == true)
        #expect(try list.json["data"]?.arrayValue?.count == 2)
        for id in [1, 8] {
          let parked = try await harness.send(.get, "/api/v1/products/brands/\(id)")
          #expect(parked.status == 503)
          #expect(try parked.code == "projection-parked")
          #expect(parked["Retry-After"] != nil)
        }
        #expect(try await harness.send(.get, "/api/v1/products/brands/9").status == 404)
        #expect(try await harness.send(.get, "/api/v1/products/products").json["page"]?["parked"] == false)

        // A row that nothing waits for is whole, and its bare representation alone has the strong tag that `If-Match` takes.
        let bare = try await harness.send(.get, "/api/v1/products/brands/7", token: staff)
        #expect(bare.status == 200)
        #expect(bare["ETag"] == "\"v1\"")
        let chosen = try await harness.send(.get, "/api/v1/products/brands/7?fields[brand]=name", token: staff)
        #expect(try chosen.json["data"]?.serializedText == #"{"name":"Seven"}"#)
        let other = try await harness.send(.get, "/api/v1/products/brands/7?fields[brand]=id", token: staff)
        #expect(chosen["ETag"]?.hasPrefix("W/\"p3-") == true)
        #expect(chosen["ETag"] != other["ETag"])
        #expect(try await harness.send(.get, "/api/v1/products/brands/7")["ETag"] == "W/\"p3\"")
      }
    }
  }
}
