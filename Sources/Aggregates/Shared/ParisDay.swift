public import EventSourcing

/// A calendar day in Paris: that of order, ticket and tracking numbers, and of what the shop calls today.
public struct ParisDay: Hashable, Sendable, Comparable {
  /// Days since 1970-01-01.
  public let daysSinceEpoch: Int

  /// The day in Paris at a moment.
  public init(at time: Timestamp) {
    let local = (time + .seconds(Self.offset(at: time))).civil
    daysSinceEpoch = CivilDate(year: local.year, month: local.month, day: local.day).daysSinceEpoch
  }

  public static func < (left: ParisDay, right: ParisDay) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }

  /// Year, month and day of two digits: `20261124`, or `2026-11-24` with a separator.
  public func text(separator: String = "") -> String {
    let date = CivilDate(daysSinceEpoch: daysSinceEpoch)
    return [date.year, date.month, date.day].map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: separator)
  }

  /// Seconds ahead of UTC. Summer time lasts from the last Sunday of March to that of October, both at 01:00 UTC (directive 2000/84/EC).
  static func offset(at time: Timestamp) -> Int {
    let year = time.civil.year
    func change(_ month: Int) -> Timestamp {
      let last = CivilDate(year: year, month: month, day: 31).daysSinceEpoch
      // 1970-01-04 was a Sunday.
      let sunday = last - (last - 3) % 7
      return Timestamp(microseconds: Int64(sunday) * 86_400_000_000 + 3_600_000_000)
    }
    return time >= change(3) && time < change(10) ? 7_200 : 3_600
  }
}
