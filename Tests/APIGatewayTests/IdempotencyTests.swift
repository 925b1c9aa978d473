import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

@Suite struct IdempotencyTests {
  static let path = "/api/v1/shelves/shelves/1/things"

  @Test func `the same key is carried out once and answered the same`() async throws {
    let harness = try await Harness()
    let token = try await harness.token()
    let first = try await harness.send(.post, Self.path, #"{"count":2}"#, token: token, headers: ["Idempotency-Key": "k1"])
    let second = try await harness.send(.post, Self.path, #"{"count":2}"#, token: token, headers: ["Idempotency-Key": "k1"])
    #expect(first.status == 201)
    #expect(first["Idempotency-Replayed"] == nil)
    #expect(second.status == 201)
    #expect(second["Idempotency-Replayed"] == "true")
    #expect(first.body == second.body)
    #expect(first["Comptoir-Position"] == second["Comptoir-Position"])
    #expect(try await harness.log.head() == Position(1))
  }

  @Test func `a key belongs to its caller`() async throws {
    let harness = try await Harness()
    for user in [1, 2] {
      let answer = try await harness.send(
        .post, Self.path, #"{"count":1}"#, token: harness.token(Int64(user)), headers: ["Idempotency-Key": "k"])
      #expect(answer["Idempotency-Replayed"] == nil)
    }
    #expect(try await harness.log.head() == Position(2))
  }

  @Test func `a key with another body or path is refused`() async throws {
    let harness = try await Harness()
    let token = try await harness.token()
    _ = try await harness.send(.post, Self.path, #"{"count":1}"#, token: token, headers: ["Idempotency-Key": "k"])
    for (path, body) in [(Self.path, #"{"count":2}"#), ("/api/v1/shelves/shelves/2/things", #"{"count":1}"#)] {
      let answer = try await harness.send(.post, path, body, token: token, headers: ["Idempotency-Key": "k"])
      #expect(answer.status == 422)
      #expect(try answer.code == "idempotency-key-reused")
    }
    #expect(try await harness.log.head() == Position(1))
  }

  @Test func `twins at the same time are one`() async throws {
    let harness = try await Harness()
    let token = try await harness.token()
    let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
      for _ in 0..<8 {
        group.addTask { try await harness.send(.post, Self.path, #"{"count":1}"#, token: token, headers: ["Idempotency-Key": "k"]) }
      }
      return try await group.reduce(into: [Answer]()) { $0.append($1) }
    }
    #expect(Set(answers.map(\.body)).count == 1)
    #expect(answers.count { $0["Idempotency-Replayed"] == "true" } == 7)
    #expect(try await harness.log.head() == Position(1))
  }

  @Test func `a refused command may be tried again under its key`() async throws {
    let harness = try await Harness()
    let token = try await harness.token()
    for _ in 0..<2 {
      let answer = try await harness.send(.post, Self.path, #"{"count":11}"#, token: token, headers: ["Idempotency-Key": "k"])
      #expect(answer.status == 409)
      #expect(try answer.json["current"]?.stringValue == "full")
      #expect(try answer.json["allowed"]?.arrayValue == ["take"])
    }
  }

  @Test func `a compulsory key that is missing or malformed is refused`() async throws {
    let harness = try await Harness()
    let token = try await harness.token()
    let path = "/api/v1/shelves/shelves/1/order"
    #expect(try await harness.send(.post, path, #"{"count":1}"#, token: token).code == "idempotency-key-missing")
    for key in ["a b", String(repeating: "k", count: 256)] {
      let answer = try await harness.send(.post, path, #"{"count":1}"#, token: token, headers: ["Idempotency-Key": key])
      #expect(try answer.code == "invalid-header")
    }
    #expect(try await harness.send(.post, path, #"{"count":1}"#, token: token, headers: ["Idempotency-Key": "k"]).status == 201)
  }

  @Test func `of two editors of one version only the first changes it`() async throws {
    let harness = try await Harness()
    let token = try await harness.token(1, .superAdmin)
    let path = "/api/v1/shelves/shelves/1"
    #expect(try await harness.send(.put, path, token: token).code == "precondition-required")
    #expect(try await harness.send(.put, path, token: token, headers: ["If-Match": "*"]).status == 200)
    #expect(try await harness.send(.put, path, token: token, headers: ["If-Match": "\"v1\""]).status == 200)
    let late = try await harness.send(.put, path, token: token, headers: ["If-Match": "\"v1\""])
    #expect(late.status == 412)
    #expect(try late.json["current"]?.stringValue == "\"v2\"")
    #expect(try await harness.send(.put, path, token: token, headers: ["If-Match": "W/\"v2\""]).code == "invalid-header")
    #expect(try await harness.log.head() == Position(2))
  }

  @Test func `the request's trace reaches the events`() async throws {
    let harness = try await Harness()
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    for header in [trace, "nonsense"] {
      _ = try await harness.send(.post, Self.path, #"{"count":1}"#, token: harness.token(), headers: ["traceparent": header])
    }
    let events = try await harness.log.readLog(after: .start, filter: .all, limit: 2).events
    #expect(events.map(\.context.traceparent) == [trace, nil])
    #expect(events.allSatisfy { $0.context.correlationID != nil })
  }
}
