public import EventSourcing
public import JSON

/// The stock of a product (stream `stock-<product id>`): how many pieces are on hand, and how many of them orders hold.
///
/// The rule that no piece is sold twice lives here: 0 <= reserved <= on hand, decided with the write. Only an administrator's
/// count may break it, as a recorded shortage; then nothing is free until the shortage is made good.
public enum Stock: SnapshottingAggregate {
  public typealias Event = StockEvent
  public static let category = "stock"
  public static let initialState = State()
  public static let snapshotFingerprint = "stock 1"
  public static let snapshotInterval = 500
  /// The highest stock, by the column `integer`.
  public static let maximum: Int64 = 2_147_483_647

  public struct State: Hashable, Sendable {
    public var onHand: Int64 = 0
    public var reserved: Int64 = 0
    /// What can still be sold; never below zero.
    public var free: Int64 { max(0, onHand - reserved) }
    /// Whether orders hold more than there is.
    public var isShort: Bool { reserved > onHand }
  }

  public static func evolve(_ state: inout State, _ event: StockEvent) {
    let level =
      switch event {
      case .stockAdjusted(let event): event.level
      case .stockReserved(let event): event.level
      case .stockReleased(let event): event.level
      case .stockDispatched(let event): event.level
      case .stockReturned(let event): event.level
      }
    state.onHand = level.onHand
    state.reserved = level.reserved
  }

  // MARK: Decisions

  /// Counts, adds or takes pieces by hand.
  /// - Parameter reason: nil for the one that follows from the operation.
  public static func decide(
    _ command: AdjustStock, reason: StockReason? = nil, _ state: State
  ) throws(StockRejection) -> [Event] {
    let onHand: Int64
    let usual: StockReason
    switch command.operation {
    case .set(let quantity):
      onHand = try checked(quantity)
      usual = .set
      guard command.acceptShortage || onHand >= state.reserved else { throw .belowReserved(reserved: state.reserved) }
    case .increment(let quantity):
      onHand = try checked(state.onHand + checked(quantity))
      usual = .increment
    case .decrement(let quantity):
      onHand = state.onHand - (try checked(quantity))
      usual = .decrement
      guard onHand >= 0 else { throw .insufficient(available: state.free) }
      guard quantity == 0 || command.acceptShortage || onHand >= state.reserved else { throw .insufficient(available: state.free) }
    }
    guard onHand != state.onHand else { return [] }
    return [
      .stockAdjusted(
        StockAdjusted(
          productID: command.productID, level: level(state, onHand, state.reserved), change: onHand - state.onHand,
          reason: reason ?? (onHand < state.reserved ? .shortage : usual)))
    ]
  }

  /// Holds pieces for an order.
  /// - Parameter quantity: all that the order wants of the product; at least 1.
  /// - Throws: `insufficient` when fewer are free.
  static func reserve(_ item: StockItem, for orderID: OrderID, _ state: State) throws(StockRejection) -> [Event] {
    guard item.quantity >= 1, item.quantity <= state.free else { throw .insufficient(available: state.free) }
    return [
      .stockReserved(
        StockReserved(
          productID: item.productID, orderID: orderID, quantity: item.quantity,
          level: level(state, state.onHand, state.reserved + item.quantity)))
    ]
  }

  /// Gives back what an order held.
  static func release(_ item: StockItem, of orderID: OrderID, reason: ReleaseReason, _ state: State) -> [Event] {
    precondition(item.quantity <= state.reserved, "an order gives back only what it held")
    return [
      .stockReleased(
        StockReleased(
          productID: item.productID, orderID: orderID, quantity: item.quantity,
          level: level(state, state.onHand, state.reserved - item.quantity), reason: reason))
    ]
  }

  /// Lets what an order held leave the house.
  /// - Throws: `insufficient` when fewer pieces are on hand: a recorded shortage has to be made good first.
  static func dispatch(_ item: StockItem, of orderID: OrderID, _ state: State) throws(StockRejection) -> [Event] {
    precondition(item.quantity <= state.reserved, "an order takes only what it held")
    guard item.quantity <= state.onHand else { throw .insufficient(available: state.onHand) }
    return [
      .stockDispatched(
        StockDispatched(
          productID: item.productID, orderID: orderID, quantity: item.quantity,
          level: level(state, state.onHand - item.quantity, state.reserved - item.quantity)))
    ]
  }

  /// Takes an order's pieces back; only those that can be sold again count.
  static func takeBack(_ item: StockItem, of orderID: OrderID, resellable: Bool, _ state: State) throws(StockRejection) -> [Event] {
    let onHand = try checked(state.onHand + (resellable ? checked(item.quantity) : 0))
    return [
      .stockReturned(
        StockReturned(
          productID: item.productID, orderID: orderID, quantity: item.quantity, resellable: resellable,
          level: level(state, onHand, state.reserved)))
    ]
  }

  private static func level(_ before: State, _ onHand: Int64, _ reserved: Int64) -> StockLevel {
    StockLevel(
      onHand: onHand, reserved: reserved, previousStock: before.free, newStock: State(onHand: onHand, reserved: reserved).free)
  }

  private static func checked(_ quantity: Int64) throws(StockRejection) -> Int64 {
    guard (0...maximum).contains(quantity) else { throw .invalid(FieldError("stock", .outOfRange(minimum: 0, maximum: maximum))) }
    return quantity
  }
}

extension Stock.State: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    onHand = try json.int64("on_hand")
    reserved = try json.int64("reserved")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("on_hand", onHand)
    json.field("reserved", reserved)
  }
}

/// Why a change of stock is refused.
public enum StockRejection: Rejection, Hashable {
  /// A quantity is negative or too large.
  case invalid(FieldError)
  /// There is no such product on sale.
  case productNotFound(ProductID)
  /// Fewer pieces are free than asked for.
  case insufficient(available: Int64)
  /// Orders hold more than would be left; an administrator may record that as a shortage.
  case belowReserved(reserved: Int64)
}
