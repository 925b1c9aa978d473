/// The statuses of the order machine, with the original's descriptions.
extension OrderStatus {
  public static let defaultRows: [(id: OrderStatusID, row: Row)] = OrderStatusName.allCases.map { status in
    let description =
      switch status {
      case .pending: "en attente de traitement"
      case .confirmed: "confirmée et en cours de préparation"
      case .processing: "en cours de préparation"
      case .shipped: "expédiée"
      case .delivered: "livrée"
      case .cancelled: "annulée"
      case .refunded: "remboursée"
      case .returned: "retournée"
      }
    return (status.id, Row(name: status.rawValue, description: description))
  }
}
