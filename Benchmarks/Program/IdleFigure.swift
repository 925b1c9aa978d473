/// `idle`: memory and processor time of `comptoir up`, all roles in one process, while nobody asks for anything.
enum IdleFigure {
  static func measure(_ bench: Bench) async throws -> [Measurement] {
    let seconds = bench.settings.seconds(usually: 30)
    return try await Installation.with(bench.settings) { installation in
      try await installation.up { comptoir in
        try await comptoir.waitUntilLevel()
        say("  \(seconds) s of nothing")
        let process = comptoir.process.id
        let used = Machine.processorSeconds(of: process)
        let begin = monotonicMicroseconds()
        var most = 0.0
        while monotonicMicroseconds() - begin < Int64(seconds) * 1_000_000 {
          try await Task.sleep(for: .milliseconds(250))
          most = max(most, Machine.residentMebibytes(of: process))
        }
        let elapsed = Double(monotonicMicroseconds() - begin) / 1_000_000
        let share = (Machine.processorSeconds(of: process) - used) / elapsed * 100
        guard comptoir.process.isRunning, most > 0, used > 0 else { throw comptoir.process.failure("ended by itself") }
        let settings = [
          ("seconds", String(seconds)), ("process", "comptoir up: gateway, projectors, process managers"),
          ("peak_mib", Table.number(Machine.peakMebibytes(of: process))),
        ]
        return [
          Measurement(name: "idle.memory", value: most, unit: "MiB", target: .atMost(150), settings: settings),
          Measurement(name: "idle.processor", value: share, unit: "% of a core", target: .atMost(2), settings: settings),
        ]
      }
    }
  }
}
