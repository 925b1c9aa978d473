public import EventSourcing

/// Counts, adds or takes pieces of a product by hand.
public struct AdjustStock: Command {
  /// What is done to the stock on hand. Quantities are from 0 to `Stock.maximum`.
  public enum Operation: Hashable, Sendable {
    /// There are so many.
    case set(Int64)
    case increment(Int64)
    /// Refused when fewer are free.
    case decrement(Int64)
  }

  public var productID: ProductID
  public var operation: Operation
  /// Whether fewer than orders hold may be left, which is then recorded as a shortage. For administrators.
  public var acceptShortage: Bool

  public init(productID: ProductID, _ operation: Operation, acceptShortage: Bool = false) {
    self.productID = productID
    self.operation = operation
    self.acceptShortage = acceptShortage
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard case .present = try session.load(Product.self, productID) else { throw StockRejection.productNotFound(productID) }
    let state = try session.load(Stock.self, productID)
    try session.record(Stock.decide(self, state), on: Stock.self, productID)
    return NoAnswer()
  }
}
