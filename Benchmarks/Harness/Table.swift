import Foundation

/// The results as lines of text.
enum Table {
  private static let header = ["figure", "value", "baseline", "ratio", "target", ""]

  static func text(_ measurements: [Measurement]) -> String {
    let rows = [header] + measurements.map(cells)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
    }
    lines.insert(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
    return lines.joined(separator: "\n")
  }

  private static func cells(_ measurement: Measurement) -> [String] {
    [
      measurement.name,
      "\(number(measurement.value)) \(measurement.unit)",
      measurement.baseline.map { "\($0.name) \(number($0.value))" } ?? "",
      measurement.ratio.map(number) ?? "",
      measurement.target?.description(unit: measurement.unit) ?? "",
      measurement.isMet.map { $0 ? "met" : "MISSED" } ?? "",
    ]
  }

  /// Three significant digits; thousands apart.
  static func number(_ value: Double) -> String {
    if value == 0 { return "0" }
    if abs(value) >= 1_000 {
      var digits = String(Int(value.rounded()))
      var grouped = ""
      while digits.count > 3 {
        grouped = "," + digits.suffix(3) + grouped
        digits.removeLast(3)
      }
      return digits + grouped
    }
    if value == value.rounded() { return String(Int(value)) }
    let decimals = max(0, 2 - Int(log10(abs(value)).rounded(.down)))
    return String(format: "%.\(decimals)f", value)
  }
}
