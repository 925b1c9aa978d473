import EventSourcing

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date of HTTP.
enum RetryAfter {
  /// Nil for what is neither; a date that is over is no time at all.
  static func duration(_ text: String, now: Timestamp) -> Duration? {
    if let seconds = UInt32(text) { return .seconds(Int64(seconds)) }
    guard let date = date(text) else { return nil }
    return max(.zero, date - now)
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// The one form that senders write: `Sun, 06 Nov 1994 08:49:37 GMT`.
  private static func date(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", let month = months.firstIndex(of: String(parts[2])), parts[1].count == 2,
      parts[3].count == 4
    else { return nil }
    let number = month + 1
    return Timestamp(rfc3339: "\(parts[3])-\(number < 10 ? "0" : "")\(number)-\(parts[1])T\(parts[4])Z")
  }
}
