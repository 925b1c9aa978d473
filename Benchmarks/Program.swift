import ArgumentParser
import Foundation

@main
struct Program: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "Benchmarks",
    abstract: "Measures every figure beside a baseline of the same run.",
    discussion: """
      Environment: DURATION (seconds a figure), ONLY (figures, separated by commas), COMPTOIR_POSTGRES_ADMIN_URL (a role that may create \
      databases), COMPTOIR_BIN (the program that is measured), COMPTOIR_JOURNEY (the folder with the converted demo data). Results go to \
      .run/bench.json and to standard output.
      """,
    subcommands: [Measure.self, Buyers.self, Rebuilder.self], defaultSubcommand: Measure.self)
}

/// Measures and reports.
struct Measure: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Measures figures; what happens when no other command is given.")

  @Argument(help: "Figures to measure, as `append.distinct` or `append`; all when none is named.")
  var figures: [String] = []

  func run() async throws {
    let settings = try Settings()
    let only = figures + (settings.environment["ONLY"] ?? "").split(separator: ",").map(String.init)
    let chosen = Figure.all.filter { $0.isSelected(by: only) }
    guard !chosen.isEmpty else {
      throw BenchmarkError("no such figure; known: \(Figure.all.map(\.name).joined(separator: ", "))")
    }
    let bench = Bench(settings: settings, rivals: Rivals(settings), ceiling: HTTPCeiling())
    let machine = await Machine.describe(settings)
    var results: [Measurement] = []
    var missing: [Report.Missing] = []
    for figure in chosen {
      say("bench: \(figure.name)")
      do {
        results += try await figure.measure(bench)
      } catch {
        // The other figures are worth having even when one cannot be measured.
        missing.append(Report.Missing(name: figure.name, reason: String(describing: error), isFailure: !(error is NotMeasurable)))
        say("  not measured: \(error)")
      }
      let report = try Report.json(results, missing: missing, rivals: await bench.rivals.lines, machine: machine)
      try FileManager.default.createDirectory(atPath: ".run", withIntermediateDirectories: true)
      try report.write(to: URL(fileURLWithPath: ".run/bench.json"))
    }
    print(Table.text(results))
    await plot(settings)
    for figure in missing { say("\(figure.name) was not measured: \(figure.reason)") }
    guard missing.allSatisfy({ !$0.isFailure }) else { throw ExitCode(1) }
  }

  /// Draws what was measured. Only a picture: without it the figures stand all the same.
  private func plot(_ settings: Settings) async {
    guard FileManager.default.isExecutableFile(atPath: settings.python) else { return }
    do {
      _ = try await Subprocess.output(
        [settings.python, "Benchmarks/plot.py", ".run/bench.json", "docs/benchmarks"], environment: settings.environment)
    } catch {
      say("no plot: \(error)")
    }
  }
}
