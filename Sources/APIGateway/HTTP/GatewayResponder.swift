import Aggregates
import EventSourcing
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore

/// Answers requests by the route table: everything that is the same for all routes happens here, in one place.
///
/// path → route → token → website → right → body → handler → answer; whatever fails on the way becomes one problem document.
struct GatewayResponder: HTTPResponder {
  typealias Context = GatewayContext

  let services: GatewayServices
  let table: RouteTable
  let logger: Logger

  func respond(to request: Request, context: GatewayContext) async throws -> Response {
    let requestID = Self.requestID(request.head.headerFields[.requestID])
    var response: Response
    do {
      response = try await answer(request, requestID, context.remoteAddress)
    } catch let error as UnreadableRequest {
      // The connection itself is broken; the server knows what to do with it.
      throw error.underlying
    } catch {
      response = problemResponse(error, request.head, requestID)
    }
    response.headers[.requestID] = requestID
    if request.head.method == .head {
      // The length is that of the body a GET would have got (RFC 9110, section 9.3.2).
      response = Response(status: response.status, headers: response.headers)
    }
    return response
  }

  private func answer(_ request: Request, _ requestID: String, _ remoteAddress: String?) async throws -> Response {
    let head = request.head
    let target = head.path ?? "/"
    let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
    let path = mark.map { String(target[..<$0]) } ?? target
    let mount: RouteTable.Mount
    let values: [(name: String, value: String)]
    switch table.find(head.method, path) {
    case .found(let found, let parts): (mount, values) = (found, parts)
    case .otherMethods(let methods): throw Problem(.methodNotAllowed, allow: methods.map(\.rawValue).joined(separator: ", "))
    case .none: throw Problem(.notFound)
    }
    let route = mount.route
    if let accept = head.headerFields[.accept], !Self.accepts(accept, route.media) { throw Problem(.notAcceptable) }
    var (caller, standing) = try await authenticate(head, route.access)
    let address = Self.clientAddress(
      forwarded: head.headerFields[.forwardedFor], remote: remoteAddress, trustedProxies: services.configuration.trustedProxies)
    let quota = mount.isLimited ? try await limit(caller, address) : nil
    let websiteID = try await website(head, caller)
    if route.access.scope != nil {
      try await authorise(&caller!, standing, for: route.access, on: websiteID)
    }
    if route.idempotency == .compulsory, head.headerFields[.idempotencyKey] == nil { throw Problem(.idempotencyKeyMissing) }
    if route.precondition == .ifMatch, head.headerFields[.ifMatch] == nil { throw Problem(.preconditionRequired) }
    var query: [(name: String, value: String)] = []
    if let mark {
      guard let pairs = PercentCoding.pairs(target[target.utf8.index(after: mark)...]) else { throw Problem(.invalidParameter) }
      query = pairs
    }
    let call = Call(
      services: services, head: head, requestID: requestID, caller: caller, websiteID: websiteID,
      address: address,
      pathValues: values, query: query, path: path,
      body: route.hasBody ? try await body(of: request, route) : nil, idempotencyRule: route.idempotency)
    let reply = try await route.answer(call)
    var response = response(reply, route, head, isDeprecated: mount.isDeprecated)
    if let quota { Self.tell(quota, &response.headers) }
    return response
  }

  // MARK: In

  /// The body could not be read to its end.
  private struct UnreadableRequest: Error {
    var underlying: any Error
  }

