public import EventSourcing

/// Why a basket's command was refused.
public enum BasketRejection: Rejection, Hashable {
  /// There is no such basket, or it is another user's.
  case notFound
  /// The basket is frozen: this order came of it.
  case frozen(OrderID)
  /// The basket has no line.
  case empty
  /// The product is unknown, deleted, or of another website.
  case productUnavailable(ProductID)
  case insufficientStock(ProductID, requested: Int64, available: Int64)
  case quantityOutOfRange(maximum: Int64)
  /// The unit price does not fit the column; such products are not sold by basket.
  case priceTooHigh(ProductID)
  case tooManyLines(maximum: Int)
  case amountTooLarge
  case itemNotFound(BasketItemID)
  case codeUnknown(code: String)
  case codeAlreadyApplied(code: String)
  case codeNotUsable(code: String, PromoCodeResult)
  /// This code does not stand beside others, or another one on the basket does not.
  case codeNotCombinable(code: String)
  case tooManyCodes(maximum: Int)
  case codeNotOnBasket(LinkID)
  /// The address is unknown or another user's; `field` is the request's.
  case addressNotFound(field: String, AddressID)
  case invalid(field: String, reason: String)
}
