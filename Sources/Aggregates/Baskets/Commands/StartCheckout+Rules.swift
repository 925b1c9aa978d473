import EventSourcing

extension StartCheckout {
  /// What the request itself must hold.
  func checkRequest() throws(BasketRejection) {
    guard ownAddressIDs.contains(billingAddressID) else { throw .addressNotFound(field: "billing_address_id", billingAddressID) }
    if let shippingAddressID, !ownAddressIDs.contains(shippingAddressID) {
      throw .addressNotFound(field: "shipping_address_id", shippingAddressID)
    }
    if let notes, notes.count > 1_000 { throw .invalid(field: "notes", reason: "has at most 1000 characters") }
    if let paymentToken, paymentToken.isEmpty || paymentToken.utf8.count > 255 {
      throw .invalid(field: "payment_token", reason: "has 1 to 255 bytes")
    }
    if paymentMethod == .card, paymentToken == nil { throw .invalid(field: "payment_token", reason: "is needed to pay by card") }
  }

  /// The facts of a line's product, if it can be sold in this quantity.
  func checkedProduct(of line: BasketLine, in basket: Basket.State) throws(BasketRejection) -> ProductFacts {
    guard let product = products[line.productID], !product.isDeleted, product.websiteID == basket.websiteID else {
      throw .productUnavailable(line.productID)
    }
    guard line.quantity <= product.stock else {
      throw .insufficientStock(line.productID, requested: line.quantity, available: max(0, product.stock))
    }
    return product
  }

  /// Prices the basket with fresh facts and the codes' present terms.
  func priced(_ basket: Basket.State, _ facts: [ProductFacts], in session: inout DecisionSession) throws -> CheckoutStarted {
    var terms: [PromoCodeTerms] = []
    for code in basket.codes {
      let promo = try session.load(PromoCode.self, code.link.code)
      guard let definition = promo.definition, !promo.isDeleted,
        let found = try promo.terms(
          code: code.link.code, for: userID, except: orderID, covered: Self.covered(by: definition, facts))
      else { throw BasketRejection.codeUnknown(code: code.link.code) }
      guard definition.combinable || basket.codes.count == 1 else { throw BasketRejection.codeNotCombinable(code: code.link.code) }
      terms.append(found)
    }
    let totals = try Self.totals(basket.lines, facts, terms, at: session.now)
    if let refused = totals.codes.first(where: { $0.result != .applied }) {
      throw BasketRejection.codeNotUsable(code: refused.code, refused.result)
    }
    var lines: [CheckoutLine] = []
    for (index, (line, product)) in zip(basket.lines, facts).enumerated() {
      let sums = totals.lines[index]
      lines.append(
        CheckoutLine(
          itemID: line.itemID, orderItemID: OrderItemID(firstOrderItemID.rawValue + Int64(index)), productID: line.productID,
          productName: product.name, productRef: product.ref, quantity: line.quantity, unitPriceHT: product.priceHT,
          unitPriceTTC: try product.unitPriceTTC(), vatRate: product.vatRate, totalHT: sums.lineHT, discount: sums.discount,
          vat: sums.vat, totalTTC: sums.ttc, withdrawalExclusion: product.withdrawalExclusion))
    }
    let ids = Dictionary(basket.codes.map { ($0.link.code, $0.link.promoCodeID) }) { first, _ in first }
    let codes = totals.codes.filter { $0.amount > .zero }.map {
      CheckoutCode(promoCodeID: ids[$0.code]!, code: $0.code, amount: $0.amount)
    }
    return CheckoutStarted(
      basketID: basketID, userID: userID, attempt: basket.attempt, orderID: orderID, orderNumber: orderNumber,
      websiteID: basket.websiteID, billingAddressID: billingAddressID, shippingAddressID: shippingAddressID,
      paymentMethod: paymentMethod, lines: lines, codes: codes,
      totals: CheckoutTotals(
        subtotalHT: totals.subtotalHT, totalDiscount: totals.totalDiscount, totalHT: totals.totalHT, totalVAT: totals.totalVAT,
        totalTTC: totals.totalTTC), copiesPosition: copiesPosition.rawValue,
      personal: notes == nil && paymentToken == nil ? nil : CheckoutStarted.Personal(notes: notes, paymentToken: paymentToken))
  }

  /// Counts the use of a code, in the code's own stream.
  func claim(_ code: String, in session: inout DecisionSession) throws {
    let state = try session.load(PromoCode.self, code)
    let claim = PromoCodeCommand.claim(orderID: orderID, basketID: basketID, userID: userID)
    let events: [PromoCodeEvent]
    do {
      events = try PromoCode.decide(claim, code: code, state)
    } catch {
      guard case .limitReached(_, let result) = error else { throw BasketRejection.codeUnknown(code: code) }
      throw BasketRejection.codeNotUsable(code: code, result)
    }
    try session.record(events, on: PromoCode.self, code)
  }

  /// The products of the basket that a code's scope names; nil when it names none and so covers all.
  private static func covered(by definition: PromoCodeDefinition, _ facts: [ProductFacts]) -> Set<Int64>? {
    if definition.productIDs.isEmpty, definition.categoryIDs.isEmpty { return nil }
    let products = Set(definition.productIDs)
    return Set(
      facts.filter { products.contains($0.productID) || !$0.categoryIDs.isDisjoint(with: definition.categoryIDs) }
        .map(\.productID.rawValue))
  }

  private static func totals(
    _ lines: [BasketLine], _ facts: [ProductFacts], _ terms: [PromoCodeTerms], at now: Timestamp
  ) throws(BasketRejection) -> Totals {
    let priced = zip(lines, facts).map {
      PricedLine(product: $0.productID.rawValue, unitPriceHT: $1.priceHT, quantity: $0.quantity, vatRate: $1.vatRate)
    }
    guard let totals = try? Pricing.totals(lines: priced, codes: terms, at: now.rawValue),
      SalesLimits.amounts.contains(totals.subtotalHT.rawValue), SalesLimits.amounts.contains(totals.totalTTC.rawValue)
    else { throw .amountTooLarge }
    return totals
  }
}
