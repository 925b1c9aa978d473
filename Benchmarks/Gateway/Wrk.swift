import Foundation
import JSON

/// A closed loop over HTTP by [wrk](https://github.com/wg/wrk), as the rivals are loaded: 64 connections, each with one request under way.
struct Wrk {
  static let connections = 64
  static let threads = 2
  static let warmUpSeconds = 2

  /// What it found.
  struct Outcome {
    /// Answers a second.
    let rate: Double
    let requests: Int64
    let p50: Double
    let p90: Double
    let p99: Double
    let maximum: Double

    /// What every figure states.
    var settings: [(String, String)] {
      [
        ("loop", "closed"), ("client", "wrk"), ("connections", String(connections)), ("requests", String(requests)),
        ("p50_ms", Table.number(p50)), ("p90_ms", Table.number(p90)), ("p99_ms", Table.number(p99)), ("max_ms", Table.number(maximum)),
      ]
    }
  }

  /// Loads the gateway with these requests, again and again.
  /// - Throws: `BenchmarkError` when a single answer has another status than 2xx or 3xx, or does not come.
  static func run(_ questions: [HTTPQuestion], _ comptoir: Comptoir, _ settings: Settings) async throws -> Outcome {
    precondition(questions.count >= threads, "each thread of wrk needs a request")
    let file = comptoir.installation.folder.appending(path: "requests-\(UUID().uuidString)")
    let lines = questions.map { "\($0.method)\t\($0.path)\t\($0.token ?? "")\t\($0.body ?? "")\n" }
    try Data(lines.joined().utf8).write(to: file)
    _ = try await once(comptoir.address, file, seconds: warmUpSeconds, settings)
    let outcome = try await once(comptoir.address, file, seconds: settings.duration, settings)
    try FileManager.default.removeItem(at: file)
    return outcome
  }

  private static func once(_ address: String, _ file: URL, seconds: Int, _ settings: Settings) async throws -> Outcome {
    let command = [
      "wrk", "-t", String(threads), "-c", String(connections), "-d", "\(seconds)s", "--timeout", "10s", "-s",
      "Benchmarks/Gateway/requests.lua", address, "--", file.path, String(threads),
    ]
    let output = try await Subprocess.output(command, environment: settings.environment)
    guard let line = output.split(separator: "\n").first(where: { $0.hasPrefix("RESULT ") }) else {
      throw BenchmarkError("wrk printed no result: \(output.suffix(500))")
    }
    let (outcome, errors) = try JSONObjectReader.parse(Array(line.dropFirst(7).utf8)) { json in
      let outcome = try Outcome(
        rate: json.double("rate"), requests: json.int64("requests"), p50: json.double("p50_ms"), p90: json.double("p90_ms"),
        p99: json.double("p99_ms"), maximum: json.double("max_ms"))
      return (outcome, try json.int64("errors"))
    }
    guard errors == 0 else { throw BenchmarkError("wrk met \(errors) errors in \(outcome.requests) requests") }
    return outcome
  }
}
