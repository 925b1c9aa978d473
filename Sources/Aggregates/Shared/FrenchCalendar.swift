public import EventSourcing

/// Days as French law counts them: in Paris, with its public holidays.
public enum FrenchCalendar {
  /// The date in Paris at a moment.
  public static func day(at time: Timestamp) -> CivilDate {
    CivilDate(daysSinceEpoch: ParisDay(at: time).daysSinceEpoch)
  }

  /// The moment at which a day ends in Paris.
  public static func end(of day: CivilDate) -> Timestamp {
    let midnight = Timestamp(microseconds: Int64(day.daysSinceEpoch + 1) * 86_400_000_000)
    // The clocks change at 01:00 UTC, so the hour before tells the offset at midnight.
    return midnight - .seconds(ParisDay.offset(at: midnight - .seconds(7_200)))
  }

  /// The same day, or the first one after it that is neither Saturday, Sunday nor public holiday.
  public static func workingDay(notBefore day: CivilDate) -> CivilDate {
    var day = day
    while !isWorkingDay(day) { day = CivilDate(daysSinceEpoch: day.daysSinceEpoch + 1) }
    return day
  }

  static func isWorkingDay(_ day: CivilDate) -> Bool {
    // 1970-01-01 was a Thursday: 0 is Monday here.
    let weekday = (day.daysSinceEpoch % 7 + 10) % 7
    if weekday >= 5 { return false }
    if fixedHolidays.contains(where: { $0.month == day.month && $0.day == day.day }) { return false }
    let afterEaster = day.daysSinceEpoch - easter(day.year).daysSinceEpoch
    return ![1, 39, 50].contains(afterEaster)
  }

  /// Code du travail, article L3133-1; Easter Monday, Ascension and Whit Monday move with Easter.
  private static let fixedHolidays: [(month: Int, day: Int)] = [
    (1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25),
  ]

  /// Easter Sunday, by the anonymous Gregorian algorithm (Meeus, "Astronomical Algorithms", chapter 8).
  static func easter(_ year: Int) -> CivilDate {
    let a = year % 19
    let (b, c) = (year / 100, year % 100)
    let (d, e) = (b / 4, b % 4)
    let f = (b + 8) / 25
    let g = (b - f + 1) / 3
    let h = (19 * a + b - d - g + 15) % 30
    let (i, k) = (c / 4, c % 4)
    let l = (32 + 2 * e + 2 * i - h - k) % 7
    let m = (a + 11 * h + 22 * l) / 451
    let n = h + l - 7 * m + 114
    return CivilDate(year: year, month: n / 31, day: n % 31 + 1)
  }
}
