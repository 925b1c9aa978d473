import Aggregates
public import EventSourcing
public import JSON

// How requests and answers stand in the bodies of the sandbox's interface, for both of its sides.

extension AuthorisationRequest: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    amount = try json.cents("amount")
    currency = try json.string("currency")
    method = try json.name("method")
    token = try json.optionalString("token")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("amount", amount)
    json.field("currency", currency)
    json.field("method", name: method)
    json.field("token", token)
  }
}

extension PromiseRequest: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    providerID = try json.string("provider_id")
    amount = try json.cents("amount")
    key = try json.string("key")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("provider_id", providerID)
    json.field("amount", amount)
    json.field("key", key)
  }
}

extension AuthorisationAnswer: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    switch try json.string("result") {
    case "authorised":
      self = .authorised(providerID: try json.string("provider_id"), expiresAt: try json.optionalTimestamp("expires_at"))
    case "refused": self = .refused(reason: try json.string("reason"))
    case "action_required": self = .actionRequired(url: try json.optionalString("url"))
    case "pending": self = .pending
    case let other: throw UnknownResult(result: other)
    }
  }

  public func encode(to json: inout JSONWriter) {
    switch self {
    case .authorised(let providerID, let expiresAt):
      json.field("result", "authorised")
      json.field("provider_id", providerID)
      json.field("expires_at", expiresAt)
    case .refused(let reason):
      json.field("result", "refused")
      json.field("reason", reason)
    case .actionRequired(let url):
      json.field("result", "action_required")
      json.field("url", url)
    case .pending: json.field("result", "pending")
    }
  }
}

extension PromiseAnswer: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    switch try json.string("result") {
    case "done": self = .done(providerID: try json.string("provider_id"))
    case "refused": self = .refused(reason: try json.string("reason"))
    case "pending": self = .pending
    case let other: throw UnknownResult(result: other)
    }
  }

  public func encode(to json: inout JSONWriter) {
    switch self {
    case .done(let providerID):
      json.field("result", "done")
      json.field("provider_id", providerID)
    case .refused(let reason):
      json.field("result", "refused")
      json.field("reason", reason)
    case .pending: json.field("result", "pending")
    }
  }
}

/// A provider answers what this program does not know.
private struct UnknownResult: Error {
  let result: String
}
