import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// Questions and answers through HTTP: reads over the sample rows, commands over the log.
@Suite struct QuestionRoutesTests {
  private static let root = "/api/v1/questions"

  private func with(_ body: (Harness) async throws -> Void) async throws {
    try await ReadDatabases.with(only: ["questions_service_db"]) { databases in
      try await body(try await Harness(groups: APIGateway.groups, reads: databases.sides))
    }
  }

  private func ids(_ answer: Answer) throws -> [Int64] {
    try #require(try answer.json["data"]?.arrayValue, "\(String(decoding: answer.body, as: UTF8.self))").map { $0["id"]!.int64Value! }
  }

  @Test func `everybody reads what is published and of a product that is sold, answers in their order`() async throws {
    try await with { harness in
      func get(_ path: String) async throws -> Answer { try await harness.send(.get, Self.root + "/public" + path) }
      #expect(try await ids(get("/questions")) == [4, 1])
      #expect(try await ids(get("/questions?product_id=1")) == [1])
      #expect(try await ids(get("/questions/1/answers")) == [2, 1, 3])
      for (path, status) in [
        ("/questions/1", 200), ("/questions/2", 404), ("/questions/3", 404), ("/questions/2/answers", 404), ("/questions/1/answers/2", 200),
        ("/questions/4/answers/2", 404), ("/search", 400), ("/search?q=", 400),
      ] {
        #expect(try await get(path).status == status, "\(path)")
      }
      let data = try #require(try await get("/questions/4").json["data"])
      #expect(data["title"] == "Livraison")
      #expect(data["author"] == .null)
      #expect(try await get("/questions/1").json["data"]?["author"] == "First L.")
      #expect(data["user_id"] == nil)
      #expect(data["answers_count"]?.int64Value == 1)
      let included = try await get("/questions/1?include=answers")
      #expect(try included.json["data"]?["answers"]?.arrayValue?.map { $0["id"]!.int64Value! } == [2, 1, 3])
    }
  }

  @Test func `a search finds words in title, question and answers, without case and accents and with a typing error`() async throws {
    try await with { harness in
      for (words, found) in [
        ("corse", [4]), ("CORSÉ", [4]), ("livraisno", [4]), ("laine", [1]), ("matiere", [1]), ("étranger", []), ("voiture", []),
      ] as [(String, [Int64])] {
        let answer = try await harness.send(.get, "\(Self.root)/public/search?q=\(PercentCoding.encode(words))")
        #expect(try ids(answer) == found, "\(words)")
      }
      let page = try await harness.send(.get, "\(Self.root)/public/search?q=livrez&limit=1&count=exact")
      #expect(try page.json["page"]?["total"]?.int64Value == 1)
    }
  }

  @Test func `who signed in sees what is published and his own; an administrator sees all`() async throws {
    try await with { harness in
      func get(_ path: String, _ user: Int64, _ role: PlatformRole = .customer) async throws -> Answer {
        try await harness.send(.get, Self.root + path, token: harness.token(user, role))
      }
      func list(_ path: String, _ user: Int64, _ role: PlatformRole = .customer) async throws -> [Int64] {
        try ids(try await get(path, user, role))
      }
      #expect(try await list("/questions", 5) == [4, 1])
      #expect(try await list("/questions", 7) == [4, 3, 2, 1])
      #expect(try await list("/questions", 9, .admin) == [4, 3, 2, 1])
      #expect(try await list("/admin/questions/pending", 9, .admin) == [2])
      let refused = try await get("/admin/questions/pending", 7, .support)
      #expect(try refused.code == "forbidden")
      for (path, user, status) in [
        ("/questions/2", 5, 404), ("/questions/2", 7, 200), ("/questions/2/answers", 5, 404), ("/questions/1/answers/1", 5, 200),
        ("/questions/2/answers/1", 7, 404),
      ] as [(String, Int64, Int)] {
        #expect(try await get(path, user).status == status, "\(path) as \(user)")
      }
    }
  }

