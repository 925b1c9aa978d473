import Crypto
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Messaging
import ProcessManagers
import Testing

@testable import APIGateway

/// Hosts that a test's gateway finds.
struct KnownHosts: HostResolver {
  struct Unknown: Error {}

  static let desk = WebhookDesk(
    secrets: WebhookSecrets(key: SymmetricKey(data: Array(repeating: 7, count: 32))), guardian: WebhookGuard(resolver: KnownHosts()))

  func addresses(of host: String) async throws -> [NetworkAddress] {
    switch host {
    case "receiver.example": [NetworkAddress("93.184.216.34")!]
    case "inside.example": [NetworkAddress("93.184.216.34")!, NetworkAddress("10.0.0.7")!]
    default: throw Unknown()
    }
  }
}

@Suite(.timeLimit(.minutes(3))) struct WebhookRoutesTests {
  private static let root = "/api/v1/messages-broker/webhooks"
  private static let body = #"{"url":"https://receiver.example/hook","routing_keys":["orders.#","products.product.deleted"]}"#

  /// A gateway over tables with subscription 1 and its delivery 1 as the sample rows have them.
  private struct Office {
    let harness: Harness
    let databases: ReadDatabases
    let admin: String

    static func open(_ body: (Office) async throws -> Void) async throws {
      try await ReadDatabases.with(only: ["messages_broker"]) { databases in
        let harness = try await Harness(groups: [MessageRoutes.group], reads: databases.sides)
        try await body(Office(harness: harness, databases: databases, admin: try await harness.token(1, .superAdmin)))
      }
    }

    func send(
      _ method: HTTPRequest.Method, _ path: String = "", _ body: String? = nil, headers: [String: String] = [:]
    ) async throws -> Answer {
      try await harness.send(method, root + path, body, token: admin, headers: headers)
    }

    /// Makes a subscription.
    func subscribe() async throws -> (id: Int64, secret: String) {
      let made = try await send(.post, "", WebhookRoutesTests.body)
      let data = try #require(try made.json["data"])
      return (try #require(data["id"]?.int64Value), try #require(data["secret"]?.stringValue))
    }

    func execute(_ sql: String) async throws { try await databases.execute("messages_broker", sql) }

    func append(_ count: Int) async throws {
      for number in 0..<count {
        _ = try await harness.log.append(
          Append(streams: [
            StreamAppend(
              stream: StreamName(rawValue: "thing-\(number)"), expected: .any,
              events: [EventData(type: "Thing", isPublic: true, payload: Array("{}".utf8), occurredAt: InMemoryEventLog.defaultStart)])
          ]))
      }
    }
  }

  @Test func `an administrator subscribes, once for each key, and is told the secret then and never again`() async throws {
    try await Office.open { office in
      try await office.append(3)
      let first = try await office.send(.post, "", Self.body, headers: ["Idempotency-Key": "k1"])
      #expect(first.status == 201 && first["Cache-Control"] == "no-store")
      let data = try #require(try first.json["data"])
      let id = try #require(data["id"]?.int64Value)
      #expect(first["Location"] == "\(Self.root)/\(id)")
      #expect(WebhookSignature(secret: try #require(data["secret"]?.stringValue)) != nil)
      let again = try await office.send(.post, "", Self.body, headers: ["Idempotency-Key": "k1"])
      #expect(again.status == 201 && again["Idempotency-Replayed"] == "true" && again.body == first.body)
      let other = Self.body.replacing("hook", with: "other")
      let reused = try await office.send(.post, "", other, headers: ["Idempotency-Key": "k1"])
      #expect(reused.status == 422)
      #expect(try reused.code == "idempotency-key-reused")

      let shown = try await office.send(.get, "/\(id)")
      let webhook = try #require(try shown.json["data"])
      #expect(shown["ETag"] == "\"v1\"")
      #expect(webhook["url"]?.stringValue == "https://receiver.example/hook" && webhook["state"]?.stringValue == "active")
      #expect(webhook["routing_keys"] == ["orders.#", "products.product.deleted"])
      #expect(webhook["position"]?.int64Value == 3 && webhook["created_by"]?.int64Value == 1)
      #expect(!String(decoding: shown.body, as: UTF8.self).contains("whsec_"))
      let list = try await office.send(.get, "?state=active&sort=-id&limit=1")
      #expect(try list.json["data"]?[0]?["id"]?.int64Value == id)
      let early = try await office.send(.post, "", Self.body.dropLast() + #","after":1,"description":"Ours"}"#)
      let earlyID = try #require(try early.json["data"]?["id"]?.int64Value)
      #expect(earlyID != id)
      #expect(try await office.send(.get, "/\(earlyID)").json["data"]?["position"]?.int64Value == 1)
    }
  }

  @Test func `what cannot be subscribed is refused with the field and the reason`() async throws {
    func url(_ url: String) -> String { #"{"url":"\#(url)","routing_keys":["*.*.*"]}"# }
    func keys(_ keys: String) -> String { #"{"url":"https://receiver.example/","routing_keys":\#(keys)}"# }
    let cases: [(body: String, pointer: String, code: String)] = [
      (#"{"routing_keys":["*.*.*"]}"#, "/url", "missing-field"), (url("ftp://receiver.example/"), "/url", "invalid-format"),
      (url("http://receiver.example/"), "/url", "value-not-allowed"), (url("https://u:p@receiver.example/"), "/url", "invalid-format"),
      (url("https://receiver.example:0/"), "/url", "invalid-format"), (url("https://receiver.example/#x"), "/url", "invalid-format"),
      (url("https://127.0.0.1/"), "/url", "value-not-allowed"), (url("https://[::1]/"), "/url", "value-not-allowed"),
      (url("https://169.254.169.254/latest"), "/url", "value-not-allowed"), (url("https://inside.example/"), "/url", "value-not-allowed"),
      (url("https://nobody.example/"), "/url", "unknown-reference"), (url(""), "/url", "too-short"),
      (url("https://receiver.example/" + String(repeating: "x", count: 2_048)), "/url", "too-long"),
      (#"{"url":7,"routing_keys":["*.*.*"]}"#, "/url", "wrong-type"),
      (#"{"url":"https://receiver.example/"}"#, "/routing_keys", "missing-field"),
      (keys("[]"), "/routing_keys", "too-short"), (keys(#""orders""#), "/routing_keys", "wrong-type"),
      (keys(#"["a..b"]"#), "/routing_keys/0", "invalid-format"),
      (keys(#"["*.*.*","nothing.like.this"]"#), "/routing_keys/1", "value-not-allowed"),
      (keys(#"["*.*.*","*.*.*"]"#), "/routing_keys/1", "value-not-allowed"), (keys("[1]"), "/routing_keys/0", "wrong-type"),
      (keys("[" + (0...50).map { _ in "\"*.*.*\"" }.joined(separator: ",") + "]"), "/routing_keys", "too-long"),
      (#"{"url":"https://receiver.example/","routing_keys":["*.*.*"],"after":9}"#, "/after", "too-large"),
      (#"{"url":"https://receiver.example/","routing_keys":["*.*.*"],"after":-1}"#, "/after", "too-small"),
      (#"{"url":"https://receiver.example/","routing_keys":["*.*.*"],"description":""}"#, "/description", "too-short"),
      (#"{"url":"https://receiver.example/","routing_keys":["*.*.*"],"secret":"whsec_"}"#, "/secret", "unknown-field"),
      (#"{"url":"https://receiver.example/","routing_keys":["*.*.*"],"created_by":2}"#, "/created_by", "unknown-field"),
    ]
    try await Office.open { office in
      let before = try await office.send(.get).body
      for (body, pointer, code) in cases {
        let answer = try await office.harness.send(.post, Self.root, body, token: office.admin)
        #expect(answer.status == (body.utf8.count > 1_000 ? 413 : 422), "\(body)")
        guard answer.status == 422 else { continue }
        let errors = try answer.json["errors"]?.arrayValue?.map { "\($0["pointer"]?.stringValue ?? "") \($0["code"]?.stringValue ?? "")" }
        #expect(errors == ["\(pointer) \(code)"], "\(body)")
      }
      #expect(try await office.send(.get).body == before)
      let customer = try await office.harness.token(2, .customer)
      #expect(try await office.harness.send(.post, Self.root, Self.body, token: customer).status == 403)
      #expect(try await office.harness.send(.get, Self.root).status == 401)
    }
  }

  @Test func `a change needs the tag of what was seen, and so does the end`() async throws {
    try await Office.open { office in
      let id = try await office.subscribe().id
      let change = #"{"url":"https://receiver.example:8443/new","description":"Ours","routing_keys":["*.*.*"]}"#
      #expect(try await office.send(.patch, "/\(id)", change).status == 428)
      #expect(try await office.send(.patch, "/\(id)", change, headers: ["If-Match": "\"v1\""]).status == 200)
      #expect(try await office.send(.patch, "/\(id)", "{}", headers: ["If-Match": "\"v1\""]).status == 412)
      let shown = try await office.send(.get, "/\(id)")
      let webhook = try #require(try shown.json["data"])
      #expect(shown["ETag"] == "\"v2\"" && webhook["routing_keys"] == ["*.*.*"])
      #expect(webhook["url"]?.stringValue == "https://receiver.example:8443/new" && webhook["description"]?.stringValue == "Ours")
      // What is left out stays, null removes.
      let cleared = try await office.send(.patch, "/\(id)", #"{"description":null}"#, headers: ["If-Match": "*"])
      #expect(cleared.status == 200)
      let left = try #require(try await office.send(.get, "/\(id)").json["data"])
      #expect(left["description"]?.isNull == true && left["routing_keys"] == ["*.*.*"])
      for (body, code) in [
        (#"{"url":null}"#, "wrong-type"), (#"{"url":"https://inside.example/"}"#, "value-not-allowed"),
        (#"{"state":"active"}"#, "unknown-field"), (#"{"routing_keys":null}"#, "wrong-type"),
      ] {
        let answer = try await office.send(.patch, "/\(id)", body, headers: ["If-Match": "*"])
        let found = try answer.code
        #expect(answer.status == 422 && found == code, "\(body)")
      }
      #expect(try await office.send(.patch, "/999", "{}", headers: ["If-Match": "*"]).status == 404)
      #expect(try await office.send(.delete, "/\(id)").status == 428)
      #expect(try await office.send(.delete, "/\(id)", headers: ["If-Match": "\"v1\""]).status == 412)
      #expect(try await office.send(.delete, "/\(id)", headers: ["If-Match": "\"v3\""]).status == 204)
      #expect(try await office.send(.delete, "/\(id)", headers: ["If-Match": "*"]).status == 404)
      #expect(try await office.send(.get, "/\(id)").status == 404)
      #expect(try await office.send(.get, "/\(id)/deliveries").status == 404)
    }
  }

  @Test func `a subscription is disabled and enabled, each once, and its secret is rotated`() async throws {
    try await Office.open { office in
      let made = try await office.subscribe()
      let disabled = try await office.send(.post, "/\(made.id)/disable", #"{"reason":"too loud"}"#)
      #expect(disabled.status == 200)
      let twice = try await office.send(.post, "/\(made.id)/disable", "{}")
      #expect(twice.status == 409)
      #expect(try twice.json["current"]?.stringValue == "disabled")
      let shown = try #require(try await office.send(.get, "/\(made.id)").json["data"])
      #expect(shown["state"]?.stringValue == "disabled" && shown["disabled_reason"]?.stringValue == "by user-1: too loud")
      #expect(try await office.send(.post, "/\(made.id)/redeliver?after=0").status == 409)
      #expect(try await office.send(.post, "/\(made.id)/enable").status == 200)
      let enabled = try await office.send(.post, "/\(made.id)/enable")
      #expect(enabled.status == 409)
      #expect(try enabled.json["allowed"] == ["disabled"])

      let rotated = try await office.send(.post, "/\(made.id)/rotate-secret", "{}")
      #expect(rotated.status == 200 && rotated["Cache-Control"] == "no-store")
      let data = try #require(try rotated.json["data"])
      #expect(data["secret_version"]?.int64Value == 2 && data["secret"]?.stringValue != made.secret)
      let during = try #require(try await office.send(.get, "/\(made.id)").json["data"])
      #expect(during["old_secrets_until"]?.isNull == false && during["secret_version"]?.int64Value == 2)
      #expect(try await office.send(.post, "/\(made.id)/rotate-secret", #"{"overlap_hours":0}"#).status == 200)
      #expect(try await office.send(.get, "/\(made.id)").json["data"]?["old_secrets_until"]?.isNull == true)
      #expect(try await office.send(.post, "/\(made.id)/rotate-secret", #"{"overlap_hours":169}"#).status == 422)
      for path in ["enable", "disable", "rotate-secret", "test", "redeliver?after=0", "deliveries/1/redeliver"] {
        #expect(try await office.send(.post, "/999/\(path)", path == "enable" ? nil : "{}").status == 404, "\(path)")
      }
    }
  }

  @Test func `deliveries are listed page by page, looked at, and made again`() async throws {
    try await Office.open { office in
      try await office.append(5)
      let id = try await office.subscribe().id
      let pinged = try await office.send(.post, "/\(id)/test")
      #expect(pinged.status == 202)
      let place = try #require(pinged["Location"])
      let ping = try #require(try await office.harness.send(.get, place, token: office.admin).json["data"])
      #expect(ping["state"]?.stringValue == "pending" && ping["position"]?.isNull == true && ping["webhook_id"]?.int64Value == id)
      try await office.execute(
        """
        insert into ops.webhook_deliveries
          (id, subscription_id, message_id, position, routing_key, state, attempts, next_attempt_at, claimed_until, last_status, created_at, updated_at)
        overriding system value
        select 1000 + n, \(id), gen_random_uuid(), n, 'a.b.c', case n when 1 then 'failed' when 2 then 'pending' else 'delivered' end, 3, now(),
          case n when 2 then now() + interval '1 minute' end, 200, now(), now() from generate_series(1, 25) n
        """)
      let first = try await office.send(.get, "/\(id)/deliveries")
      #expect(try first.json["data"]?.arrayValue?.count == 20)
      let next = try #require(try first.json["page"]?["next"]?.stringValue)
      let rest = try await office.send(.get, "/\(id)/deliveries?cursor=\(next)")
      #expect(try rest.json["data"]?.arrayValue?.count == 6)
      let failed = try await office.send(.get, "/\(id)/deliveries?state=failed")
      #expect(try failed.json["data"]?.arrayValue?.map { $0["id"]?.int64Value } == [1_001])
      #expect(try await office.send(.get, "/\(id)/deliveries?state=lost").status == 400)
      #expect(try await office.send(.get, "/1/deliveries/1001").status == 404)

      #expect(try await office.send(.post, "/\(id)/deliveries/1001/redeliver").status == 202)
      let due = try #require(try await office.send(.get, "/\(id)/deliveries/1001").json["data"])
      #expect(due["state"]?.stringValue == "pending" && due["attempts"]?.int64Value == 0)
      let busy = try await office.send(.post, "/\(id)/deliveries/1002/redeliver")
      #expect(busy.status == 409)
      #expect(try busy.json["current"]?.stringValue == "sending")
      #expect(try await office.send(.post, "/\(id)/deliveries/999999/redeliver").status == 404)
      #expect(try await office.send(.post, "/1/deliveries/1003/redeliver").status == 404)

      #expect(try await office.send(.post, "/\(id)/redeliver?after=2").status == 202)
      #expect(try await office.send(.get, "/\(id)").json["data"]?["position"]?.int64Value == 2)
      let ahead = try await office.send(.post, "/\(id)/redeliver?after=6")
      #expect(ahead.status == 422)
      #expect(try ahead.code == "position-ahead")
      for query in ["", "?after=-1", "?after=x", "?after=1&until=2"] {
        #expect(try await office.send(.post, "/\(id)/redeliver\(query)").status == 400, "\(query)")
      }
    }
  }

  @Test func `health tells how far deliveries are behind, and how many wait or have failed`() async throws {
    try await Office.open { office in
      try await office.append(4)
      try await office.execute(
        "update ops.webhook_subscriptions set state = 'disabled', disabled_at = now(), disabled_reason = 'x'")
      let id = try await office.subscribe().id
      try await office.execute("update ops.webhook_subscriptions set position = 1 where id = \(id)")
      _ = try await office.send(.post, "/\(id)/test")
      for path in ["/api/v1/messages-broker/health"] {
        let answer = try await office.harness.send(.get, path)
        #expect(answer.status == 200)
        let checks = try #require(try answer.json["checks"]?.arrayValue)
        let check = try #require(checks.first { $0["name"]?.stringValue == "webhooks" })
        #expect(check["position"]?.int64Value == 1 && check["jobs_waiting"]?.int64Value == 1)
      }
    }
  }

  @Test func `without a secret of the installation nothing is subscribed, and what is there is shown`() async throws {
    try await ReadDatabases.with(only: ["messages_broker"]) { databases in
      let harness = try await Harness(groups: [MessageRoutes.group], reads: databases.sides, webhooks: nil)
      let admin = try await harness.token(1, .admin)
      #expect(try await harness.send(.get, Self.root, token: admin).status == 200)
      #expect(try await harness.send(.post, Self.root, Self.body, token: admin).status == 503)
    }
  }
}
