public import Aggregates
public import EventSourcing
public import JSON

/// Something that a sandbox really did, once.
public struct SandboxOperation: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case authorised, captured, voided, refunded
  }

  public var kind: Kind
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  /// With tax; nothing for a promise that was given back.
  public var amount: Cents
  /// Of the request that asked for it.
  public var key: String

  public init(_ kind: Kind, of orderID: OrderID, attempt: Int, amount: Cents, key: String) {
    self.kind = kind
    self.orderID = orderID
    self.attempt = attempt
    self.amount = amount
    self.key = key
  }
}

extension SandboxOperation: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    kind = try json.name("kind")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    amount = try json.cents("amount")
    key = try json.string("key")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("kind", name: kind)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("amount", amount)
    json.field("key", key)
  }
}

/// Something that a sandbox tells by itself after it has answered.
public struct SandboxCallback: Sendable, Hashable {
  /// What was done.
  public var kind: SandboxOperation.Kind
  public var orderID: OrderID
  /// Counted from 1.
  public var attempt: Int
  public var amount: Cents
  /// The sandbox's name for its promise.
  public var providerID: String
  /// How often it is delivered.
  public var times: Int

  /// The same for each delivery.
  public var id: String { "sandbox-\(orderID)-\(attempt)-\(kind.rawValue)" }
}

extension SandboxCallback: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    kind = try json.name("kind")
    orderID = try json.id("order_id")
    attempt = try json.int("attempt")
    amount = try json.cents("amount")
    providerID = try json.string("provider_id")
    times = try json.int("times")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("kind", name: kind)
    json.field("order_id", orderID)
    json.field("attempt", attempt)
    json.field("amount", amount)
    json.field("provider_id", providerID)
    json.field("times", times)
  }
}
