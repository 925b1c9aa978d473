public import EventSourcing

/// What is asked of one basket. Checkout concerns several streams: see `StartCheckout`.
public enum BasketCommand: Sendable, Hashable {
  case open(BasketID, UserID, WebsiteID?)
  /// Adds to the product's line, or makes one with this id.
  case add(itemID: BasketItemID, ProductFacts, quantity: Int64)
  /// - Parameter stock: free stock by the copy; nil when the copy does not know the product.
  case changeQuantity(BasketItemID, quantity: Int64, stock: Int64?)
  case remove(BasketItemID, ItemRemovalReason)
  /// - Parameter terms: of the code's stream, for this user.
  case applyCode(BasketCode, AppliedCode, PromoCodeTerms)
  case takeOffCode(LinkID)
  case clear
  /// The product has a new price.
  case reprice(ProductID, Cents)
  /// The product is no longer for sale.
  case dropProduct(ProductID)
  /// Less of the product is free than the line wants; none removes it.
  case limit(ProductID, stock: Int64)
  /// The order of the last checkout failed.
  case reopen(OrderID, OrderCancellationReason)
  case markMerged(OrderID, OrderCancellationReason, into: BasketID, LeftOut)
  case delete
}

extension Basket {
  public static func decide(_ command: BasketCommand, _ state: State, now: Timestamp) throws(BasketRejection) -> [BasketEvent] {
    switch command {
    case .open(let id, let user, let website):
      if state.phase == .none { return [.basketOpened(BasketOpened(basketID: id, userID: user, websiteID: website))] }
      guard state.userID == user, state.phase == .open else { throw state.closedRejection }
      return []
    case .reopen(let order, let reason):
      guard state.phase == .checkingOut(order) else { return [] }
      let (subtotal, amount) = try amounts(state.lines, state.codes)
      return [
        .basketReopened(
          BasketReopened(
            basketID: state.basketID, userID: state.userID, orderID: order, attempt: state.attempt + 1, reason: reason,
            lines: state.lines, codes: state.codes.map(\.link), subtotal: subtotal, amount: amount))
      ]
    case .markMerged(let order, let reason, let into, let leftOut):
      guard state.phase == .checkingOut(order) else { return [] }
      return [
        .basketMerged(
          BasketMerged(
            basketID: state.basketID, userID: state.userID, orderID: order, reason: reason, intoBasketID: into, leftOut: leftOut))
      ]
    case .delete:
      switch state.phase {
      case .none: throw .notFound
      case .deleted, .merged: return []
      case .open, .checkingOut: return [.basketDeleted(BasketDeleted(basketID: state.basketID, userID: state.userID))]
      }
    default:
      guard state.phase == .open else { throw state.closedRejection }
      return try decideOpen(command, state, now: now)
    }
  }

  /// Commands that change what is in an open basket.
  private static func decideOpen(_ command: BasketCommand, _ state: State, now: Timestamp) throws(BasketRejection) -> [BasketEvent] {
    switch command {
    case .add(let itemID, let product, let quantity): return try add(itemID, product, quantity, state)
    case .changeQuantity(let itemID, let quantity, let stock):
      guard let line = state.lines.first(where: { $0.itemID == itemID }) else { throw .itemNotFound(itemID) }
      guard SalesLimits.quantities.contains(quantity) else { throw .quantityOutOfRange(maximum: SalesLimits.quantities.upperBound) }
      guard let stock else { throw .productUnavailable(line.productID) }
      guard quantity <= max(stock, line.quantity) else {
        throw .insufficientStock(line.productID, requested: quantity, available: stock)
      }
      return try changed(line, quantity: quantity, priceHT: line.priceHT, state)
    case .reprice(let product, let price):
      guard let line = state.lines.first(where: { $0.productID == product }) else { return [] }
      guard SalesLimits.unitPrices.contains(price.rawValue) else { return try removed(line, .productDeleted, state) }
      return try changed(line, quantity: line.quantity, priceHT: price, state)
    case .limit(let product, let stock):
      guard let line = state.lines.first(where: { $0.productID == product }), line.quantity > stock else { return [] }
      if stock <= 0 { return try removed(line, .outOfStock, state) }
      return try changed(line, quantity: stock, priceHT: line.priceHT, state)
    case .dropProduct(let product):
      guard let line = state.lines.first(where: { $0.productID == product }) else { return [] }
      return try removed(line, .productDeleted, state)
    case .remove(let itemID, let reason):
      guard let line = state.lines.first(where: { $0.itemID == itemID }) else { throw .itemNotFound(itemID) }
      return try removed(line, reason, state)
    case .applyCode(let link, let applied, let terms): return try apply(link, applied, terms, state, now: now)
    case .takeOffCode(let linkID):
      guard let code = state.codes.first(where: { $0.link.linkID == linkID }) else { throw .codeNotOnBasket(linkID) }
      let (subtotal, amount) = try amounts(state.lines, state.codes.filter { $0.link.linkID != linkID })
      return [
        .promoCodeTakenOff(
          PromoCodeTakenOff(
            basketID: state.basketID, userID: state.userID, linkID: linkID, promoCodeID: code.link.promoCodeID, code: code.link.code,
            subtotal: subtotal, amount: amount))
      ]
    case .clear:
      if state.lines.isEmpty, state.codes.isEmpty { return [] }
      return [.basketCleared(BasketCleared(basketID: state.basketID, userID: state.userID))]
    case .open, .reopen, .markMerged, .delete: return []
    }
  }

