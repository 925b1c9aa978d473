import Foundation
import JSON

/// The programs in `Benchmarks/rivals`, each run once and remembered.
actor Rivals {
  struct Line: Sendable {
    let name: String
    let value: Double
    let settings: String
  }

  private let settings: Settings
  private var known: [String: Line] = [:]

  init(_ settings: Settings) {
    self.settings = settings
  }

  /// Runs one rival, or gives what it reached before in this run.
  func baseline(_ name: String, environment: [String: String] = [:]) async throws -> Baseline {
    if let line = known[name] { return Baseline(name: name, value: line.value) }
    say("  \(name), \(settings.duration) s")
    var all = settings.environment
    all["BENCH_POSTGRES_URL"] = settings.adminURL
    all["DURATION"] = String(settings.duration)
    all.merge(environment) { $1 }
    let output = try await Subprocess.output(["python3", "Benchmarks/rivals/run.py", name], environment: all)
    guard let text = output.split(separator: "\n").last,
      let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], let value = object["value"] as? Double
    else { throw BenchmarkError("\(name) printed no result") }
    let about = try JSONSerialization.data(withJSONObject: object["settings"] ?? [:], options: [.sortedKeys])
    known[name] = Line(name: name, value: value, settings: String(decoding: about, as: UTF8.self))
    return Baseline(name: name, value: value)
  }

  var lines: [Line] { known.values.sorted { $0.name < $1.name } }
}
