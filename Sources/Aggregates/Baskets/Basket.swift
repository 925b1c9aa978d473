public import EventSourcing

/// A user's basket: open, then frozen while its order is on the way; an order that fails opens it again.
///
/// ```
/// – ──▶ open ──checkout──▶ checkingOut(order) ──┬─▶ open (next attempt)
///        │                                      └─▶ merged into the basket that the user has opened meanwhile
///        └──────────────────▶ deleted
/// ```
public enum Basket: Aggregate {
  public static let category = "basket"

  public enum Phase: Sendable, Hashable {
    case none, open
    /// Frozen; this order came of it.
    case checkingOut(OrderID)
    case merged, deleted
  }

  /// A code on the basket with its terms.
  public struct Code: Sendable, Hashable {
    public var link: BasketCode
    public var terms: AppliedCode
  }

  public struct State: Sendable {
    public internal(set) var phase = Phase.none
    public internal(set) var basketID = BasketID(0)
    public internal(set) var userID = UserID(0)
    public internal(set) var websiteID: WebsiteID?
    /// In the order in which they came, which decides the cents.
    public internal(set) var lines: [BasketLine] = []
    /// In the order in which they were entered.
    public internal(set) var codes: [Code] = []
    /// The attempt that the next checkout is; counted from 1.
    public internal(set) var attempt = 1
    /// The last checkout.
    public internal(set) var checkout: CheckoutStarted?
    /// Sum of the lines without tax, before discounts.
    public internal(set) var subtotal = Cents.zero
    /// Without tax, after discounts.
    public internal(set) var amount = Cents.zero
  }

  public static let initialState = State()

  /// The name that keeps a user to one open basket on each website, and one on the platform itself.
  public static func openClaim(_ userID: UserID, on websiteID: WebsiteID?) -> String {
    "open-basket:\(userID)" + (websiteID.map { ":\($0)" } ?? "")
  }

  public static func evolve(_ state: inout State, _ event: BasketEvent) {
    switch event {
    case .basketOpened(let event):
      state.phase = .open
      state.basketID = event.basketID
      state.userID = event.userID
      state.websiteID = event.websiteID
    case .basketItemAdded(let event):
      let line = BasketLine(itemID: event.itemID, productID: event.productID, quantity: event.quantity, priceHT: event.priceHT)
      if let index = state.lines.firstIndex(where: { $0.itemID == event.itemID }) {
        state.lines[index] = line
      } else {
        state.lines.append(line)
      }
      (state.subtotal, state.amount) = (event.subtotal, event.amount)
    case .basketItemQuantityChanged(let event):
      if let index = state.lines.firstIndex(where: { $0.itemID == event.itemID }) {
        state.lines[index].quantity = event.quantity
        state.lines[index].priceHT = event.priceHT
      }
      (state.subtotal, state.amount) = (event.subtotal, event.amount)
    case .basketItemRemoved(let event):
      state.lines.removeAll { $0.itemID == event.itemID }
      (state.subtotal, state.amount) = (event.subtotal, event.amount)
    case .promoCodeApplied(let event):
      let link = BasketCode(linkID: event.linkID, promoCodeID: event.promoCodeID, code: event.code)
      state.codes.append(Code(link: link, terms: event.terms))
      (state.subtotal, state.amount) = (event.subtotal, event.amount)
    case .promoCodeTakenOff(let event):
      state.codes.removeAll { $0.link.linkID == event.linkID }
      (state.subtotal, state.amount) = (event.subtotal, event.amount)
    case .basketCleared:
      (state.lines, state.codes) = ([], [])
      (state.subtotal, state.amount) = (.zero, .zero)
    case .checkoutStarted(let event):
      state.phase = .checkingOut(event.orderID)
      state.checkout = event
      // The prices of the checkout are the newest; a reopened basket goes on with them.
      let prices = Dictionary(event.lines.map { ($0.itemID, $0.unitPriceHT) }) { $1 }
      for index in state.lines.indices { state.lines[index].priceHT = prices[state.lines[index].itemID] ?? state.lines[index].priceHT }
    case .basketReopened(let event):
      state.phase = .open
      state.attempt = event.attempt
      state.lines = event.lines
      (state.subtotal, state.amount) = (event.subtotal, event.amount)
    case .basketMerged:
      state.phase = .merged
    case .basketDeleted:
      state.phase = .deleted
    }
  }

  /// The two amounts of a basket, by the one rule for money.
  /// - Throws: `BasketRejection.amountTooLarge` when they do not fit their columns.
  static func amounts(_ lines: [BasketLine], _ codes: [Code]) throws(BasketRejection) -> (subtotal: Cents, amount: Cents) {
    do {
      let totals = try Pricing.totals(
        lines: lines.map { PricedLine(product: $0.productID.rawValue, unitPriceHT: $0.priceHT, quantity: $0.quantity, vatRate: .none) },
        codes: codes.map { try $0.pricingTerms }, at: 0)
      guard SalesLimits.amounts.contains(totals.subtotalHT.rawValue) else { throw BasketRejection.amountTooLarge }
      return (totals.subtotalHT, totals.totalHT)
    } catch {
      throw .amountTooLarge
    }
  }
}

extension Basket.Code {
  /// For the amount that is shown: limits and dates were tested when the code was entered, and are tested again at checkout.
  var pricingTerms: PromoCodeTerms {
    get throws(MoneyError) {
      PromoCodeTerms(
        code: link.code, kind: try DiscountTerms.kind(terms.kind, hundredths: terms.discount), minimum: terms.minOrderAmount,
        maximumDiscount: terms.maxDiscount,
        coveredProducts: terms.productIDs.isEmpty && terms.categoryIDs.isEmpty ? nil : Set(terms.productIDs.map(\.rawValue)))
    }
  }
}

extension VATRate {
  /// Of sums without tax.
  static let none = VATRate(rawValue: 0)
}

extension Basket: WebsiteOwned {
  public static func isForeign(_ state: State, to websiteID: WebsiteID?) -> Bool { state.phase != .none && state.websiteID != websiteID }
}
