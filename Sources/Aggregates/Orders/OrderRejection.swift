public import EventSourcing

/// The commands of an order's machine, as clients are told them.
public enum OrderAction: String, Sendable, Hashable, CaseIterable {
  case place
  case confirmStock = "confirm_stock"
  case rejectStock = "reject_stock"
  case rejectPayment = "reject_payment"
  case confirm
  case recordPayment = "record_payment"
  case failCapture = "fail_capture"
  case expire
  case cancelByCustomer = "cancel"
  case cancelByAdministrator = "cancel_by_administrator"
  case startProcessing = "start_processing"
  case ship
  case deliver
  case recordRefund = "record_refund"
  case recordReturn = "record_return"
}

/// Why an order's command was refused.
public enum OrderRejection: Rejection, Hashable {
  /// There is no such order, or it is another user's.
  case notFound
  /// No basket was frozen for this attempt.
  case noSuchCheckout
  /// The order's state does not take this command.
  /// - Parameter allowed: the commands that it takes now.
  case wrongState(OrderAction, current: OrderStatusName, allowed: [OrderAction])
  /// An administrator says why.
  case reasonNeeded
  /// A shipped order is cancelled only with a return under way.
  case returnNeeded
  /// More than was captured would go back.
  case refundTooLarge(refundable: Cents)
  /// More would come back than was bought.
  case returnTooLarge(ProductID, returnable: Int64)
  case invalid(field: String, reason: String)
  /// The sums of an imported order do not agree.
  case sumsDiffer(field: String, given: Cents, computed: Cents)
}
