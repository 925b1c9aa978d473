public import EventSourcing

/// Creates the delivery of an order. Creating the same one again changes nothing; a second one for the order is refused by its claim while
/// the first is live.
public struct CreateDelivery: Command {
  /// New.
  public var deliveryID: DeliveryID
  /// New.
  public var trackingNumber: String
  public var orderID: OrderID
  /// Whose order it is.
  public var userID: UserID
  /// Where the order was placed; nil for the platform itself.
  public var websiteID: WebsiteID?
  /// The customer's address that `content.address` was taken from.
  public var addressID: AddressID?
  public var content: DeliveryContent
  /// Nil for the tariff's.
  public var shippingCost: Cents?
  /// Nil for the usual time.
  public var estimatedAt: Timestamp?
  /// False where the shop itself creates it: an order of a customer who was forgotten has no address any more.
  public var needsAddress: Bool
  public var terms: DeliveryTerms

  public init(
    deliveryID: DeliveryID, trackingNumber: String, orderID: OrderID, userID: UserID, websiteID: WebsiteID? = nil,
    addressID: AddressID? = nil, content: DeliveryContent, shippingCost: Cents? = nil, estimatedAt: Timestamp? = nil,
    needsAddress: Bool = true,
    terms: DeliveryTerms = DeliveryTerms()
  ) {
    self.deliveryID = deliveryID
    self.trackingNumber = trackingNumber
    self.orderID = orderID
    self.userID = userID
    self.websiteID = websiteID
    self.addressID = addressID
    self.content = content
    self.shippingCost = shippingCost
    self.estimatedAt = estimatedAt
    self.needsAddress = needsAddress
    self.terms = terms
  }

  public func decide(in session: inout DecisionSession) throws -> DeliveryAnswer {
    let state = try session.load(Delivery.self, deliveryID, isNew: true)
    guard state.status == nil else { return DeliveryAnswer(state) }
    var content = content
    content.shippingCost = shippingCost ?? terms.cost(of: content.method)
    content.estimatedAt = estimatedAt ?? session.now + terms.time(of: content.method)
    try session.checkSalePoint(content.salePointID)
    let reference = DeliveryReference(deliveryID: deliveryID, trackingNumber: trackingNumber, orderID: orderID, userID: userID)
    let now = session.now
    let answer = try session.change(delivery: deliveryID, terms: terms) { _ in
      try Delivery.create(reference, content, websiteID: websiteID, addressID: addressID, needsAddress: needsAddress, at: now)
    }
    session.claim("\(TrackingNumber.claimPrefix)\(trackingNumber)", for: Delivery.stream(deliveryID))
    if let addressID { try session.use(addressID, for: deliveryID) }
    session.setTimer(
      DeliveryTimer.retentionName(deliveryID), due: .after(terms.archiveAfter), payload: DeliveryTimer(.archive, reference))
    return answer
  }
}
