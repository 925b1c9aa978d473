/// `up`: from the start of the built program until its gateway answers that it has found all its databases; servers run, schemas are migrated.
/// The slowest of several starts, the first of which also writes the default rows.
enum UpFigure {
  static let starts = 5

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await Installation.with(bench.settings) { installation in
      var seconds: [Double] = []
      for _ in 0..<starts {
        let begin = monotonicMicroseconds()
        seconds.append(try await installation.up { _ in Double(monotonicMicroseconds() - begin) / 1_000_000 })
      }
      return [
        Measurement(
          name: "up", value: seconds.max() ?? 0, unit: "s", target: .atMost(2),
          settings: [
            ("starts", String(starts)), ("seconds each", seconds.map { Table.number($0) }.joined(separator: " / ")),
            ("counted", "the slowest; the first writes the default rows"), ("answers", "GET /health/ready, asked every 2 ms"),
          ])
      ]
    }
  }
}
