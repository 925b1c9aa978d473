import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JSON
import Logging
import NIOCore
import ObjectStorage
import Postgres
import Testing

@testable import APIGateway

/// A gateway over the in-memory log, with the shelves' routes; its read databases are away.
struct Harness {
  let log = InMemoryEventLog()
  let services: GatewayServices
  let gateway: APIGateway
  let key = SigningKey()

  init(
    groups: [RouteGroup] = [ShelfRoutes.group], reads: ReadSides? = nil, objects: ObjectStorage? = nil, broker: MessageBroker? = nil,
    webhooks: WebhookDesk? = KnownHosts.desk, platformHosts: Set<String>? = nil, caches: Caches = Caches(logger: Logger(label: "test")),
    counter: LogCounter? = nil,
    adapt: (inout GatewayConfiguration) -> Void = { _ in }
  ) async throws {
    var configuration = GatewayConfiguration()
    configuration.port = 0
    configuration.maximumBodyBytes = 1_000
    configuration.rightsMaximumAge = .zero
    configuration.platformHosts = platformHosts ?? configuration.platformHosts
    configuration.tenantMaximumAge = .zero
    configuration.cacheSeconds = 0
    (configuration.anonymousLimit, configuration.callerLimit) = (nil, nil)
    adapt(&configuration)
    var away = PostgresConfiguration(host: "127.0.0.1", port: 1, database: "none", user: "none")
    away.waitTimeout = .milliseconds(50)
    let side = ReadSide("auth", client: PostgresClient(away, logger: Logger(label: "test")))
    let log: any EventLog = if let counter { CountingLog(log: log, counter: counter) } else { log }
    services = try await GatewayServices(
      configuration: configuration, log: log, executor: CommandExecutor(log: log),
      reads: reads
        ?? ReadSides(
          auth: side, addresses: side, products: side, baskets: side, orders: side, deliveries: side, sav: side, websites: side,
          questions: side, contacts: side, newsletters: side, messages: side),
      signingKey: key,
      passwords: PasswordHasher(PasswordHasher.Parameters(memoryKiB: 64, passes: 1)),
      emails: EmailFingerprint(secret: Array(repeating: 7, count: 32)), objects: objects, broker: broker, webhooks: webhooks,
      caches: caches)
    gateway = APIGateway(configuration: configuration, services: services, groups: groups, logger: Logger(label: "test"))
  }

  func token(_ user: Int64 = 42, _ role: PlatformRole = .customer) async throws -> String {
    try await services.tokens.issue(Caller(userID: UserID(user), role: role, email: "someone@example.org"))
  }

  /// One request through the whole responder.
  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, token: String? = nil, headers: [String: String] = [:]
  ) async throws -> Answer {
    var fields = HTTPFields()
    if body != nil { fields[.contentType] = "application/json" }
    if let token { fields[.authorization] = "Bearer \(token)" }
    for (name, value) in headers { fields[HTTPField.Name(name)!] = value }
    return try await sendRaw(method, path, body.map { ByteBuffer(string: $0) }, fields)
  }

  func sendRaw(_ method: HTTPRequest.Method, _ path: String, _ body: ByteBuffer?, _ headers: HTTPFields) async throws -> Answer {
    try await gateway.application.test(.router) { client in
      try await client.execute(uri: path, method: method, headers: headers, body: body) { response in
        let answer = Answer(status: response.status.code, headers: response.headers, body: Array(response.body.readableBytesView))
        if answer.status >= 400, method != .head { try answer.checkProblem() }
        return answer
      }
    }
  }
}

/// What came back.
struct Answer: Sendable {
  var status: Int
  var headers: HTTPFields
  var body: [UInt8]

  var json: JSONValue { get throws { try JSONValue(parsing: body) } }
  var code: String? { get throws { try json["code"]?.stringValue } }

  subscript(_ name: String) -> String? { headers[HTTPField.Name(name)!] }

  /// Every 4xx and 5xx must be a problem document of the one shape.
  func checkProblem() throws {
    #expect(self["Content-Type"] == "application/problem+json")
    let document = try json
    #expect(document["status"]?.int64Value == Int64(status))
    let code = try #require(document["code"]?.stringValue.flatMap(ProblemCode.init(rawValue:)))
    #expect(code.status == status)
    #expect(document["type"]?.stringValue == code.type)
    for name in ["title", "detail", "instance"] { #expect(document[name]?.stringValue?.isEmpty == false) }
    #expect(document["instance"]?.stringValue == self["X-Request-Id"])
    for error in document["errors"]?.arrayValue ?? [] {
      #expect(Set(error.objectValue!.map(\.key)) == ["pointer", "code", "message"])
    }
    if status == 401 { #expect(self["WWW-Authenticate"]?.hasPrefix("Bearer") == true) }
    if status == 405 { #expect(self["Allow"]?.isEmpty == false) }
    if status == 415 { #expect(self["Accept"] != nil) }
    if status == 503 { #expect(self["Retry-After"] != nil) }
  }
}
