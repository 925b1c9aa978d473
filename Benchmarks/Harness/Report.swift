import Foundation

/// Writes the results where others read them.
enum Report {
  /// A figure that is not there, and why.
  struct Missing {
    let name: String
    let reason: String
    /// False where it could not be measured here, and nothing is wrong with what was to be measured.
    let isFailure: Bool
  }

  /// `{"machine": …, "results": [{"name", "value", "unit", "baseline", "baseline_value", "ratio", "target", "met", "settings"}], "not_measured":
  /// [{"name", "reason"}], "rivals": …}`; null where a figure has none.
  static func json(
    _ measurements: [Measurement], missing: [Missing], rivals: [Rivals.Line], machine: [String: String]
  ) throws -> Data {
    let results: [[String: Any]] = measurements.map { measurement in
      [
        "name": measurement.name, "value": rounded(measurement.value), "unit": measurement.unit,
        "baseline": optional(measurement.baseline?.name), "baseline_value": optional(measurement.baseline.map { rounded($0.value) }),
        "ratio": optional(measurement.ratio.map(rounded)), "target": optional(measurement.target?.description(unit: measurement.unit)),
        "met": optional(measurement.isMet),
        "settings": Dictionary(measurement.settings.map { ($0.0, $0.1) }) { $1 },
      ]
    }
    let beside: [[String: Any]] = try rivals.map { line in
      ["name": line.name, "value": line.value, "settings": try JSONSerialization.jsonObject(with: Data(line.settings.utf8))]
    }
    let absent = missing.map { ["name": $0.name, "reason": $0.reason] }
    return try JSONSerialization.data(
      withJSONObject: ["machine": machine, "results": results, "not_measured": absent, "rivals": beside],
      options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
  }

  private static func optional(_ value: Any?) -> Any { value ?? NSNull() }

  /// Four digits are more than a repetition would confirm.
  private static func rounded(_ value: Double) -> Double {
    guard value != 0 else { return 0 }
    let scale = pow(10, 4 - (log10(abs(value)).rounded(.down) + 1))
    return (value * scale).rounded() / scale
  }
}
