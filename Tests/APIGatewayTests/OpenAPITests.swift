import HTTPTypes
import JSON
import Testing

@testable import APIGateway

@Suite struct OpenAPITests {
  private func document(_ groups: [RouteGroup]) async throws -> JSONValue {
    let answer = try await Harness(groups: groups).send(.get, "/openapi.json")
    #expect(answer.status == 200)
    return try answer.json
  }

  @Test func `the description is whole: ids once, references met, path parts declared`() async throws {
    for groups in [[ShelfRoutes.group], APIGateway.groups] {
      let document = try await document(groups)
      #expect(document["openapi"]?.stringValue == "3.1.0")
      let components = Set(document["components"]?["schemas"]?.objectValue?.map(\.key) ?? [])
      var operations: Set<String> = []
      for (path, item) in try #require(document["paths"]?.objectValue) {
        let parts = Set(path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) })
        for (_, operation) in try #require(item.objectValue) {
          let id = try #require(operation["operationId"]?.stringValue)
          #expect(operations.insert(id).inserted, "\(id) twice")
          let parameters = operation["parameters"]?.arrayValue ?? []
          let named = Set(parameters.filter { $0["in"]?.stringValue == "path" }.compactMap { $0["name"]?.stringValue })
          #expect(named == parts)
          #expect(operation["responses"]?.objectValue?.contains { $0.key.hasPrefix("2") || $0.key == "302" } == true, "\(id)")
        }
      }
      for reference in references(document) {
        #expect(components.contains(String(reference.split(separator: "/").last!)), "\(reference)")
      }
    }
  }

  @Test func `the original's paths are described as deprecated`() async throws {
    let document = try await document([ShelfRoutes.group])
    let paths = try #require(document["paths"])
    #expect(paths["/api/v1/shelves/shelves/{id}"]?["get"]?["deprecated"] == nil)
    #expect(paths["/api/shelves/shelves/{id}"]?["get"]?["deprecated"]?.boolValue == true)
    let harness = try await Harness()
    let answer = try await harness.send(.post, "/api/shelves/shelves/1/things", #"{"count":1}"#, token: harness.token())
    #expect(answer["Deprecation"] == "@1793491200")
  }

  @Test func `limits, problems and access of a route stand in its description`() async throws {
    let document = try await document([ShelfRoutes.group])
    let operation = try #require(document["paths"]?["/api/v1/shelves/shelves/{id}/things"]?["post"])
    let schema = try #require(operation["requestBody"]?["content"]?["application/json"]?["schema"])
    #expect(schema["required"]?.arrayValue == ["count"])
    #expect(schema["properties"]?["count"]?["maximum"]?.int64Value == 100)
    #expect(schema["properties"]?["note"]?["maxLength"]?.int64Value == 20)
    #expect(schema["additionalProperties"]?.boolValue == false)
    let statuses = Set(operation["responses"]?.objectValue?.map(\.key) ?? [])
    #expect(statuses.isSuperset(of: ["201", "400", "401", "409", "413", "415", "422", "503"]))
    #expect(operation["security"]?[0]?["bearer"] != nil)
    #expect(operation["parameters"]?.arrayValue?.contains { $0["name"]?.stringValue == "Idempotency-Key" } == true)
  }

  private func references(_ value: JSONValue) -> [String] {
    switch value {
    case .array(let elements): elements.flatMap(references)
    case .object(let members):
      members.flatMap { member in
        member.key == "$ref" ? [member.value.stringValue].compactMap { $0 } : references(member.value)
      }
    default: []
    }
  }
}