  private static func add(
    _ itemID: BasketItemID, _ product: ProductFacts, _ quantity: Int64, _ state: State
  ) throws(BasketRejection) -> [BasketEvent] {
    guard SalesLimits.quantities.contains(quantity) else { throw .quantityOutOfRange(maximum: SalesLimits.quantities.upperBound) }
    guard !product.isDeleted, product.websiteID == state.websiteID else { throw .productUnavailable(product.productID) }
    _ = try product.unitPriceTTC()
    var lines = state.lines
    // Both are at most the maximum, so that the sum cannot overflow.
    var line = BasketLine(itemID: itemID, productID: product.productID, quantity: quantity, priceHT: product.priceHT)
    if let index = lines.firstIndex(where: { $0.productID == product.productID }) {
      line.itemID = lines[index].itemID
      line.quantity += lines[index].quantity
      lines[index] = line
    } else {
      guard lines.count < SalesLimits.lines else { throw .tooManyLines(maximum: SalesLimits.lines) }
      lines.append(line)
    }
    guard SalesLimits.quantities.contains(line.quantity) else { throw .quantityOutOfRange(maximum: SalesLimits.quantities.upperBound) }
    guard line.quantity <= product.stock else {
      throw .insufficientStock(product.productID, requested: line.quantity, available: max(0, product.stock))
    }
    return [.basketItemAdded(try added(line, by: quantity, lines, state.codes, state))]
  }

  /// The event for a line that stands among `lines` already.
  static func added(
    _ line: BasketLine, by quantity: Int64, _ lines: [BasketLine], _ codes: [Code], _ state: State
  ) throws(BasketRejection) -> BasketItemAdded {
    let (subtotal, amount) = try amounts(lines, codes)
    return BasketItemAdded(
      basketID: state.basketID, userID: state.userID, itemID: line.itemID, productID: line.productID, quantity: line.quantity,
      added: quantity, priceHT: line.priceHT, subtotal: subtotal, amount: amount)
  }

  private static func changed(
    _ line: BasketLine, quantity: Int64, priceHT: Cents, _ state: State
  ) throws(BasketRejection) -> [BasketEvent] {
    guard line.quantity != quantity || line.priceHT != priceHT else { return [] }
    var lines = state.lines
    let index = lines.firstIndex(of: line)!
    lines[index].quantity = quantity
    lines[index].priceHT = priceHT
    let (subtotal, amount) = try amounts(lines, state.codes)
    return [
      .basketItemQuantityChanged(
        BasketItemQuantityChanged(
          basketID: state.basketID, userID: state.userID, itemID: line.itemID, productID: line.productID, quantity: quantity,
          priceHT: priceHT, subtotal: subtotal, amount: amount))
    ]
  }

  private static func removed(_ line: BasketLine, _ reason: ItemRemovalReason, _ state: State) throws(BasketRejection) -> [BasketEvent] {
    let (subtotal, amount) = try amounts(state.lines.filter { $0.itemID != line.itemID }, state.codes)
    return [
      .basketItemRemoved(
        BasketItemRemoved(
          basketID: state.basketID, userID: state.userID, itemID: line.itemID, productID: line.productID, quantity: line.quantity,
          reason: reason, subtotal: subtotal, amount: amount))
    ]
  }

  private static func apply(
    _ link: BasketCode, _ applied: AppliedCode, _ terms: PromoCodeTerms, _ state: State, now: Timestamp
  ) throws(BasketRejection) -> [BasketEvent] {
    guard !state.codes.contains(where: { $0.link.code == link.code }) else { throw .codeAlreadyApplied(code: link.code) }
    guard state.codes.count < SalesLimits.codes else { throw .tooManyCodes(maximum: SalesLimits.codes) }
    guard state.codes.isEmpty || (applied.combinable && state.codes.allSatisfy(\.terms.combinable)) else {
      throw .codeNotCombinable(code: link.code)
    }
    let result = terms.check(subtotalHT: state.subtotal, at: now.rawValue)
    guard result == .applied else { throw .codeNotUsable(code: link.code, result) }
    let (subtotal, amount) = try amounts(state.lines, state.codes + [Code(link: link, terms: applied)])
    return [
      .promoCodeApplied(
        PromoCodeApplied(
          basketID: state.basketID, userID: state.userID, linkID: link.linkID, promoCodeID: link.promoCodeID, code: link.code,
          terms: applied, subtotal: subtotal, amount: amount))
    ]
  }
}

extension Basket.State {
  /// Why a basket that is not open takes no change.
  var closedRejection: BasketRejection {
    if case .checkingOut(let order) = phase { .frozen(order) } else { .notFound }
  }
}