  private static let bodies: [(String, String?, String)] = [
    (#"{"question":"Trop court"}"#, nil, ""), (#"{"question":"Court"}"#, "too-short", "/question"), ("{}", "missing-field", "/question"),
    (#"{"body":"Une question assez longue"}"#, nil, ""), (#"{"question":"Une question assez longue","product_id":1}"#, nil, ""),
    (#"{"question":"Une question assez longue","product_id":9}"#, "unknown-reference", "/product_id"),
    (#"{"question":"Une question assez longue","is_published":true}"#, "unknown-field", "/is_published"),
    (#"{"question":"            x           "}"#, "too-short", "/question"),
  ]

  @Test func `a question has its rules`() async throws {
    try await with { harness in
      for (body, code, pointer) in Self.bodies {
        let answer = try await harness.send(.post, Self.root + "/questions", body, token: harness.token(5))
        guard let code else {
          #expect(answer.status == 201, "\(body)")
          continue
        }
        #expect(try answer.code == code, "\(body)")
        #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer, "\(body)")
      }
    }
  }

  @Test func `a question is moderated, answered, found helpful once each, and taken back`() async throws {
    try await with { harness in
      let (author, other, agent, admin) = try await (
        harness.token(5), harness.token(6), harness.token(8, .support), harness.token(9, .admin)
      )
      @Sendable func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, _ token: String, _ headers: [String: String] = [:]
      ) async throws -> Answer {
        try await harness.send(method, Self.root + path, body, token: token, headers: headers)
      }
      let asked = try await send(.post, "/questions", #"{"question":"De quoi est-ce fait ?"}"#, author)
      let id = try #require(try asked.json["data"]?["id"]?.int64Value)
      #expect(asked["Location"] == "\(Self.root)/questions/\(id)")
      let answer = #"{"answer":"C'est fait de laine."}"#
      #expect(try await send(.post, "/questions/\(id)/answers", answer, other).code == "not-found")
      #expect(try await send(.post, "/admin/questions/\(id)/approve", nil, author).code == "forbidden")
      #expect(try await send(.post, "/admin/questions/\(id)/approve", nil, admin).status == 200)
      #expect(try await send(.post, "/admin/questions/\(id)/approve", nil, admin).status == 200)
      #expect(try await send(.post, "/admin/questions/\(id)/reject", nil, admin).json["current"] == "published")
      let given = try await send(.post, "/questions/\(id)/answers", answer, other)
      let answerID = try #require(try given.json["data"]?["id"]?.int64Value)
      let path = "/questions/\(id)/answers/\(answerID)"
      let official = #"{"body":"C'est fait de laine vierge.","is_official":true}"#
      #expect(try await send(.post, "/questions/\(id)/answers", official, other).code == "forbidden")
      #expect(try await send(.post, "/questions/\(id)/answers", official, agent).status == 201)
      let counted = #"{"answer":"C'est fait de laine.","is_helpful_count":9}"#
      #expect(try await send(.post, "/questions/\(id)/answers", counted, other).code == "unknown-field")
      #expect(try await send(.put, path, #"{"answer":"Pas la mienne."}"#, author).code == "not-found")
      #expect(try await send(.put, path, #"{"is_official":true}"#, other).code == "forbidden")
      #expect(try await send(.put, path, #"{"answer":"C'est de la laine."}"#, other).status == 200)

      // Two votes of one user at once: one counts.
      let votes = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<2 { group.addTask { try await send(.post, path + "/helpful", nil, author).status } }
        var statuses: [Int] = []
        for try await status in group { statuses.append(status) }
        return statuses.sorted()
      }
      #expect(votes == [200, 409])
      #expect(try await send(.post, path + "/helpful", nil, agent).json["data"]?["is_helpful_count"]?.int64Value == 2)
      #expect(try await send(.post, "/questions/1/answers/\(answerID)/helpful", nil, agent).code == "not-found")

      #expect(try await send(.patch, "/admin/questions/\(id)", #"{"title":"Matière"}"#, admin).code == "precondition-required")
      #expect(try await send(.patch, "/admin/questions/\(id)", #"{"title":"Matière"}"#, admin, ["If-Match": "\"v1\""]).status == 412)
      #expect(try await send(.patch, "/admin/questions/\(id)", #"{"title":"Matière"}"#, admin, ["If-Match": "\"v2\""]).status == 200)
      #expect(try await send(.put, "/questions/\(id)", #"{"question":"De quoi est-ce fait, alors ?"}"#, author).status == 200)
      #expect(try await send(.post, path + "/helpful", nil, other).code == "not-found")
      #expect(try await send(.delete, path, nil, author).code == "not-found")
      #expect(try await send(.delete, path, nil, other).status == 204)
      #expect(try await send(.delete, "/questions/\(id)", nil, other).code == "not-found")
      #expect(try await send(.delete, "/questions/\(id)", nil, author).status == 204)
      #expect(try await send(.delete, "/questions/\(id)", nil, author).code == "not-found")
    }
  }
}
