/// What a figure has to reach.
enum Target {
  /// At least so many units.
  case atLeast(Double)
  /// At most so many units.
  case atMost(Double)
  /// At least so many times the baseline.
  case ratio(Double)
  /// At least so many units, or so many times the baseline.
  case atLeastOrRatio(Double, Double)

  func isMet(value: Double, ratio: Double?) -> Bool {
    switch self {
    case .atLeast(let bound): value >= bound
    case .atMost(let bound): value <= bound
    case .ratio(let bound): (ratio ?? 0) >= bound
    case .atLeastOrRatio(let bound, let times): value >= bound || (ratio ?? 0) >= times
    }
  }

  func description(unit: String) -> String {
    switch self {
    case .atLeast(let bound): "≥ \(Table.number(bound)) \(unit)"
    case .atMost(let bound): "≤ \(Table.number(bound)) \(unit)"
    case .ratio(let bound): "≥ \(Table.number(bound)) × baseline"
    case .atLeastOrRatio(let bound, let times): "≥ \(Table.number(bound)) \(unit) or ≥ \(Table.number(times)) × baseline"
    }
  }
}

/// Something measured beside ours, in the same run.
struct Baseline {
  let name: String
  let value: Double
}

/// One line of the table.
struct Measurement {
  let name: String
  let value: Double
  let unit: String
  var baseline: Baseline?
  var target: Target?
  /// How it was measured: kind of loop, number of clients, percentiles; in the order in which it is written.
  var settings: [(String, String)] = []
  /// Counted against `target` only together with this: a condition beside the figure, such as a fair share.
  var condition = true

  var ratio: Double? { baseline.flatMap { $0.value > 0 ? value / $0.value : nil } }
  /// Nil where there is nothing to reach.
  var isMet: Bool? { target.map { $0.isMet(value: value, ratio: ratio) && condition } }
}
