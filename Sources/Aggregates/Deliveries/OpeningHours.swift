public import JSON

/// When a sale point is open: for each day it names, a span of the day, or closed. Of a day that it does not name nothing is known.
///
/// As JSON: `{"monday":{"open":"09:00","close":"19:30"},"sunday":"closed"}`.
public struct OpeningHours: Hashable, Sendable {
  public enum Day: String, Sendable, Hashable, CaseIterable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday
  }

  public enum Hours: Sendable, Hashable {
    case closed
    /// `HH:MM`, from 00:00 to 24:00, the first before the second.
    case open(from: String, until: String)
  }

  public var days: [Day: Hours]

  public init(_ days: [Day: Hours]) {
    self.days = days
  }

  /// - Throws: `FieldError` whose field is `opening_hours`, or `opening_hours/<day>` for one day.
  public init(_ json: JSONValue) throws(FieldError) {
    guard let members = json.objectValue else { throw FieldError("opening_hours", .malformed) }
    days = [:]
    for (key, value) in members {
      guard let day = Day(rawValue: key) else { throw FieldError("opening_hours/\(key)", .unknown) }
      guard let hours = Self.hours(value) else { throw FieldError("opening_hours/\(key)", .malformed) }
      days[day] = hours
    }
  }

  /// In the order of the week.
  public var json: JSONValue {
    .object(
      Day.allCases.compactMap { day in
        switch days[day] {
        case nil: nil
        case .closed: (key: day.rawValue, value: "closed")
        case .open(let from, let until): (key: day.rawValue, value: ["open": .string(from), "close": .string(until)])
        }
      })
  }

  private static func hours(_ value: JSONValue) -> Hours? {
    if value.stringValue == "closed" { return .closed }
    guard let members = value.objectValue, members.count == 2, let from = value["open"]?.stringValue,
      let until = value["close"]?.stringValue, isTime(from), isTime(until), from < until
    else { return nil }
    return .open(from: from, until: until)
  }

  private static func isTime(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy { (48...57).contains($0) } }) else { return false }
    return text <= "24:00" && parts[1].first! < UInt8(ascii: "6")
  }
}