  /// The client's id when it is a usable one, else a fresh one.
  private static func requestID(_ header: String?) -> String {
    if let header, (1...128).contains(header.utf8.count), header.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) { return header }
    return UUID.random().uuidString.lowercased()
  }

  /// Counts a request by whoever asks.
  private func limit(_ caller: Caller?, _ address: String?) async throws(Problem) -> RateLimiter.Verdict? {
    let configuration = services.configuration
    guard let limit = caller == nil ? configuration.anonymousLimit : configuration.callerLimit else { return nil }
    return try await services.limiter.require(limit, by: caller?.actor ?? address ?? "")
  }

  private static func tell(_ quota: RateLimiter.Verdict, _ headers: inout HTTPFields) {
    headers[.rateLimitPolicy] = quota.policy
    headers[.rateLimit] = quota.state
  }

  /// Where a client is, as far as that can be trusted: each proxy of our own has added whom it was asked by.
  static func clientAddress(forwarded: String?, remote: String?, trustedProxies: Int) -> String? {
    guard trustedProxies > 0, let forwarded else { return remote }
    let addresses = forwarded.split(separator: ",").map { $0.filter { $0 != " " } }
    guard addresses.count >= trustedProxies else { return remote }
    let address = addresses[addresses.count - trustedProxies]
    return address.isEmpty ? remote : address
  }

  /// Whether an `Accept` header lets JSON, or other media of the route, through. Ranges of quality 0 are not looked for: nobody sends them for JSON.
  private static func accepts(_ header: String, _ media: [String]) -> Bool {
    header.contains("*/*") || header.contains("application/json") || header.contains("application/*")
      || header.contains("application/problem+json")
      || media.contains { header.contains($0) || header.contains("\($0.prefix { $0 != "/" })/*") }
  }

  /// Who asks, and what he may do where that had to be looked up; nobody only on routes for everyone.
  private func authenticate(_ head: HTTPRequest, _ access: Access) async throws -> (Caller?, Standing?) {
    guard let header = head.headerFields[.authorization] else {
      if access == .everyone { return (nil, nil) }
      throw Problem(.unauthorized)
    }
    guard header.utf8.count > 7, header.prefix(7).lowercased() == "bearer " else { throw Problem(.unauthorized) }
    let token: AccessToken
    do throws(AccessTokens.Refusal) {
      token = try await services.tokens.verify(String(header.dropFirst(7)))
    } catch {
      switch error {
      case .invalid: throw Problem(.unauthorized)
      case .expired: throw Problem(.tokenExpired)
      }
    }
    var caller = token.caller
    let known = try await services.standings.standing(of: token)
    if let known { caller.role = known.role }
    return (caller, known)
  }

  /// Refuses who has not the right that a route asks for, neither on the platform nor, where that is enough, within the website.
  private func authorise(_ caller: inout Caller, _ known: Standing?, for access: Access, on website: WebsiteID?) async throws {
    let standing = if let known { known } else { try await services.standings.standing(of: caller) }
    guard standing.allows(access, on: website) else { throw Problem(.forbidden) }
    caller.wasPermitted = true
  }

  /// Whose shop is asked: that of the host, or the one that a member of staff names in a header.
  private func website(_ head: HTTPRequest, _ caller: Caller?) async throws -> WebsiteID? {
    let tenant: Tenants.Tenant
    if let header = head.headerFields[.comptoirWebsite] {
      guard let number = Int64(header), number > 0 else {
        throw Problem(.invalidHeader, errors: [FieldProblem("Comptoir-Website", .invalidFormat, limit: "integer ≥ 1")])
      }
      guard let caller else { throw Problem(.unauthorized) }
      guard try await services.standings.standing(of: caller).isStaff(of: number) else { throw Problem(.forbidden) }
      tenant = try await services.tenants.tenant(of: WebsiteID(number))
      // Staff also works on what is closed to visitors.
      if case .closed(let id) = tenant { return id }
      if tenant == .platform { throw Problem(.notFound) }
    } else {
      tenant = try await services.tenants.tenant(at: head.authority)
    }
    switch tenant {
    case .platform: return nil
    case .website(let id): return id
    case .closed: throw Problem(.websiteClosed, retryAfterSeconds: 60)
    case .deleted: throw Problem(.notFound)
    }
  }

  private func body(of request: Request, _ route: Route) async throws -> ByteBuffer {
    let limit = services.configuration.maximumBodyBytes
    if let length = request.head.headerFields[.contentLength].flatMap({ Int($0) }), length > limit { throw Problem(.bodyTooLarge) }
    // A request without a body needs no type; the route then says that the body is missing.
    if let type = request.head.headerFields[.contentType], !Self.isJSON(type, route.method) { throw Problem(.unsupportedMediaType) }
    let buffer: ByteBuffer
    do {
      buffer = try await request.body.collect(upTo: limit)
    } catch is NIOTooManyBytesError {
      throw Problem(.bodyTooLarge)
    } catch {
      throw UnreadableRequest(underlying: error)
    }
    if buffer.readableBytes > 0, request.head.headerFields[.contentType] == nil { throw Problem(.unsupportedMediaType) }
    return buffer
  }

  private static func isJSON(_ type: String, _ method: HTTPRequest.Method) -> Bool {
    if type == "application/json" { return true }
    let parts = type.split(separator: ";")
    let name = parts.first?.filter { $0 != " " }.lowercased() ?? ""
    for parameter in parts.dropFirst() {
      let text = parameter.filter { $0 != " " && $0 != "\"" }.lowercased()
      if text.hasPrefix("charset="), text != "charset=utf-8" { return false }
    }
    return name == "application/json" || (method == .patch && name == "application/merge-patch+json")
  }

  // MARK: Out

  private func response(_ reply: Reply, _ route: Route, _ head: HTTPRequest, isDeprecated: Bool) -> Response {
    var headers = HTTPFields()
    headers.reserveCapacity(8)
    var status = reply.status ?? route.success
    if let position = reply.position { headers.append(HTTPField(name: .comptoirPosition, value: String(position.rawValue))) }
    if let etag = reply.etag {
      headers.append(HTTPField(name: .eTag, value: etag))
      if let seen = head.headerFields[.ifNoneMatch], ETag.matches(seen, etag) { status = 304 }
    }
    if let location = reply.location { headers.append(HTTPField(name: .location, value: location)) }
    if reply.isReplayed { headers.append(HTTPField(name: .idempotencyReplayed, value: "true")) }
    for (name, value) in reply.headers { headers.append(HTTPField(name: name, value: value)) }
    if isDeprecated { headers.append(HTTPField(name: .deprecation, value: Self.aliasesDeprecatedSince)) }
    if route.access != .everyone, headers[.cacheControl] == nil {
      headers.append(HTTPField(name: .cacheControl, value: "private, no-cache"))
    }
    if status == 304 { return Response(status: .notModified, headers: headers) }
    switch reply.body {
    case .none: return Response(status: HTTPResponse.Status(code: status), headers: headers)
    case .bytes(let bytes):
      headers.append(HTTPField(name: .contentType, value: reply.contentType ?? "application/json"))
      return Response(status: HTTPResponse.Status(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    case .buffer(let buffer):
      headers.append(HTTPField(name: .contentType, value: "application/json"))
      return Response(status: HTTPResponse.Status(code: status), headers: headers, body: ResponseBody(byteBuffer: buffer))
    }
  }

  /// RFC 9745: since 2026-11-01 00:00 UTC.
  private static let aliasesDeprecatedSince = "@1793491200"

  private func problemResponse(_ error: any Error, _ head: HTTPRequest, _ requestID: String) -> Response {
    let problem: Problem
    if let known = Problem(error) {
      problem = known
    } else {
      // The client learns nothing of our insides; the request id leads to this line.
      logger.error("Request failed", metadata: ["request.id": "\(requestID)", "error": "\(String(reflecting: error))"])
      problem = Problem(.internalError)
    }
    let language = Language(accepting: head.headerFields[.acceptLanguage])
    var headers = HTTPFields()
    headers[.contentType] = "application/problem+json"
    headers[.contentLanguage] = language.rawValue
    if problem.code.status == 401 {
      let reason = head.headerFields[.authorization] == nil ? "" : ", error=\"invalid_token\""
      headers[.wwwAuthenticate] = "Bearer realm=\"comptoir\"\(reason)"
    }
    if let seconds = problem.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
    if let quota = problem.rateLimit { Self.tell(quota, &headers) }
    if let allow = problem.allow { headers[.allow] = allow }
    if problem.code == .unsupportedMediaType { headers[.accept] = "application/json" }
    return Response(
      status: HTTPResponse.Status(code: problem.code.status), headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: problem.body(language, requestID: requestID))))
  }
}
