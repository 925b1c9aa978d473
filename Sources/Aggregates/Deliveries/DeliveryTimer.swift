public import EventSourcing
public import JSON

/// What a timer of a delivery asks for when it fires; its payload.
public struct DeliveryTimer: JSONCodable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Time to ask the carrier.
    case poll = "delivery_poll"
    /// The delivery is so old that it is hidden.
    case archive = "delivery_archive"
    /// The delivery is so old that it forgets its recipient.
    case anonymise = "delivery_anonymise"
  }

  /// The payload's field `do`.
  public var kind: Kind
  public var deliveryID: DeliveryID
  public var orderID: OrderID

  init(_ kind: Kind, _ delivery: DeliveryReference) {
    self.kind = kind
    deliveryID = delivery.deliveryID
    orderID = delivery.orderID
  }

  public init(from json: inout JSONObjectReader) throws {
    kind = try json.name("do")
    deliveryID = try json.id("delivery_id")
    orderID = try json.id("order_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", name: kind)
    json.field("delivery_id", deliveryID)
    json.field("order_id", orderID)
  }

  static func pollName(_ delivery: DeliveryID) -> String { "delivery-poll-\(delivery)" }
  /// Archiving, and after it forgetting.
  static func retentionName(_ delivery: DeliveryID) -> String { "delivery-retention-\(delivery)" }
}
