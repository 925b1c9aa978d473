/// What is given back for returned units of one line.
public struct Refund: Sendable, Hashable {
  /// Without tax, after discount.
  public var amountHT: Cents
  /// The VAT on it.
  public var vat: Cents

  /// Nothing given back.
  public static let none = Refund(amountHT: .zero, vat: .zero)

  /// A refund of these two amounts.
  public init(amountHT: Cents, vat: Cents) {
    self.amountHT = amountHT
    self.vat = vat
  }

  /// What the customer gets. Throws `MoneyError.overflow`.
  public func amountTTC() throws(MoneyError) -> Cents {
    try amountHT.adding(vat)
  }

  /// All that has to be given back of a line once `returned` of its `quantity` units are back, in however many steps:
  /// the line's net amount and VAT times `returned` / `quantity`, each half-up. With all units it is the line exactly.
  ///
  /// - Throws: `MoneyError.invalidQuantity` unless 0 <= returned <= quantity and quantity >= 1.
  public static func cumulative(
    netHT: Cents, vat: Cents, quantity: Int64, returned: Int64
  ) throws(MoneyError) -> Refund {
    guard quantity >= 1, (0...quantity).contains(returned) else { throw .invalidQuantity }
    return Refund(
      amountHT: try netHT.scaled(by: returned, over: quantity), vat: try vat.scaled(by: returned, over: quantity))
  }

  /// The refund of one return: the cumulative refund after it, less what was refunded before.
  ///
  /// - Parameters:
  ///   - returned: units that are back in all, those of this return included.
  ///   - before: sum of this line's earlier refunds.
  /// - Throws: as `cumulative`.
  public static func next(
    netHT: Cents, vat: Cents, quantity: Int64, returned: Int64, before: Refund
  ) throws(MoneyError) -> Refund {
    let all = try cumulative(netHT: netHT, vat: vat, quantity: quantity, returned: returned)
    return Refund(amountHT: try all.amountHT.subtracting(before.amountHT), vat: try all.vat.subtracting(before.vat))
  }
}
