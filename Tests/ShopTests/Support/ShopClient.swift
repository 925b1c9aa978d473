import Foundation
import FoundationNetworking
import JSON

/// Somebody who speaks to the program over HTTP.
struct ShopClient: Sendable {
  struct Answer: Sendable {
    var status: Int
    var json: JSONValue

    /// A field of `data`.
    subscript(_ field: String) -> JSONValue? { json["data"]?[field] }

    /// A whole number of `data`.
    func number(_ field: String) throws -> Int64 {
      guard let value = self[field]?.int64Value else {
        throw Unexpected(status: status, body: String(decoding: json.serialized, as: UTF8.self))
      }
      return value
    }
  }

  struct Unexpected: Error {
    var status: Int
    var body: String
  }

  private let url: String
  private let session: URLSession
  var token: String?

  init(_ url: String) {
    self.url = url
    let configuration = URLSessionConfiguration.ephemeral
    configuration.timeoutIntervalForRequest = 20
    session = URLSession(configuration: configuration)
  }

  /// One request.
  /// - Throws: when there is no answer.
  func send(_ method: String, _ path: String, _ body: String? = nil, key: String? = nil) async throws -> Answer {
    var request = URLRequest(url: URL(string: url + path)!)
    request.httpMethod = method
    request.httpBody = body.map { Data($0.utf8) }
    if body != nil { request.setValue("application/json", forHTTPHeaderField: "content-type") }
    if let key { request.setValue(key, forHTTPHeaderField: "idempotency-key") }
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "authorization") }
    let (data, response) = try await session.data(for: request)
    let json = (try? JSONValue(parsing: Array(data))) ?? .null
    return Answer(status: (response as? HTTPURLResponse)?.statusCode ?? 0, json: json)
  }

  /// A request that is sent again, under the same key, until it is answered: nobody there, 5xx and what has to come through the
  /// read side first are waited for.
  func insist(_ method: String, _ path: String, _ body: String? = nil, key: String? = nil) async throws -> Answer {
    let deadline = ContinuousClock.now + .seconds(90)
    while true {
      let answer = try? await send(method, path, body, key: key)
      if let answer, (200..<300).contains(answer.status) { return answer }
      if let answer, answer.status < 500, answer.status != 422, answer.status != 404, answer.status != 429 {
        throw Unexpected(status: answer.status, body: String(decoding: answer.json.serialized, as: UTF8.self))
      }
      guard ContinuousClock.now < deadline else {
        throw Unexpected(
          status: answer?.status ?? 0, body: answer.map { String(decoding: $0.json.serialized, as: UTF8.self) } ?? "no answer")
      }
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}
