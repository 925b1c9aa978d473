/// The price of a basket or an order, to the cent.
///
/// `totalTTC` = `totalHT` + `totalVAT` = the lines' and the carriage's `ttc` added up; likewise discounts and VAT.
public struct Totals: Sendable, Hashable {
  /// One line, or the carriage.
  public struct Line: Sendable, Hashable {
    /// Unit price times quantity, without tax, before any discount; for the carriage, its price.
    public var lineHT: Cents
    /// The line's share of all discounts; for the carriage, what was waived. Between 0 and `lineHT`.
    public var discount: Cents
    /// `lineHT` - `discount`.
    public var netHT: Cents
    /// The line's share of its rate's VAT.
    public var vat: Cents
    /// `netHT` + `vat`.
    public var ttc: Cents

    /// A line as it was priced earlier.
    public init(lineHT: Cents, discount: Cents, netHT: Cents, vat: Cents, ttc: Cents) {
      self.lineHT = lineHT
      self.discount = discount
      self.netHT = netHT
      self.vat = vat
      self.ttc = ttc
    }
  }

  /// The lines and carriage of one rate.
  public struct VATGroup: Sendable, Hashable {
    /// The rate.
    public var vatRate: VATRate
    /// Sum of the members' `netHT`; zero bases stay in the list.
    public var baseHT: Cents
    /// Base times rate, half-up.
    public var vat: Cents

    /// A group as it was priced earlier.
    public init(vatRate: VATRate, baseHT: Cents, vat: Cents) {
      self.vatRate = vatRate
      self.baseHT = baseHT
      self.vat = vat
    }
  }

  /// One code.
  public struct Code: Sendable, Hashable {
    /// The code as it was given.
    public var code: String
    /// Whether it counts, or why not.
    public var result: PromoCodeResult
    /// What it took off; zero for a refused code.
    public var amount: Cents

    /// A code as it was priced earlier.
    public init(code: String, result: PromoCodeResult, amount: Cents) {
      self.code = code
      self.result = result
      self.amount = amount
    }
  }

  /// The lines in the order they were given.
  public var lines: [Line]
  /// The carriage; nil when the basket has no price for it.
  public var shipping: Line?
  /// One group a rate, in the order in which the rates first appear among the lines; the carriage's comes last when no
  /// line has its rate.
  public var vatGroups: [VATGroup]
  /// Sum of `lineHT`: before discounts, without carriage.
  public var subtotalHT: Cents
  /// Sum of `netHT`, carriage included.
  public var totalHT: Cents
  /// Sum of the lines' discounts and of the waived carriage.
  public var totalDiscount: Cents
  /// Sum of the groups' VAT.
  public var totalVAT: Cents
  /// What the customer pays.
  public var totalTTC: Cents
  /// The codes in the order they were entered, each once.
  public var codes: [Code]

  /// Totals as they were priced earlier, read from an event. New ones come from `Pricing.totals` only.
  public init(
    lines: [Line], shipping: Line?, vatGroups: [VATGroup], subtotalHT: Cents, totalHT: Cents,
    totalDiscount: Cents, totalVAT: Cents, totalTTC: Cents, codes: [Code]
  ) {
    self.lines = lines
    self.shipping = shipping
    self.vatGroups = vatGroups
    self.subtotalHT = subtotalHT
    self.totalHT = totalHT
    self.totalDiscount = totalDiscount
    self.totalVAT = totalVAT
    self.totalTTC = totalTTC
    self.codes = codes
  }
}
