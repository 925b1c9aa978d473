/// The one rule that turns lines, codes and carriage into totals. Baskets, orders, deliveries and after-sales all call
/// it; nothing else of the system adds, multiplies or rounds money.
///
/// The shape is that of a European invoice (EN 16931): discounts are spread over the lines, VAT is computed once a rate
/// on the discounted base, and each line shows its share of it.
public enum Pricing {
  /// Prices a basket. Pure: equal arguments give equal cents.
  ///
  /// Codes work on what the earlier ones have left: percentages in the order they were entered, then fixed amounts, then
  /// free shipping. Percentages are of the undiscounted lines and never compound, so with codes that cover the whole
  /// basket the total discount does not depend on the order of the codes. Where several codes cover different lines it
  /// may, once a line is used up, depend on the order of codes and lines. The order of the lines decides where a leftover
  /// cent lands.
  ///
  /// - Parameters:
  ///   - lines: in the basket's order; may be empty.
  ///   - codes: in the order they were entered. A code that occurs again is ignored.
  ///   - shipping: nil while the basket has no price for its carriage.
  ///   - at: the moment at which codes are tested, in microseconds since 1970 UTC.
  /// - Throws: `MoneyError.overflow` when a sum or product does not fit, `negativeAmount` for a price or a fixed value
  ///   below zero, `invalidQuantity` for a quantity below 1, `malformedRate` for a rate outside 0..100 %.
  public static func totals(
    lines: [PricedLine], codes: [PromoCodeTerms] = [], shipping: Shipping? = nil, at: Int64
  ) throws(MoneyError) -> Totals {
    var lineHT: [Cents] = []
    lineHT.reserveCapacity(lines.count)
    for line in lines {
      guard line.quantity >= 1 else { throw .invalidQuantity }
      guard line.unitPriceHT >= .zero else { throw .negativeAmount }
      lineHT.append(try line.unitPriceHT.multiplied(by: line.quantity))
    }
    if let shipping, shipping.priceHT < .zero { throw .negativeAmount }
    let subtotal = try Cents.sum(lineHT)

    var discounts = Discounts(lines: lines, lineHT: lineHT, shipping: shipping?.priceHT)
    let results = try discounts.apply(codes, subtotalHT: subtotal, at: at)
    return try summed(lines, lineHT, shipping, discounts, subtotal, results)
  }

  private static func summed(
    _ lines: [PricedLine], _ lineHT: [Cents], _ shipping: Shipping?, _ discounts: Discounts, _ subtotal: Cents,
    _ codes: [Totals.Code]
  ) throws(MoneyError) -> Totals {
    // The carriage is priced as one more line, last.
    var rates = lines.map(\.vatRate)
    var gross = lineHT
    var net = discounts.left
    if let shipping {
      rates.append(shipping.vatRate)
      gross.append(shipping.priceHT)
      net.append(discounts.shippingLeft ?? .zero)
    }
    let (groups, vat) = try taxes(rates: rates, net: net)

    var priced: [Totals.Line] = []
    var discount: [Cents] = []
    for index in net.indices {
      discount.append(try gross[index].subtracting(net[index]))
      priced.append(
        Totals.Line(
          lineHT: gross[index], discount: discount[index], netHT: net[index], vat: vat[index],
          ttc: try net[index].adding(vat[index])))
    }
    let pricedShipping = shipping == nil ? nil : priced.removeLast()
    let totalHT = try Cents.sum(net)
    let totalVAT = try Cents.sum(groups.map(\.vat))
    return Totals(
      lines: priced, shipping: pricedShipping, vatGroups: groups, subtotalHT: subtotal, totalHT: totalHT,
      totalDiscount: try Cents.sum(discount), totalVAT: totalVAT, totalTTC: try totalHT.adding(totalVAT), codes: codes)
  }

  /// VAT once a rate over all its members (BR-CO-17), then shared among them by their net amounts.
  private static func taxes(
    rates: [VATRate], net: [Cents]
  ) throws(MoneyError) -> (groups: [Totals.VATGroup], shares: [Cents]) {
    var members: [(rate: VATRate, indices: [Int])] = []
    for (index, rate) in rates.enumerated() {
      if let group = members.firstIndex(where: { $0.rate == rate }) {
        members[group].indices.append(index)
      } else {
        members.append((rate, [index]))
      }
    }
    var groups: [Totals.VATGroup] = []
    var shares = Array(repeating: Cents.zero, count: net.count)
    for (rate, indices) in members {
      let weights = indices.map { net[$0] }
      let base = try Cents.sum(weights)
      let vat = try rate.vat(on: base)
      groups.append(Totals.VATGroup(vatRate: rate, baseHT: base, vat: vat))
      for (index, share) in zip(indices, try Cents.allocate(vat, over: weights)) { shares[index] = share }
    }
    return (groups, shares)
  }
}
