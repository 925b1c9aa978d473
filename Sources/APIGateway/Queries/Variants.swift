import Synchronization

/// What was made for each way of asking, such as statements: made once, and at most so many kept.
///
/// Clients choose fields, includes, filters and orders freely, and a prepared statement stays on every connection. So the first ways
/// that are asked for are kept, and any beyond is made for its one use.
final class Variants<Value: Sendable>: Sendable {
  /// Ways of asking that are kept.
  static var capacity: Int { 200 }

  private let known = Mutex<[String: Value]>([:])

  /// - Parameter make: told whether the value will be kept.
  func find(_ key: String, _ make: (_ isKept: Bool) -> Value) -> Value {
    if let value = known.withLock({ $0[key] }) { return value }
    let isKept = known.withLock { $0.count < Self.capacity }
    let value = make(isKept)
    if isKept { known.withLock { $0[key] = value } }
    return value
  }
}
