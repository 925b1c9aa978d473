import Aggregates
import EventSourcing
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import ProcessManagers

/// The sandbox's interface. Requests and answers are those of ``HTTPPayments``; `GET /operations` tells what was really done.
struct SandboxRoutes: Sendable {
  let desk: SandboxDesk
  let configuration: PaymentSandboxConfiguration
  let logger: Logger

  var router: Router<BasicRequestContext> {
    let router = Router()
    router.get("health") { _, _ in Self.json(.ok) { $0.field("status", "ok") } }
    router.post("authorise") { request, _ in
      await answer(request) { (body: AuthorisationRequest, ledger) in ledger.authorise(body) }
    }
    router.post("capture") { request, _ in await answer(request) { (body: PromiseRequest, ledger) in ledger.capture(body) } }
    router.post("void") { request, _ in await answer(request) { (body: PromiseRequest, ledger) in ledger.void(body) } }
    router.post("refund") { request, _ in await answer(request) { (body: PromiseRequest, ledger) in ledger.refund(body) } }
    router.get("operations") { request, _ in operations(request) }
    return router
  }

  private func answer<Body: JSONCodable, Answer: JSONCodable>(
    _ request: Request, _ decide: (Body, SandboxLedger) -> SandboxDecision<Answer>
  ) async -> Response {
    guard isAllowed(request) else { return Self.problem(.unauthorized, "the secret is missing or another one") }
    let body: Body
    do {
      let bytes = try await request.body.collect(upTo: configuration.maximumBodyBytes)
      body = try Body(jsonBytes: Array(bytes.readableBytesView))
    } catch {
      return Self.problem(.badRequest, "\(error)")
    }
    do {
      let decision = try desk.carryOut { decide(body, $0) }
      let content = decision.answer.jsonBytes
      guard decision.isAnswerLost else { return Self.json(.ok, content) }
      return Response(status: .ok, headers: Self.headers, body: ResponseBody(contentLength: content.count) { _ in throw AnswerLost() })
    } catch {
      logger.error("not written down", metadata: ["error": "\(error)"])
      return Self.problem(.internalServerError, "it cannot be written down, so it was not done")
    }
  }

  /// Ends the connection where the answer was to come.
  private struct AnswerLost: Error {}

  /// What was done, oldest first, numbered from 1, with the sums of all: `?after=` a number, `?limit=` so many (1 to 10,000; 1,000).
  private func operations(_ request: Request) -> Response {
    guard isAllowed(request) else { return Self.problem(.unauthorized, "the secret is missing or another one") }
    let parameters = request.uri.queryParameters
    guard let after = Int(parameters["after"] ?? "0"), after >= 0, let limit = Int(parameters["limit"] ?? "1000"),
      (1...10_000).contains(limit)
    else { return Self.problem(.badRequest, "after is a number from 0, limit one from 1 to 10000") }
    let all = desk.operations
    let page = all.indices.dropFirst(after).prefix(limit)
    func sum(_ kind: SandboxOperation.Kind) -> Cents {
      Cents(rawValue: all.reduce(0) { $1.kind == kind ? $0 + $1.amount.rawValue : $0 })
    }
    return Self.json(.ok) { json in
      json.isSpelledOut = true
      json.array("operations", Array(page)) { json, index in
        json.field("number", index + 1)
        all[index].encode(to: &json)
      }
      json.field("count", all.count)
      json.field("captured", sum(.captured))
      json.field("refunded", sum(.refunded))
    }
  }

  private func isAllowed(_ request: Request) -> Bool {
    guard let secret = configuration.secret else { return true }
    guard let header = request.headers[.authorization] else { return false }
    let (given, wanted) = (Array(header.utf8), Array("Bearer \(secret)".utf8))
    // In the same time wherever they differ.
    return given.count == wanted.count && zip(given, wanted).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  private static let headers: HTTPFields = [.contentType: "application/json"]

  private static func json(_ status: HTTPResponse.Status, _ bytes: [UInt8]) -> Response {
    Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  private static func json(_ status: HTTPResponse.Status, _ fields: (inout JSONWriter) -> Void) -> Response {
    json(status, JSONWriter.object(fields))
  }

  private static func problem(_ status: HTTPResponse.Status, _ detail: String) -> Response {
    json(status) { $0.field("error", detail) }
  }
}
