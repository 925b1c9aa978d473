import EventSourcing
import HTTPTypes
import JSON
import NIOCore

/// What a handler answers; the status of success comes from the route's declaration.
struct Reply: Sendable {
  enum Body: Sendable {
    case none
    case bytes([UInt8])
    case buffer(ByteBuffer)
  }

  var body: Body
  /// Overrides the declared status; for 304 only.
  var status: Int?
  var position: Position?
  var etag: String?
  var location: String?
  /// The command had been carried out before.
  var isReplayed = false
  /// The media type of the body, where it is not JSON.
  var contentType: String?
  /// Further header fields, such as `Link`.
  var headers: [(HTTPField.Name, String)] = []

  init(_ body: Body, position: Position? = nil) {
    self.body = body
    self.position = position
  }

  /// A JSON object made now.
  static func json(_ fields: (inout JSONWriter) -> Void) -> Reply {
    Reply(.bytes(JSONWriter.object(fields)))
  }

  /// `{"data": {…}}` made now.
  static func data(_ fields: (inout JSONWriter) -> Void) -> Reply {
    json { json in json.object("data", fields) }
  }

  /// The answer of a command: its fields inside `data`, the position it stands at, and whether this is a repetition.
  static func command<Answer>(
    _ outcome: CommandOutcome<Answer>, location: String? = nil, _ fields: (inout JSONWriter) -> Void
  ) -> Reply {
    var reply = data(fields)
    reply.position = outcome.position
    reply.isReplayed = outcome.isDuplicate
    reply.location = location
    return reply
  }

  /// The same, with secrets in it: nobody may keep it.
  var notStored: Reply {
    var reply = self
    reply.headers.append((.cacheControl, "no-store"))
    return reply
  }

  /// The answer of a command that has nothing to tell.
  static func command<Answer>(_ outcome: CommandOutcome<Answer>) -> Reply {
    var reply = Reply(.none, position: outcome.position)
    reply.isReplayed = outcome.isDuplicate
    return reply
  }
}

extension HTTPField.Name {
  static let requestID = HTTPField.Name("X-Request-Id")!
  static let traceparent = HTTPField.Name("traceparent")!
  static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
  static let idempotencyReplayed = HTTPField.Name("Idempotency-Replayed")!
  static let comptoirPosition = HTTPField.Name("Comptoir-Position")!
  static let comptoirMinPosition = HTTPField.Name("Comptoir-Min-Position")!
  static let comptoirWebsite = HTTPField.Name("Comptoir-Website")!
  static let prefer = HTTPField.Name("Prefer")!
  static let preferenceApplied = HTTPField.Name("Preference-Applied")!
  static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
  static let rateLimit = HTTPField.Name("RateLimit")!
  static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
  static let link = HTTPField.Name("Link")!
  static let deprecation = HTTPField.Name("Deprecation")!
}
