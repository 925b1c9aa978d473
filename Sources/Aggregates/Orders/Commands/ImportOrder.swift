public import EventSourcing

/// Takes over an order that was placed and delivered elsewhere. Its totals are given, and checked by sums only;
/// it touches no stock, and nothing follows from it.
public struct ImportOrder: Command {
  public var orderID: OrderID
  public var orderNumber: String
  public var userID: UserID
  /// The order's key in its source.
  public var reference: String
  public var billingAddressID: AddressID
  public var lines: [ImportedOrderLine]
  public var totalDiscount: Cents
  public var totalHT: Cents
  public var totalVAT: Cents
  public var totalTTC: Cents
  /// Paid with manufacturers' coupons: a means of payment, no discount.
  public var couponAmount: Cents
  /// When it was placed.
  public var occurredAt: Timestamp

  public init(
    orderID: OrderID, orderNumber: String, userID: UserID, reference: String, billingAddressID: AddressID, lines: [ImportedOrderLine],
    totalDiscount: Cents, totalHT: Cents, totalVAT: Cents = .zero, totalTTC: Cents, couponAmount: Cents, occurredAt: Timestamp
  ) {
    self.orderID = orderID
    self.orderNumber = orderNumber
    self.userID = userID
    self.reference = reference
    self.billingAddressID = billingAddressID
    self.lines = lines
    self.totalDiscount = totalDiscount
    self.totalHT = totalHT
    self.totalVAT = totalVAT
    self.totalTTC = totalTTC
    self.couponAmount = couponAmount
    self.occurredAt = occurredAt
  }

  /// The one id of this command for an order of a source.
  /// - Parameters:
  ///   - source: the name of the source.
  ///   - reference: the order's key in it.
  public static func commandID(source: String, reference: String) -> CommandID {
    CommandID(derivedFrom: "\(source)/\(reference)", purpose: "import-order")
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try check()
    guard try session.load(Order.self, orderID, isNew: true).status == nil else { return NoAnswer() }
    let imported = OrderImported(
      orderID: orderID, orderNumber: orderNumber, userID: userID, reference: reference, billingAddressID: billingAddressID, lines: lines,
      totalDiscount: totalDiscount, totalHT: totalHT, totalVAT: totalVAT, totalTTC: totalTTC, couponAmount: couponAmount)
    try session.record([.orderImported(imported)], on: Order.self, orderID, occurredAt: occurredAt)
    session.claim("order-number:\(orderNumber)", for: Order.stream(orderID))
    return NoAnswer()
  }

  private func check() throws {
    if orderNumber.isEmpty || orderNumber.utf8.count > 255 {
      throw OrderRejection.invalid(field: "order_number", reason: "has 1 to 255 bytes")
    }
    if reference.isEmpty || reference.utf8.count > 255 {
      throw OrderRejection.invalid(field: "reference", reason: "has 1 to 255 bytes")
    }
    for line in lines {
      guard (0...Int64(Int32.max)).contains(line.quantity) else {
        throw OrderRejection.invalid(field: "quantity", reason: "is between 0 and 2147483647")
      }
      // A line of no units is none of goods; what money it carries counts all the same.
      guard line.merchandise == (line.quantity > 0) else {
        throw OrderRejection.invalid(field: "merchandise", reason: "is true where units were sold, and only there")
      }
    }
    do {
      let discount = try Cents.sum(lines.map(\.discount))
      let ht = try Cents.sum(lines.map(\.totalHT)).subtracting(discount)
      try agree("total_discount", totalDiscount, discount)
      try agree("total_ht", totalHT, ht)
      try agree("total_ttc", totalTTC, ht.adding(totalVAT))
      try agree("coupon_amount", couponAmount, Cents.sum(lines.map(\.couponAmount)))
    } catch is MoneyError {
      throw OrderRejection.invalid(field: "lines", reason: "add up to more than an amount holds")
    }
  }

  private func agree(_ field: String, _ given: Cents, _ computed: Cents) throws {
    guard given == computed else { throw OrderRejection.sumsDiffer(field: field, given: given, computed: computed) }
  }
}

extension ImportedOrderLine {
  /// A line of a historical order; the unit price is its total divided by the quantity, half-up.
  /// - Parameters:
  ///   - quantity: as in the source; 0 on lines that are not merchandise.
  ///   - totalHT: before discount.
  /// - Throws: `MoneyError.invalidQuantity` for a quantity below 0.
  public init(
    orderItemID: OrderItemID, productID: ProductID, productName: String, productRef: String, quantity: Int64, totalHT: Cents,
    discount: Cents, couponAmount: Cents
  ) throws(MoneyError) {
    guard quantity >= 0 else { throw .invalidQuantity }
    self.init(
      orderItemID: orderItemID, productID: productID, productName: productName, productRef: productRef, quantity: quantity,
      unitPriceHT: try totalHT.scaled(by: 1, over: max(1, quantity)), totalHT: totalHT, discount: discount,
      couponAmount: couponAmount, merchandise: quantity > 0)
  }
}
