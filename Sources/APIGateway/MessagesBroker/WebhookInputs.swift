import EventSourcing
import JSON
import Messaging

/// A subscription that is to be made.
struct NewWebhook: RouteInput {
  let url: WebhookURL
  let description: String?
  let patterns: [RoutingPattern]
  /// It gets what comes after this position; nil for the end of the log.
  let after: Int64?

  init(_ fields: inout InputReader) {
    url = fields.body("url", .webhookURL)
    description = fields.optional("description", .text(255))
    patterns = fields.body("routing_keys", .routingPatterns)
    after = fields.optional("after", .integer(min: 0))
  }
}

/// What is changed of a subscription.
struct WebhookChange: RouteInput {
  let id: Int64
  let url: WebhookURL?
  let description: Change<String>
  let patterns: [RoutingPattern]?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .integer(min: 1))
    url = fields.change("url", .webhookURL)
    description = fields.nullableChange("description", .text(255))
    patterns = fields.change("routing_keys", .routingPatterns)
  }
}

/// A subscription.
struct WebhookInput: RouteInput {
  let id: Int64

  init(_ fields: inout InputReader) { id = fields.path("id", .integer(min: 1)) }
}

/// A new secret, and how long the old one is good beside it.
struct WebhookRotation: RouteInput {
  static let usualHours: Int64 = 24

  let id: Int64
  let overlapHours: Int64

  init(_ fields: inout InputReader) {
    id = fields.path("id", .integer(min: 1))
    overlapHours = fields.optional("overlap_hours", .integer(min: 0, max: 168)) ?? Self.usualHours
  }
}

/// A subscription that is to get nothing more, and why.
struct WebhookPause: RouteInput {
  let id: Int64
  let reason: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .integer(min: 1))
    reason = fields.optional("reason", .text(400))
  }
}

/// All that came behind a position.
struct WebhookRange: RouteInput {
  let id: Int64
  let after: Int64

  init(_ fields: inout InputReader) {
    id = fields.path("id", .integer(min: 1))
    after = fields.requiredQuery("after", .integer(min: 0))
  }
}

/// A delivery of a subscription.
struct WebhookDeliveryInput: RouteInput {
  let id: Int64
  let delivery: Int64

  init(_ fields: inout InputReader) {
    id = fields.path("id", .integer(min: 1))
    delivery = fields.path("delivery", .integer(min: 1))
  }
}

// MARK: Types of fields

/// An address that deliveries can go to. Whether they may is found out when its host is looked up.
struct WebhookURLField: FieldType {
  private static let text = TextField(count: 1...2_048, form: .any)

  var placeholder: WebhookURL { try! WebhookURL("https://example.org/") }
  var schema: Schema { Self.text.schema.with("format", "uri") }

  func read(_ json: JSONValue) throws(FieldFault) -> WebhookURL {
    let text = try Self.text.read(json)
    do throws(WebhookURL.Fault) {
      return try WebhookURL(text)
    } catch {
      throw FieldFault(.invalidFormat, limit: Self.expected(error))
    }
  }

  private static func expected(_ fault: WebhookURL.Fault) -> String {
    switch fault {
    case .scheme: "https://…"
    case .credentials: "no user name or password"
    case .host: "a host of letters, digits and hyphens, or an address"
    case .port: "a port of 1 to 65535"
    case .path: "a path and query as in RFC 3986, no fragment"
    }
  }
}

extension FieldType where Self == WebhookURLField {
  static var webhookURL: WebhookURLField { WebhookURLField() }
}

/// Patterns of routing keys, at least one, none twice.
struct RoutingPatternsField: FieldType {
  private static let list = ListField(element: PatternField(), maximumCount: 50)

  var placeholder: [RoutingPattern] { [] }
  var schema: Schema { Self.list.schema.with("minItems", 1) }

  func read(_ json: JSONValue) throws(FieldFault) -> [RoutingPattern] {
    let patterns = try Self.list.read(json)
    guard !patterns.isEmpty else { throw FieldFault(.tooShort, limit: "≥ 1") }
    return patterns
  }

  private struct PatternField: FieldType {
    private static let text = TextField(count: 1...255, form: .any)

    var placeholder: RoutingPattern { RoutingPattern("#")! }
    var schema: Schema {
      Self.text.schema.with("description", "Words with dots between them; * is one word, # any number of words.")
    }

    func read(_ json: JSONValue) throws(FieldFault) -> RoutingPattern {
      guard let pattern = RoutingPattern(try Self.text.read(json)) else {
        throw FieldFault(.invalidFormat, limit: "words with dots between them, * or #")
      }
      guard pattern.matchesSomething else { throw FieldFault(.valueNotAllowed, limit: "a pattern of keys that are published") }
      return pattern
    }
  }
}

extension FieldType where Self == RoutingPatternsField {
  static var routingPatterns: RoutingPatternsField { RoutingPatternsField() }
}
