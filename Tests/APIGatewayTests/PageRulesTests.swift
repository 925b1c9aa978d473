import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// Every rule of the pages about bodies, broken in every way, through HTTP.
@Suite struct PageRulesTests {
  @Test func `each rule of a page refuses what breaks it, names the field, and nothing changes`() async throws {
    let harness = try await Harness(groups: APIGateway.groups) { $0.maximumBodyBytes = 100_000 }
    let token = try await harness.token(1, .superAdmin)
    var requests = 0
    for body in try PageRules.all() {
      for route in body.routes {
        let valid = route.isChange ? [] : body.valid.objectValue ?? []
        func expect(_ members: [(key: String, value: JSONValue)], _ pointer: String, _ codes: Set<String>) async throws {
          requests += 1
          var headers: [String: String] = [:]
          if route.method != "POST" { headers["If-Match"] = "*" }
          if route.path.hasSuffix("create-from-basket") { headers["Idempotency-Key"] = "k\(requests)" }
          let before = try await harness.log.head()
          let text = JSONValue.object(members).serializedText
          let answer = try await harness.send(
            HTTPRequest.Method(route.method)!, "/api/v1\(route.path)", text, token: token, headers: headers)
          let faults = try answer.json["errors"]?.arrayValue?.filter { $0["pointer"]?.stringValue == pointer } ?? []
          let found = faults.compactMap { $0["code"]?.stringValue }
          let what = "\(route.method) \(route.path) \(text.prefix(200))"
          #expect(answer.status == 422 && found.contains { codes.contains($0) }, "\(what): \(answer.status) \(found)")
          #expect(try await harness.log.head() == before, "\(what)")
        }
        try await expect(valid + [(key: "nonsense", value: 1)], "/nonsense", ["unknown-field"])
        for rule in body.rules {
          let others = valid.filter { $0.key != rule.field }
          if rule.isRequired, !route.isChange { try await expect(others, "/\(rule.field)", ["missing-field"]) }
          for violation in rule.violations {
            // What only the aggregate knows needs one that is there.
            if route.isChange, rule.kind == "color", violation.value.stringValue != nil { continue }
            try await expect(others + [(key: rule.field, value: violation.value)], "/\(rule.field)", violation.codes)
          }
        }
      }
    }
    #expect(requests > 800, "\(requests)")
  }
}
