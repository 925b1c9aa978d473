import JSON

/// One wrong field of a request.
struct FieldProblem: Sendable, Hashable {
  /// A JSON Pointer into the body (`/lines/0/quantity`), or `?name` for a query parameter.
  var pointer: String
  var code: ProblemCode
  /// What would be right: a bound, the allowed values, a form.
  var limit: String?

  init(_ pointer: String, _ code: ProblemCode, limit: String? = nil) {
    self.pointer = pointer
    self.code = code
    self.limit = limit
  }

  func message(_ language: Language) -> String {
    let title = code.entry.title[language]
    guard let limit else { return title }
    return "\(title) (\(limit))"
  }
}

/// An answer of 4xx or 5xx: `application/problem+json` (RFC 9457).
struct Problem: Error, Sendable {
  var code: ProblemCode
  var detail: LocalizedText?
  var errors: [FieldProblem]
  /// Members beyond the standard ones, such as the current state and what it allows.
  var members: [(name: StaticString, value: JSONValue)]
  /// Seconds until another try makes sense; the `Retry-After` header.
  var retryAfterSeconds: Int?
  /// Of which limit the request was one too many; the `RateLimit` headers.
  var rateLimit: RateLimiter.Verdict?
  /// Values of `Allow`, for 405.
  var allow: String?

  init(
    _ code: ProblemCode, detail: LocalizedText? = nil, errors: [FieldProblem] = [], retryAfterSeconds: Int? = nil, allow: String? = nil,
    members: [(name: StaticString, value: JSONValue)] = []
  ) {
    self.code = code
    self.detail = detail
    self.errors = errors
    self.members = members
    self.retryAfterSeconds = retryAfterSeconds ?? (code.status == 503 ? 1 : nil)
    self.allow = allow
  }

  /// A request more than a limit allows.
  init(tooMany verdict: RateLimiter.Verdict) {
    self.init(.tooManyRequests, retryAfterSeconds: verdict.resetSeconds)
    rateLimit = verdict
  }

  /// The problem of wrong fields: the one code when all have the same, else `invalid-fields`.
  init(fields: [FieldProblem]) {
    let codes = Set(fields.map(\.code))
    self.init(codes.count == 1 ? codes.first! : .invalidFields, errors: fields)
  }

  /// One wrong field.
  static func field(_ pointer: String, _ code: ProblemCode, limit: String? = nil) -> Problem {
    Problem(code, errors: [FieldProblem(pointer, code, limit: limit)])
  }

  /// A state that does not allow what was asked, with what it does allow.
  static func conflict(_ code: ProblemCode, current: String, allowed: [String]) -> Problem {
    Problem(code, members: [("current", .string(current)), ("allowed", .array(allowed.map { .string($0) }))])
  }

  func body(_ language: Language, requestID: String) -> [UInt8] {
    let entry = code.entry
    return JSONWriter.object { json in
      json.field("type", code.type)
      json.field("title", entry.title[language])
      json.field("status", entry.status)
      json.field("detail", detail?[language] ?? entry.title[language])
      json.field("instance", requestID)
      json.field("code", code.rawValue)
      if !errors.isEmpty {
        json.array("errors", errors) { json, error in
          json.field("pointer", error.pointer)
          json.field("code", error.code.rawValue)
          json.field("message", error.message(language))
        }
      }
      for member in members { json.field(member.name, member.value) }
    }
  }

  /// The schema that every problem fits; also in the OpenAPI document.
  static let schema = Schema.object(
    "Problem",
    [
      "type": .text, "title": .text, "status": .integer, "detail": .text, "instance": .text,
      "code": .choice(ProblemCode.allCases.map(\.rawValue)),
      "errors": .array(.object(["pointer": .text, "code": .text, "message": .text])).optional,
    ])
}
