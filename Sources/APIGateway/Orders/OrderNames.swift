import Aggregates
import EventSourcing

extension Call {
  /// What the lines of an order were called when it was placed; empty for one that came from elsewhere.
  func productNames(ofOrder id: OrderID) async throws -> [OrderItemID: String] {
    let first = try await services.log.readStream(Order.stream(id), after: .none, limit: 1).first
    guard let first, first.type == OrderPlaced.type.name else { return [:] }
    let lines = try PayloadDecoder(OrderPlaced.self).decode(first).lines
    return Dictionary(lines.map { ($0.orderItemID, $0.productName) }) { first, _ in first }
  }
}
