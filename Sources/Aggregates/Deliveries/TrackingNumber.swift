/// Our numbers of deliveries: `DEL-2026-11-24-7QX0B2`, for pickup `DEL-PICKUP-` and eight characters.
///
/// The last group is drawn from a counter, which a permutation spreads over all groups: no two numbers of a day are the same, and those
/// that follow each other do not look like it. The permutation is no secret, so a number gives no access to anything personal.
public enum TrackingNumber {
  /// Begins the claim on a number.
  public static let claimPrefix = "tracking-number:"

  /// The counter that the last group is drawn from: one a day, and one for pickups.
  public static func counter(_ method: DeliveryMethod, on day: ParisDay) -> String {
    method == .pickup ? "tracking-number-pickup" : "tracking-number-\(day.text())"
  }

  /// - Parameter count: of the counter, from 0.
  public static func text(_ method: DeliveryMethod, on day: ParisDay, count: Int64) -> String {
    if method == .pickup { return "DEL-PICKUP-\(group(count, length: 8, shift: 0))" }
    return "DEL-\(day.text(separator: "-"))-\(group(count, length: 6, shift: day.daysSinceEpoch))"
  }

  /// Letters and digits of a number below 36^length.
  private static func group(_ count: Int64, length: Int, shift: Int) -> String {
    let size = (0..<length).reduce(UInt64(1)) { size, _ in size * 36 }
    // A factor that shares no divisor with the size (2 and 3) makes a permutation; so does adding.
    var value = (UInt64(count) % size).multipliedFullWidth(by: 1_547_822_417)
    value.low &+= UInt64(shift) &* 7_919_771
    var rest = size.dividingFullWidth((value.high % size, value.low)).remainder
    let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    var text = ""
    for _ in 0..<length {
      text.insert(digits[Int(rest % 36)], at: text.startIndex)
      rest /= 36
    }
    return text
  }
}
