/// Something that `make bench` measures; one or several lines of the table.
struct Figure {
  /// What `ONLY` selects: a figure is run when its name, or the part before a dot, is asked for.
  let name: String
  let measure: @Sendable (Bench) async throws -> [Measurement]

  func isSelected(by only: [String]) -> Bool {
    only.isEmpty || only.contains { name == $0 || name.hasPrefix($0 + ".") }
  }

  static let all: [Figure] = [
    Figure(name: "append.distinct", measure: AppendDistinct.measure),
    Figure(name: "append.batch", measure: AppendBatch.measure),
    Figure(name: "append.hot", measure: AppendHot.measure),
    Figure(name: "read.log", measure: ReadLog.measure),
  ]
}

/// What a figure needs to run.
struct Bench {
  let settings: Settings
  let rivals: Rivals
}
