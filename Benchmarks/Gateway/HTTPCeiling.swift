/// `http.ceiling`: the cheapest answer that the gateway gives, constant JSON without a token or a database; what the other figures over
/// HTTP are held against.
actor HTTPCeiling {
  static let name = "http.ceiling"
  private var known: Wrk.Outcome?

  /// What it is; measured once a run, on whichever gateway is there first.
  func outcome(_ comptoir: Comptoir, _ settings: Settings) async throws -> Wrk.Outcome {
    if let known { return known }
    say("  \(Self.name), \(settings.duration) s")
    let question = HTTPQuestion("GET", "/health/live")
    let outcome = try await Wrk.run([question, question], comptoir, settings)
    known = outcome
    return outcome
  }

  func baseline(_ comptoir: Comptoir, _ settings: Settings) async throws -> Baseline {
    Baseline(name: Self.name, value: try await outcome(comptoir, settings).rate)
  }

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await Installation.with(bench.settings) { installation in
      try await installation.up { comptoir in
        let outcome = try await bench.ceiling.outcome(comptoir, bench.settings)
        return [
          Measurement(
            name: name, value: outcome.rate, unit: "requests/s",
            settings: [("path", "/health/live"), ("seconds", String(bench.settings.duration))] + outcome.settings)
        ]
      }
    }
  }
}
