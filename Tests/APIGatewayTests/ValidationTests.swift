import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import NIOCore
import Testing

@testable import APIGateway

@Suite struct ValidationTests {
  static let path = "/api/v1/shelves/shelves/1/things"

  @Test(
    arguments: [
      (#"{"count":1,"colur":"red"}"#, 422, "unknown-field", "/colur"),
      (#"{"count":"1"}"#, 422, "wrong-type", "/count"),
      (#"{"count":1.5}"#, 422, "wrong-type", "/count"),
      (#"{"count":true}"#, 422, "wrong-type", "/count"),
      (#"{}"#, 422, "missing-field", "/count"),
      (#"{"count":null}"#, 422, "wrong-type", "/count"),
      (#"{"count":-1}"#, 422, "too-small", "/count"),
      (#"{"count":0}"#, 422, "too-small", "/count"),
      (#"{"count":101}"#, 422, "too-large", "/count"),
      (#"{"count":99999999999999999999}"#, 422, "too-large", "/count"),
      (#"{"count":-99999999999999999999}"#, 422, "too-small", "/count"),
      (#"{"count":1,"note":"123456789012345678901"}"#, 422, "too-long", "/note"),
      (#"{"count":1,"note":""}"#, 422, "too-short", "/note"),
      (#"{"count":1,"note":"a\u0000b"}"#, 422, "nul-character", "/note"),
      (#"{"count":1,"note":"a\ud800b"}"#, 422, "lone-surrogate", ""),
      (#"{"count":1,"colour":"blue"}"#, 422, "value-not-allowed", "/colour"),
      (#"{"count":1,"labels":["a","toolong"]}"#, 422, "too-long", "/labels/1"),
      (#"{"count":1,"labels":["a","a"]}"#, 422, "value-not-allowed", "/labels/1"),
      (#"{"count":1,"labels":["a","b","c","d"]}"#, 422, "too-long", "/labels"),
      (#"{"count":1,"labels":"a"}"#, 422, "wrong-type", "/labels"),
      (#"[1]"#, 422, "wrong-type", ""),
      (#"{"count":1,"a/b~c":1}"#, 422, "unknown-field", "/a~1b~0c"),
      (#"{"count":1"#, 400, "invalid-json", nil),
      (#"{"count":01}"#, 400, "invalid-json", nil),
      (#"{"count":1}}"#, 400, "invalid-json", nil),
      (#"{"count":1,"count":2}"#, 400, "duplicate-field", nil),
      ("", 400, "missing-body", nil),
    ] as [(String, Int, String, String?)])
  func `each wrong body has its own problem and changes nothing`(body: String, status: Int, code: String, pointer: String?) async throws {
    let harness = try await Harness()
    let answer = try await harness.send(.post, Self.path, body, token: harness.token())
    #expect(answer.status == status)
    #expect(try answer.code == code)
    #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer)
    #expect(try await harness.log.head() == .start)
  }

  @Test func `all faults of a body are told at once`() async throws {
    let harness = try await Harness()
    let answer = try await harness.send(
      .post, Self.path, #"{"count":-1,"note":7,"extra":1,"labels":["toolong"]}"#, token: harness.token())
    #expect(try answer.code == "invalid-fields")
    let pointers = try answer.json["errors"]?.arrayValue?.map { $0["pointer"]?.stringValue }
    #expect(pointers == ["/count", "/note", "/labels/0", "/extra"])
  }

  @Test func `deep nesting, a large body and other media types are refused`() async throws {
    let harness = try await Harness()
    let token = try await harness.token()
    let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
    #expect(try await harness.send(.post, Self.path, #"{"count":1,"x":\#(deep)}"#, token: token).code == "too-deep")
    let large = #"{"count":1,"note":"\#(String(repeating: "x", count: 1_000))"}"#
    #expect(try await harness.send(.post, Self.path, large, token: token).code == "body-too-large")
    for type in ["application/x-www-form-urlencoded", "application/json; charset=latin1", "text/json"] {
      let answer = try await harness.send(.post, Self.path, "{}", token: token, headers: ["Content-Type": type])
      #expect(try answer.code == "unsupported-media-type")
    }
    let invalid = ByteBuffer(bytes: Array(#"{"count":1,"note":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
    var headers = HTTPFields()
    headers[.authorization] = "Bearer \(token)"
    headers[.contentType] = "application/json"
    #expect(try await harness.sendRaw(.post, Self.path, invalid, headers).code == "invalid-json")
  }

  @Test func `unknown parameters, paths, methods and ids are told apart`() async throws {
    let harness = try await Harness()
    let token = try await harness.token()
    let unknown = try await harness.send(.post, Self.path + "?colour=red", #"{"count":1}"#, token: token)
    #expect(unknown.status == 400)
    #expect(try unknown.code == "unknown-parameter")
    #expect(try unknown.json["errors"]?[0]?["pointer"]?.stringValue == "?colour")
    #expect(try await harness.send(.get, "/api/v1/shelves/nothing").code == "not-found")
    let method = try await harness.send(.delete, "/api/v1/shelves/shelves/1")
    #expect(method.status == 405)
    #expect(method["Allow"] == "GET, HEAD, PUT")
    #expect(try await harness.send(.get, "/api/v1/shelves/shelves/abc/crash").status == 404)
    #expect(try await harness.send(.get, "/health/live", headers: ["Accept": "text/html"]).code == "not-acceptable")
    #expect(try await harness.send(.get, "/api/v1/shelves/shelves/1/crash?a=%FF").code == "invalid-parameter")
  }

  @Test func `problems speak French to those who ask for it`() async throws {
    let harness = try await Harness()
    let answer = try await harness.send(
      .post, Self.path, #"{"count":0}"#, token: harness.token(), headers: ["Accept-Language": "de;q=0.9, fr-CH, en;q=0.5"])
    #expect(try answer.json["title"]?.stringValue == "La valeur est trop petite.")
    #expect(answer["Content-Language"] == "fr")
  }

  @Test func `our own faults tell nothing of our insides`() async throws {
    let harness = try await Harness()
    let answer = try await harness.send(.get, "/api/v1/shelves/shelves/1/crash", headers: ["X-Request-Id": "abc-1"])
    #expect(answer.status == 500)
    #expect(answer["X-Request-Id"] == "abc-1")
    #expect(!String(decoding: answer.body, as: UTF8.self).contains("Unexpected"))
  }

  @Test func `a read database that is away answers 503`() async throws {
    let harness = try await Harness()
    #expect(try await harness.send(.get, "/api/v1/shelves/shelves/1").code == "unavailable")
    #expect(try await harness.send(.get, "/health/ready").status == 503)
    #expect(try await harness.send(.get, "/health/live").status == 200)
  }

  @Test func `every problem has a status and a title in both languages`() {
    for code in ProblemCode.allCases {
      #expect((400...599).contains(code.status))
      for language in Language.allCases { #expect(!code.entry.title[language].isEmpty) }
    }
  }
}
