public import EventSourcing

/// A customer changed or deleted an address: deliveries to it that are still in the house go to where it is now, or are flagged in their
/// notes.
public struct FollowAddress: Command {
  public var addressID: AddressID
  /// What it says now; nil when it was deleted.
  public var recipient: DeliveryRecipient?

  public init(addressID: AddressID, recipient: DeliveryRecipient?) {
    self.addressID = addressID
    self.recipient = recipient
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let deliveries = try session.load(AddressDeliveries.self, addressID).deliveryIDs
    try session.prepare(Delivery.self, deliveries)
    for id in deliveries {
      let state = try session.load(Delivery.self, id)
      guard state.status?.isUndispatched == true, !state.isDeleted, state.addressID == addressID else { continue }
      var content = state.content
      if let recipient {
        recipient.write(to: &content)
      } else {
        let flag = "The address was deleted by the customer."
        if content.notes?.contains(flag) == true { continue }
        content.notes = String([content.notes, flag].compactMap(\.self).joined(separator: "\n").suffix(DeliveryContent.maximumTextLength))
      }
      try session.record(Delivery.change(content, addressID: addressID, state), on: Delivery.self, id)
    }
    return NoAnswer()
  }
}

/// Where and to whom a parcel goes.
public struct DeliveryRecipient: Sendable, Hashable {
  public var address: String
  public var name: String
  public var phone: String?

  public init(address: String, name: String, phone: String?) {
    self.address = address
    self.name = name
    self.phone = phone
  }

  public func write(to content: inout DeliveryContent) {
    content.address = address
    content.recipientName = name
    content.recipientPhone = phone
  }
}
