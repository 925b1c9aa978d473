#if canImport(Glibc)
import Glibc
#endif

/// A moment in UTC, to the microsecond: what PostgreSQL's `timestamptz` can hold, exactly.
public struct Timestamp: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Microseconds since 1970-01-01T00:00:00Z; negative before it.
  public let rawValue: Int64

  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }

  /// - Parameter microseconds: microseconds since 1970-01-01T00:00:00Z.
  public init(microseconds: Int64) {
    rawValue = microseconds
  }

  /// The machine's clock. Rules never ask for it: they are given a time.
  public static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }

  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.rawValue < right.rawValue
  }

  /// The moment that lies a duration later, to the microsecond; parts of a microsecond are dropped.
  public static func + (moment: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(microseconds: moment.rawValue + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
  }

  public static func - (moment: Timestamp, duration: Duration) -> Timestamp {
    moment + (.zero - duration)
  }

  /// The time that passed from one moment to another; negative when `left` is the earlier one.
  public static func - (left: Timestamp, right: Timestamp) -> Duration {
    .microseconds(left.rawValue - right.rawValue)
  }

  /// The calendar date and time of day in UTC.
  public var civil: (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, microsecond: Int) {
    let day = rawValue.floorDivided(by: 86_400_000_000)
    let rest = rawValue - day * 86_400_000_000
    let date = CivilDate(daysSinceEpoch: Int(day))
    let second = Int(rest / 1_000_000)
    return (date.year, date.month, date.day, second / 3_600, second / 60 % 60, second % 60, Int(rest % 1_000_000))
  }

  /// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) in UTC with six decimals: `2026-11-24T01:02:03.000004Z`.
  public var rfc3339: String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(27)
    appendRFC3339(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends ``rfc3339``, 27 characters.
  public func appendRFC3339(to bytes: inout [UInt8]) {
    let time = civil
    bytes.append(addingCapacity: 27) { span in
      span.withUnsafeMutableBufferPointer { buffer, count in
        func put(_ value: Int, at start: Int, digits: Int, then character: StaticString) {
          var value = value
          for index in stride(from: start + digits - 1, through: start, by: -1) {
            buffer.initializeElement(at: index, to: UInt8(truncatingIfNeeded: 48 + value % 10))
            value /= 10
          }
          buffer.initializeElement(at: start + digits, to: character.utf8Start.pointee)
        }
        put(max(0, min(9_999, time.year)), at: 0, digits: 4, then: "-")
        put(time.month, at: 5, digits: 2, then: "-")
        put(time.day, at: 8, digits: 2, then: "T")
        put(time.hour, at: 11, digits: 2, then: ":")
        put(time.minute, at: 14, digits: 2, then: ":")
        put(time.second, at: 17, digits: 2, then: ".")
        put(time.microsecond, at: 20, digits: 6, then: "Z")
        count = 27
      }
    }
  }

  /// Reads RFC 3339 with `Z` or an offset and up to six decimals; nil for anything else.
  public init?(rfc3339 text: some StringProtocol) {
    var bytes = Array(text.utf8)[...]
    func number(_ digits: Int) -> Int? {
      guard bytes.count >= digits else { return nil }
      var value = 0
      for byte in bytes.prefix(digits) {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      bytes = bytes.dropFirst(digits)
      return value
    }
    func take(_ characters: String) -> UInt8? {
      guard let first = bytes.first, characters.utf8.contains(first) else { return nil }
      bytes = bytes.dropFirst()
      return first
    }
    guard let year = number(4), take("-") != nil, let month = number(2), take("-") != nil, let day = number(2), take("Tt ") != nil,
      let hour = number(2), take(":") != nil, let minute = number(2), take(":") != nil, let second = number(2),
      (1...12).contains(month), (1...CivilDate.days(inMonth: month, of: year)).contains(day), hour < 24, minute < 60, second < 60
    else { return nil }
    var microseconds = 0
    if take(".") != nil {
      var digits = 0
      while let byte = bytes.first, (48...57).contains(byte) {
        guard digits < 6 else { return nil }
        microseconds = microseconds * 10 + Int(byte - 48)
        digits += 1
        bytes = bytes.dropFirst()
      }
      guard digits > 0 else { return nil }
      for _ in digits..<6 { microseconds *= 10 }
    }
    var offset = 0
    if take("Zz") == nil {
      guard let sign = take("+-"), let hours = number(2), take(":") != nil, let minutes = number(2), hours < 24, minutes < 60 else {
        return nil
      }
      offset = (hours * 3_600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
    guard bytes.isEmpty else { return nil }
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    rawValue = (Int64(days) * 86_400 + Int64(hour * 3_600 + minute * 60 + second - offset)) * 1_000_000 + Int64(microseconds)
  }

  public var description: String { rfc3339 }
}

/// A date of the proleptic Gregorian calendar.
public struct CivilDate: Hashable, Sendable {
  public let year: Int
  /// 1 to 12.
  public let month: Int
  /// 1 to 31.
  public let day: Int

  public init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The date that lies a number of days after 1970-01-01.
  ///
  /// Days are counted in eras of 400 years that begin on 1 March, after Howard Hinnant's published derivation
  /// ("chrono-compatible low-level date algorithms").
  public init(daysSinceEpoch: Int) {
    let shifted = daysSinceEpoch + 719_468
    let era = Int(Int64(shifted).floorDivided(by: 146_097))
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Reads `YYYY-MM-DD`; nil for anything else, and for days that the calendar does not have.
  public init?(iso8601 text: String) {
    guard text.utf8.count == 10, let midnight = Timestamp(rfc3339: text + "T00:00:00Z") else { return nil }
    let time = midnight.civil
    self.init(year: time.year, month: time.month, day: time.day)
  }

  /// Days since 1970-01-01; negative before it.
  public var daysSinceEpoch: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = Int(Int64(shiftedYear).floorDivided(by: 400))
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// 28 to 31.
  public static func days(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension Int64 {
  /// Division that rounds towards minus infinity; the divisor must be positive.
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self + 1) / divisor - 1
  }
}
